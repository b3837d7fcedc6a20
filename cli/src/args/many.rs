//! The arguments of the verbs that are about many sessions: `list`, `wait`, `cancel`.

use std::time::Duration;

use alc_core::{Label, Reference, SessionKind, StateName};
use clap::{
    ArgGroup, Args as ClapArgs, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};

use super::{Timeout, state};
use crate::time::{parse_duration, parse_moment};

/// Many sessions.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Without a terminal it prints id, name, state, created, seq and labels, separated by tabs.")]
pub(crate) struct List {
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
    /// At most so many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u32>,
    /// Go on behind this session, such as the last one of another list
    #[arg(long, value_name = "REF")]
    pub(crate) after: Option<Reference>,
}

/// Waiting.
#[derive(Debug, ClapArgs)]
#[command(group = which())]
pub(crate) struct Wait {
    /// The sessions: ids, names, first characters of ids, or `@` for the newest
    #[arg(value_name = "REF")]
    pub(crate) references: Vec<Reference>,
    /// Instead, the sessions with this label; may be repeated, and then all count
    #[arg(short = 'l', value_name = "KEY=VALUE")]
    pub(crate) labels: Vec<Label>,
    /// What to wait for; one of several, separated by commas, is enough
    #[arg(
        long = "for",
        value_enum,
        value_name = "WHAT",
        value_delimiter = ',',
        default_value = "actionable"
    )]
    pub(crate) targets: Vec<Target>,
    /// Also wait for sessions that are not there yet
    #[arg(long, conflicts_with = "labels")]
    pub(crate) create: bool,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// A query is open (exit code 8) or it ended
    Actionable,
    /// A query is open; 7 if it is done instead
    Prompt,
    /// The same as `prompt`
    Paused,
    /// The same as `terminal`
    Done,
    /// It ended
    Terminal,
}

/// Ending.
#[derive(Debug, ClapArgs)]
#[command(group = which(), after_help = "\
It prints the ids of the sessions that this command ends; those that had ended before stay as they
are, and are no error.")]
pub(crate) struct Cancel {
    /// The sessions: full ids, names, or `@` for the newest
    #[arg(value_name = "REF")]
    pub(crate) references: Vec<Reference>,
    /// Instead, the live sessions with this label; may be repeated, and then all count
    #[arg(short = 'l', value_name = "KEY=VALUE")]
    pub(crate) labels: Vec<Label>,
    /// Why, for whoever looks at it later
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Change nothing, and print the ids of the sessions that would be ended
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Return when they have ended, not only when they will
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) wait: bool,
    /// With --wait, give up after this time, with exit code 124
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, requires = "wait")]
    pub(crate) timeout: Option<Duration>,
}

fn kind() -> impl TypedValueParser<Value = SessionKind> {
    PossibleValuesParser::new(["run", "advice", "eval"]).map(|name| match name.as_str() {
        "advice" => SessionKind::Advice,
        "eval" => SessionKind::Eval,
        _ => SessionKind::Run,
    })
}

/// Sessions are named or selected, not both.
fn which() -> ArgGroup {
    ArgGroup::new("which").args(["references", "labels"]).required(true)
}
