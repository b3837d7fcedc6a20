//! The arguments of the verbs about histories: `watch`, `log`, `note`, `rm`, `gc`.

use std::time::Duration;

use alc_core::{Reference, Seq, StateName, parse_size};
use clap::Args as ClapArgs;

use super::{
    Session, Timeout,
    selection::{self, Selection},
    seq, state,
};
use crate::{input::Value, time::parse_duration};

const WATCH_EXAMPLES: &str = "\
Examples:
  alc watch @
  alc watch k7fq2m9d --after 41 --until paused
  alc watch -l batch=b1 --state running --json | jq -r .kind

It prints seq, time, kind and text, separated by tabs, and before them the session's id if several \
are watched.";

/// How many sessions can be watched at a time; a connection follows no more.
pub(crate) const MOST_WATCHED: usize = 64;

/// Histories, as they grow.
#[derive(Debug, ClapArgs)]
#[command(group = selection::which(), after_help = WATCH_EXAMPLES)]
pub(crate) struct Watch {
    /// The sessions, at most 64: ids, names, first characters of ids, or `@` for the newest; without
    /// any, those that --state, --kind, -l and --since select
    #[arg(value_name = "REF", num_args = 1..=MOST_WATCHED, conflicts_with = "selection")]
    pub(crate) references: Vec<Reference>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Only what comes after this place in the history; one for all, or one for each session,
    /// separated by commas
    #[arg(
        long,
        value_name = "SEQ",
        value_parser = seq,
        value_delimiter = ',',
        default_value = "0",
        hide_default_value = true
    )]
    pub(crate) after: Vec<Seq>,
    /// Stop with exit code 0 when every session has got into this state
    #[arg(long, value_name = "STATE", value_parser = state())]
    pub(crate) until: Option<StateName>,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

const LOG_EXAMPLES: &str = "\
Examples:
  alc log @ --follow
  alc log k7fq2m9d | grep '^='                       the answers
  alc log k7fq2m9d --json | jq -r 'select(.type==\"answer\").text'

A line's first character says what it is: `*` what happened and when, `?` a prompt, `~` a system \
prompt, `=` an answer, `|` a line of the log, `#` a note. With --json, an object for each event as \
`watch` prints them, and one of type `answer` behind the `llm_call_end` of each answer.";

/// A transcript.
#[derive(Debug, ClapArgs)]
#[command(after_help = LOG_EXAMPLES)]
pub(crate) struct Log {
    #[command(flatten)]
    pub(crate) session: Session,
    /// Go on until the session ends
    #[arg(short, long)]
    pub(crate) follow: bool,
    /// Only what comes after this place in the history
    #[arg(long, value_name = "SEQ", value_parser = seq, default_value = "0", hide_default_value = true)]
    pub(crate) after: Seq,
}

const NOTE_EXAMPLES: &str = "\
Examples:
  alc note @ 'asked legal, answer on Monday'
  git log -1 | alc note k7fq2m9d - --title merged";

/// A note.
#[derive(Debug, ClapArgs)]
#[command(after_help = NOTE_EXAMPLES)]
pub(crate) struct Note {
    #[command(flatten)]
    pub(crate) session: Session,
    /// The note; `-` reads stdin without its last line end, `@FILE` a file
    #[arg(value_name = "TEXT", allow_negative_numbers = true)]
    pub(crate) text: Value,
    /// A headline
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
}

const REMOVE_EXAMPLES: &str = "\
Examples:
  alc rm k7fq2m9d
  alc rm --state done --since 1d
  alc rm --force k7fq2m9d

What is deleted is gone for good; its id is not used again. With --force a session that cannot be \
read is deleted, too, whatever state it was in, and how much went with it is said; no other is \
touched. Who may want to repair the journal copies its files first.";

/// Deleting.
#[derive(Debug, ClapArgs)]
#[command(group = selection::which(), after_help = REMOVE_EXAMPLES)]
pub(crate) struct Remove {
    /// The sessions, which must have ended: full ids, names, or `@` for the newest; without any, the
    /// ended ones that --state, --kind, -l and --since select, as `list` shows them
    #[arg(value_name = "REF", conflicts_with = "selection")]
    pub(crate) references: Vec<Reference>,
    /// Also what the journal cannot read any more, since it is damaged; takes full ids only
    #[arg(long, conflicts_with = "selection")]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) selection: Selection,
}

const GC_EXAMPLES: &str = "\
Examples:
  alc gc --dry-run
  alc gc --older-than 7d
  alc gc --keep-bytes 1G

It prints `key=value` lines: how many sessions, stored texts (blobs) and marks of sessions deleted \
long ago (tombstones) went, and how many bytes. With --dry-run the bytes are an estimate.";

/// Retention.
#[derive(Debug, ClapArgs)]
#[command(after_help = GC_EXAMPLES)]
pub(crate) struct Gc {
    /// Change nothing, and print what would be deleted
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Delete the sessions that ended so long ago: seconds, or 12h, 7d; without it, what `gc.older_than`
    /// in config.toml says, or else 30d
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub(crate) older_than: Option<Duration>,
    /// Then those that ended first, until the journal has no more than so many bytes, or KiB, MiB,
    /// GiB with K, M, G; without it, what `gc.keep_bytes` in config.toml says
    #[arg(long, value_name = "N", value_parser = parse_size)]
    pub(crate) keep_bytes: Option<u64>,
}
