//! The arguments of the verbs that are about many sessions: `list`, `wait`, `cancel`.

use std::time::Duration;

use alc_core::Reference;
use clap::{Args as ClapArgs, ValueEnum};

use super::{
    Timeout,
    selection::{Selection, which},
};
use crate::time::parse_duration;

const LIST_EXAMPLES: &str = "\
Examples:
  alc list --state paused -l team=core
  alc list --watch                   drawn anew when a session changes
  alc list -q --state failed --since 1d | xargs -r alc rm
  alc list --watch --json --state paused | jq -r .id

Without a terminal it prints id, name, state, created, seq and labels, separated by tabs. With \
--watch those lines are followed by one for each session that changes; what a session does within a \
moment is one change (`alc watch` tells all of it).";

/// Many sessions.
#[derive(Debug, ClapArgs)]
#[command(after_help = LIST_EXAMPLES)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u32>,
    /// Go on behind this session, such as the last one of another list
    #[arg(long, value_name = "REF")]
    pub(crate) after: Option<Reference>,
    /// Go on and show what changes, until you stop it; starts the daemon, so it may come before the
    /// first session
    #[arg(short, long, conflicts_with_all = ["limit", "after"])]
    pub(crate) watch: bool,
}

/// Waiting.
#[derive(Debug, ClapArgs)]
#[command(group = which())]
pub(crate) struct Wait {
    /// The sessions: ids, names, first characters of ids, or `@` for the newest; without any, those
    /// that --state, --kind, -l and --since select
    #[arg(value_name = "REF", conflicts_with = "selection")]
    pub(crate) references: Vec<Reference>,
    #[command(flatten)]
    pub(crate) selection: Selection,
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
    #[arg(long, conflicts_with = "selection")]
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
It prints the ids of the sessions that this command ends; those that had ended before stay as they \
are, and are no error.")]
pub(crate) struct Cancel {
    /// The sessions: full ids, names, or `@` for the newest; without any, the live ones that --state,
    /// --kind, -l and --since select
    #[arg(value_name = "REF", conflicts_with = "selection")]
    pub(crate) references: Vec<Reference>,
    #[command(flatten)]
    pub(crate) selection: Selection,
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
