//! What a new session is called, and by what it is known when it is asked for again.

use alc_core::{IfExists, Key, Label, Name};
use clap::{
    Args as ClapArgs,
    builder::{PossibleValuesParser, TypedValueParser},
};

/// Flags of every verb that starts a session.
#[derive(Debug, ClapArgs)]
pub(crate) struct Identity {
    /// What to call the session: 1 to 64 letters, digits, `_` or `-`; no two live sessions share it
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<Name>,
    /// What to do if a live session has the name: fail, use it (or else the newest of that name that
    /// is done, if it ran the same script and `ctx`), or cancel it
    #[arg(
        long,
        value_name = "CHOICE",
        value_parser = if_exists(),
        default_value = "fail",
        requires = "name"
    )]
    pub(crate) if_exists: IfExists,
    /// A label to select the session by; may be repeated
    #[arg(short = 'l', value_name = "KEY=VALUE")]
    pub(crate) labels: Vec<Label>,
    /// The same command with the same key, run again, starts nothing and prints the same id
    #[arg(long, value_name = "KEY")]
    pub(crate) idempotency_key: Option<Key>,
}

fn if_exists() -> impl TypedValueParser<Value = IfExists> {
    PossibleValuesParser::new(IfExists::ALL.map(IfExists::as_str))
        .try_map(|choice| IfExists::parse(&choice).ok_or("no such choice"))
}
