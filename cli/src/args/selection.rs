//! The flags by which verbs about many sessions select them.

use alc_core::{Label, SessionKind, StateName};
use clap::{
    ArgGroup, Args as ClapArgs,
    builder::{PossibleValuesParser, TypedValueParser},
};

use super::state;
use crate::{
    shell::quoted,
    time::{parse_moment, rfc3339},
};

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
    /// The flags that say so, as a shell reads them.
    pub(crate) fn flags(&self) -> String {
        let Self { state, kind, labels, since } = self;
        let list = |flag: &str, names: Vec<&str>| {
            (!names.is_empty()).then(|| format!(" {flag} {}", names.join(",")))
        };
        let states = list("--state", state.iter().map(|state| state.as_str()).collect());
        let kinds = list("--kind", kind.iter().map(|kind| name(*kind)).collect());
        let labels = labels.iter().map(|label| format!(" -l {}", quoted(&label.to_string())));
        let since = since.map(|since| format!(" --since {}", rfc3339(since)));
        states.into_iter().chain(kinds).chain(labels).chain(since).collect()
    }

    /// Whether every session is meant.
    pub(crate) fn is_everything(&self) -> bool {
        *self == Self::default()
    }
}

const KINDS: [SessionKind; 3] = [SessionKind::Run, SessionKind::Advice, SessionKind::Eval];

fn name(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Run => "run",
        SessionKind::Advice => "advice",
        SessionKind::Eval => "eval",
    }
}

fn kind() -> impl TypedValueParser<Value = SessionKind> {
    PossibleValuesParser::new(KINDS.map(name))
        .try_map(|text| KINDS.into_iter().find(|kind| name(*kind) == text).ok_or("no such kind"))
}

/// Sessions are named or selected; that they are not both is said where they are named.
pub(super) fn which() -> ArgGroup {
    let args = ["references", "state", "kind", "labels", "since"];
    ArgGroup::new("which").args(args).multiple(true).required(true)
}
