//! The arguments of `alc kv`.

use clap::{Args as ClapArgs, Subcommand};

use crate::input::Value;

/// What scripts keep with `alc.state`.
#[derive(Debug, Subcommand)]
pub(crate) enum Kv {
    /// List keys
    List(KvList),
    /// Print a value as a line of JSON
    Get(KvGet),
    /// Put a value there
    Set(KvSet),
    /// Take a value away
    Delete(KvPlace),
    /// Take steps and fields out of a value, and keep what was there
    Reset(KvReset),
}

/// Many keys.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Without a terminal it prints namespace and key, separated by a tab; with -q the keys only. A key \
`prefix:id` has a file of its own and no namespace.")]
pub(crate) struct KvList {
    /// Only this namespace
    #[arg(short, long, value_name = "NAME")]
    pub(crate) namespace: Option<String>,
}

/// One value's place.
#[derive(Debug, ClapArgs)]
pub(crate) struct KvPlace {
    /// The key; `prefix:id` is the same in every namespace
    pub(crate) key: String,
    /// The namespace, which a script says in `ctx._ns`
    #[arg(short, long, value_name = "NAME", default_value = "default")]
    pub(crate) namespace: String,
}

/// A value to print.
#[derive(Debug, ClapArgs)]
pub(crate) struct KvGet {
    #[command(flatten)]
    pub(crate) place: KvPlace,
    /// Print a string without quotes
    #[arg(short)]
    pub(crate) raw: bool,
}

const SET_EXAMPLES: &str = "\
Examples:
  alc kv set owner Anna
  alc kv set limits '{\"per_day\": 3}' --as-json
  git diff | alc kv set diff - -n review";

/// A value to keep.
#[derive(Debug, ClapArgs)]
#[command(after_help = SET_EXAMPLES)]
pub(crate) struct KvSet {
    #[command(flatten)]
    pub(crate) place: KvPlace,
    /// The value, a text; `-` reads stdin without its last line end, `@FILE` a file
    #[arg(allow_negative_numbers = true)]
    pub(crate) value: Value,
    /// The value is JSON, not a text
    #[arg(long)]
    pub(crate) as_json: bool,
    /// Only if there is no value yet; else exit with 5
    #[arg(long)]
    pub(crate) if_absent: bool,
}

/// A flow that goes back to an earlier step.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
The value must be an object with the member `data`. It prints the path of the file with what was there.")]
pub(crate) struct KvReset {
    /// The key, `prefix:id`
    #[arg(value_parser = own)]
    pub(crate) key: (String, String),
    /// Take this out of the list `data.completed_steps`; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) step: Vec<String>,
    /// Take this member out of `data`; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) field: Vec<String>,
}

fn own(key: &str) -> Result<(String, String), &'static str> {
    let (prefix, id) = key.split_once(':').ok_or("only a key `prefix:id` has a file of its own")?;
    Ok((prefix.to_owned(), id.to_owned()))
}
