//! The arguments of the verbs about where histories part: `branch`, `diff`.

use std::time::Duration;

use alc_core::{Key, Label, Name, Reference};
use clap::Args as ClapArgs;

use crate::time::parse_duration;

const BRANCH_EXAMPLES: &str = "\
Examples:
  alc branch k7fq2m9d.3        what if query 3 is answered differently?
  alc resume $(alc branch review-42.3 --name review-42-b) no

The new session is paused as the other one was just before that query was answered: what was answered \
earlier stays answered, and nothing is asked or done again. Its queries have the same numbers.";

/// A session that begins where another one asked.
#[derive(Debug, ClapArgs)]
#[command(after_help = BRANCH_EXAMPLES)]
pub(crate) struct Branch {
    /// The query (`SESSION.N`), or a session: then its first open query, else the last one that was
    /// answered
    #[arg(value_name = "REF")]
    pub(crate) reference: Reference,
    /// What to call the new session
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<Name>,
    /// A label to add to those of the other session, or to change; may be repeated
    #[arg(short = 'l', value_name = "KEY=VALUE")]
    pub(crate) labels: Vec<Label>,
    /// The same command with the same key, run again, starts nothing and prints the same id
    #[arg(long, value_name = "KEY")]
    pub(crate) idempotency_key: Option<Key>,
    /// Cancel it if it has not ended after this time; without it, it has as long as the other one had
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub(crate) deadline: Option<Duration>,
}

const DIFF_EXAMPLES: &str = "\
Examples:
  alc diff review-42 review-42-b
  alc diff k7fq2m9d m3w8x1ab --json | jq .parts_at

What is compared is what was asked, answered, logged and returned, not when, nor in which order the \
answers to several open queries came. Lines begin as those of a transcript do: `?` a prompt, `~` a \
system prompt, `=` an answer, `|` a line of the log.";

/// Two histories.
#[derive(Debug, ClapArgs)]
#[command(after_help = DIFF_EXAMPLES)]
pub(crate) struct Diff {
    /// The one session
    #[arg(value_name = "A")]
    pub(crate) a: Reference,
    /// The other
    #[arg(value_name = "B")]
    pub(crate) b: Reference,
}
