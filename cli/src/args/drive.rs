//! The arguments of the verbs that have a session's queries answered: `drive`, `run`.

use std::{ffi::OsString, num::NonZero, str::FromStr, time::Duration};

use clap::Args as ClapArgs;

use super::{Session, Start, Timeout};
use crate::time::parse_duration;

const DRIVE_EXAMPLES: &str = "\
Examples:
  alc drive @ -- llm
  alc drive k7fq2m9d --answer-timeout 2m --retry 2 -- claude -p
  alc drive @ -j 4 --role grader='llm -m small' -- llm
  alc drive @ --sh 'tee prompt.txt | llm'
  alc list -q -l batch=b1 --state paused | xargs -P8 -I{} alc drive {} -- llm > /dev/null

The command gets a prompt on its stdin and prints the answer. It finds ALC_SESSION, ALC_QUERY,
ALC_MAX_TOKENS and, where they apply, ALC_ROLE and ALC_SYSTEM in its environment; a system prompt over
64 KiB is in the file ALC_SYSTEM_FILE. If the command fails or answers nothing, the query stays open.";

/// Driving.
#[derive(Debug, ClapArgs)]
#[command(after_help = DRIVE_EXAMPLES)]
pub(crate) struct Drive {
    #[command(flatten)]
    pub(crate) session: Session,
    #[command(flatten)]
    pub(crate) driving: Driving,
}

const RUN_EXAMPLES: &str = "\
Examples:
  alc run review.lua --set diff=\"$(git diff)\" -- llm
  alc run -e 'return alc.llm(\"2+2?\")' -r -- sh -c 'read sum; echo 4'

It starts a session, has its queries answered as `alc drive` does, and prints its result. A session
whose queries are not all answered stays; go on with it by `alc drive`.";

/// Starting, driving, and the result.
#[derive(Debug, ClapArgs)]
#[command(after_help = RUN_EXAMPLES)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) start: Start,
    #[command(flatten)]
    pub(crate) driving: Driving,
}

/// Who answers, and how.
#[derive(Debug, ClapArgs)]
pub(crate) struct Driving {
    /// The command that answers, with its arguments
    #[arg(last = true, value_name = "CMD")]
    pub(crate) command: Vec<OsString>,
    /// Instead, a command line for the shell
    #[arg(long, value_name = "COMMAND", conflicts_with = "command")]
    pub(crate) sh: Option<OsString>,
    /// Answer queries of this role by another command, a line for the shell; may be repeated
    #[arg(long = "role", value_name = "ROLE=COMMAND")]
    pub(crate) roles: Vec<ForRole>,
    /// Answer so many queries of a batch at a time
    #[arg(short, value_name = "N", default_value = "1")]
    pub(crate) jobs: NonZero<u16>,
    /// End an answer command that takes longer than this; that is a failure
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub(crate) answer_timeout: Option<Duration>,
    /// Try a failed query so many times again, after a pause that grows
    #[arg(long, value_name = "N", default_value = "0", hide_default_value = true)]
    pub(crate) retry: u16,
    /// Answer at most so many queries; exit with 8 if the session asks more
    #[arg(long, value_name = "N")]
    pub(crate) max_queries: Option<u32>,
    #[command(flatten)]
    pub(crate) accepted: Accepted,
    /// Take the place of another driver
    #[arg(long)]
    pub(crate) steal: bool,
    /// Print a string without quotes
    #[arg(short)]
    pub(crate) raw: bool,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

/// What is an answer.
#[derive(Clone, Copy, Debug, ClapArgs)]
pub(crate) struct Accepted {
    /// The command prints a JSON object: `response`, and perhaps `usage`
    #[arg(long)]
    pub(crate) answer_json: bool,
    /// Accept an empty answer
    #[arg(long)]
    pub(crate) allow_empty: bool,
}

/// A command for one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ForRole {
    /// The role.
    pub(crate) role: String,
    /// A line for the shell.
    pub(crate) command: String,
}

/// The text gives no role a command.
#[derive(Debug, thiserror::Error)]
#[error("a role's command is written ROLE=COMMAND")]
pub(crate) struct BadRole;

impl FromStr for ForRole {
    type Err = BadRole;

    fn from_str(text: &str) -> Result<Self, BadRole> {
        let (role, command) = text.split_once('=').ok_or(BadRole)?;
        if role.is_empty() || command.trim().is_empty() {
            return Err(BadRole);
        }
        Ok(Self { role: role.to_owned(), command: command.to_owned() })
    }
}
