//! The flags by which verbs about many sessions select them.

use alc_core::{Label, SessionKind, StateName};
use clap::{
    ArgGroup, Args as ClapArgs,
    builder::{PossibleValuesParser, TypedValueParser},
};

use super::state;
use crate::time::parse_moment;

/// Sessions by what they are; each flag leaves fewer of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, ClapArgs)]
#[group(id = "selection")]
pub(crate) struct Selection {
    /// Only sessions in these states, separated by commas
    #[arg(long, value_delimiter = ',', value_parser = state())]
    pub(crate) state: Vec<StateName>,
    /// Only sessions of these kinds, separated by commas
    #[arg(long, value_delimiter = ',', value_parser = kind())]
    pub(crate) kind: Vec<SessionKind>,
    /// Only sessions with this label; may be repeated, and then all count
    #[arg(short = 'l', value_name = "KEY=VALUE")]
    pub(crate) labels: Vec<Label>,
    /// Only sessions created since: so long ago, as in 30m or 2d, or at a time, as `list` prints it
    #[arg(long, value_name = "MOMENT", value_parser = parse_moment)]
    pub(crate) since: Option<i64>,
}

impl Selection {
    /// Whether every session is meant.
    pub(crate) fn is_everything(&self) -> bool {
        *self == Self::default()
    }
}

fn kind() -> impl TypedValueParser<Value = SessionKind> {
    PossibleValuesParser::new(["run", "advice", "eval"]).map(|name| match name.as_str() {
        "advice" => SessionKind::Advice,
        "eval" => SessionKind::Eval,
        _ => SessionKind::Run,
    })
}

/// Sessions are named or selected; that they are not both is said where they are named.
pub(super) fn which() -> ArgGroup {
    let args = ["references", "state", "kind", "labels", "since"];
    ArgGroup::new("which").args(args).multiple(true).required(true)
}
