//! The arguments of the verbs about one query and its answer: `prompt`, `resume`.

use std::time::Duration;

use alc_core::{Key, Reference};
use clap::Args as ClapArgs;

use super::Timeout;
use crate::{input::Value, time::parse_duration};

const PROMPT_EXAMPLES: &str = "\
Examples:
  alc prompt @                       the newest session's open query
  while q=$(alc prompt --id \"$id\"); do
    alc prompt \"$q\" | llm | alc resume \"$q\" - || break
  done";

/// An open query's text.
#[derive(Debug, ClapArgs)]
#[command(after_help = PROMPT_EXAMPLES)]
pub(crate) struct Prompt {
    /// The session, or a query (`SESSION.N`), which is then printed whether open or not
    #[arg(value_name = "REF")]
    pub(crate) reference: Reference,
    /// Print the id of the query instead of its text
    #[arg(long)]
    pub(crate) id: bool,
    /// Do not wait: exit with 8 if no query is open
    #[arg(long)]
    pub(crate) no_wait: bool,
    /// Print every open query; texts end with a NUL byte
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

const RESUME_EXAMPLES: &str = "\
Examples:
  alc resume @ yes
  alc resume k7fq2m9d.3 @answer.txt
  alc prompt k7fq2m9d.3 | llm | alc resume k7fq2m9d.3 -
  alc resume @ yes --next            answer, then print what it asks next
  echo '{\"query_id\":\"k7fq2m9d.3\",\"response\":\"yes\"}' | alc resume @ --batch";

/// Answers.
#[derive(Debug, ClapArgs)]
#[command(after_help = RESUME_EXAMPLES)]
pub(crate) struct Resume {
    /// The query (`SESSION.N`), or a session: then its lowest open query
    #[arg(value_name = "REF")]
    pub(crate) reference: Reference,
    /// The answer; `-` reads stdin without its last line end, `@FILE` a file
    #[arg(value_name = "TEXT", required_unless_present = "batch", allow_negative_numbers = true)]
    pub(crate) text: Option<Value>,
    /// Read answers from stdin, a JSON object a line: `query_id`, `response`, perhaps `usage`
    #[arg(long, conflicts_with_all = ["text", "allow_empty", "raw"])]
    pub(crate) batch: bool,
    /// Accept an empty stdin or file as the answer
    #[arg(long)]
    pub(crate) allow_empty: bool,
    /// Keep the last line end of stdin
    #[arg(long)]
    pub(crate) raw: bool,
    /// A query that was answered with this key before stays as it is, whatever the answer says now
    #[arg(long, value_name = "KEY")]
    pub(crate) idempotency_key: Option<Key>,
    #[command(flatten)]
    pub(crate) next: Next,
}

/// What follows an answer.
#[derive(Clone, Copy, Debug, ClapArgs)]
pub(crate) struct Next {
    /// Then print what it asks next, as `prompt` does; exit with 7 if it ends instead
    #[arg(long)]
    pub(crate) next: bool,
    /// With --next, give up waiting after this time, with exit code 124; the answer is stored then
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, requires = "next")]
    pub(crate) timeout: Option<Duration>,
}
