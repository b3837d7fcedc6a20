//! The arguments of `spawn`, and what they have in common with the other verbs that start a session.

use std::{path::PathBuf, time::Duration};

use clap::Args as ClapArgs;

use super::{Identity, Terms};
use crate::{
    input::{Member, RawMember, Value},
    time::parse_duration,
};

const SPAWN_EXAMPLES: &str = "\
Examples:
  alc spawn review.lua --set task='is this diff safe?'
  alc spawn -e 'return alc.llm(\"2+2?\")'
  jq -n '{n: 3}' | alc spawn count.lua --ctx -
  alc spawn review.lua --name review-42 --if-exists reuse -l team=core
  jq -c '{file: \"review.lua\", ctx: .}' diffs.jsonl | alc spawn --batch

A line of a batch says what to run: file or e (a script), strategy, perhaps with task (a package), or \
strategy with scenario or e, perhaps with auto_card (an evaluation). It may have ctx (an object), name, \
if_exists, idempotency_key, labels (an object), deadline, max_llm_calls, env (an object; null for the \
value it has here) and project_root. All lines are read first: if one is wrong, nothing starts. Then \
the sessions start in order, and their ids are printed; a line that is refused then, since its script \
does not load or its name is in use, is told with its number, and the others start.";

/// What a line of a batch says for itself.
const ALONE: [&str; 12] = [
    "base",
    "set",
    "set_json",
    "name",
    "labels",
    "idempotency_key",
    "deadline",
    "max_llm_calls",
    "env",
    "project_root",
    "check",
    "wait",
];

/// Start a session.
#[derive(Debug, ClapArgs)]
#[command(after_help = SPAWN_EXAMPLES)]
pub(crate) struct Spawn {
    #[command(flatten)]
    pub(crate) start: Start,
    /// Start a session for each line of stdin, a JSON object whose members are such flags
    #[arg(long, group = "Source", conflicts_with_all = ALONE)]
    pub(crate) batch: bool,
    #[command(flatten)]
    pub(crate) turn: Turn,
}

/// Waiting for a new session's first pause, or its end.
#[derive(Debug, ClapArgs)]
pub(crate) struct Turn {
    /// Wait until it asks something or has ended; exit with 8 if it is paused, else as `result`
    #[arg(long, conflicts_with = "check")]
    pub(crate) wait: bool,
    /// With --wait, give up after this time, with exit code 124
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, requires = "wait")]
    pub(crate) timeout: Option<Duration>,
}

/// What a new session runs, and what it is called.
#[derive(Debug, ClapArgs)]
pub(crate) struct Start {
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    pub(crate) given: Given,
}

/// What every verb that starts a session can give it.
#[derive(Debug, ClapArgs)]
pub(crate) struct Given {
    #[command(flatten)]
    pub(crate) ctx: Ctx,
    #[command(flatten)]
    pub(crate) identity: Identity,
    #[command(flatten)]
    pub(crate) terms: Terms,
}

/// The script.
#[derive(Debug, ClapArgs)]
#[group(required = true, multiple = false)]
pub(crate) struct Source {
    /// The Lua script; `-` reads it from stdin
    pub(crate) file: Option<PathBuf>,
    /// The script itself
    #[arg(short, value_name = "CODE", allow_hyphen_values = true)]
    pub(crate) e: Option<String>,
}

/// What the script finds in its `ctx`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Ctx {
    /// The script's `ctx`: a JSON object, `@FILE` or `-` for stdin
    #[arg(long = "ctx", value_name = "JSON")]
    pub(crate) base: Option<Value>,
    /// Set a member of `ctx` to a string; may be repeated
    #[arg(long, value_name = "KEY=TEXT")]
    pub(crate) set: Vec<Member>,
    /// Set a member of `ctx` to a JSON value; may be repeated
    #[arg(long, value_name = "KEY=JSON")]
    pub(crate) set_json: Vec<RawMember>,
}
