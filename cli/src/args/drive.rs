//! The arguments of the verbs that have a session's queries answered: `drive`, `run`.

use std::{ffi::OsString, num::NonZero, path::PathBuf, str::FromStr, time::Duration};

use alc_core::{Name, SessionId};
use clap::{Args as ClapArgs, ValueEnum};

use super::{Session, Start, Timeout};
use crate::{input::Value, shell::quoted, time::parse_duration};

const DRIVE_EXAMPLES: &str = "\
Examples:
  alc drive @ -- llm
  alc drive k7fq2m9d --answer-timeout 2m --retry 2 -- claude -p
  alc drive @ -j 4 --role grader='llm -m small' -- llm
  alc drive @ --sh 'tee prompt.txt | llm'
  alc list -q --state paused | xargs -P8 -I{} alc drive {} -- llm

The command gets a prompt on its stdin and prints the answer. It finds ALC_SESSION, ALC_QUERY, \
ALC_MAX_TOKENS and, where they apply, ALC_ROLE and ALC_SYSTEM in its environment; a system prompt over \
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
  alc run refine.lua --set task='a haiku about rain'        you answer
  alc run -e 'return alc.llm(\"2+2?\")' -r -- sh -c 'read sum; echo 4'
  alc run --strategy cot --task 'is this diff safe?' -- llm

It starts a session, has its queries answered as `alc drive` does, and prints its result. A session \
whose queries are not all answered stays; go on with it by `alc drive`.";

/// Starting, driving, and the result.
#[derive(Debug, ClapArgs)]
#[command(after_help = RUN_EXAMPLES)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) start: Start,
    /// Run a strategy, an installed package, in place of a script
    #[arg(long, value_name = "PACKAGE", group = "Source")]
    pub(crate) strategy: Option<Name>,
    /// What the strategy is to do; `-` reads stdin without its last line end, `@FILE` a file
    #[arg(long, conflicts_with_all = ["file", "e"], allow_negative_numbers = true)]
    pub(crate) task: Option<Value>,
    #[command(flatten)]
    pub(crate) driving: Driving,
}

/// Who answers, and how.
#[derive(Debug, ClapArgs)]
pub(crate) struct Driving {
    /// The command that answers, with its arguments; without one, on a terminal, you are asked
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
    #[command(flatten)]
    pub(crate) tape: Tape,
    /// Take the place of another driver
    #[arg(long)]
    pub(crate) steal: bool,
    /// Print a string without quotes
    #[arg(short)]
    pub(crate) raw: bool,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

impl Driving {
    /// The command that goes on with a session in the same way.
    pub(crate) fn again(&self, session: &SessionId) -> String {
        let mut words = vec!["alc".to_owned(), "drive".to_owned(), session.to_string()];
        for ForRole { role, command } in &self.roles {
            words.extend(["--role".to_owned(), format!("{role}={command}")]);
        }
        let Self { command, sh, jobs, retry, tape, .. } = self;
        let mode = tape.cassette.as_ref().and_then(|_| tape.mode.to_possible_value());
        let values = [
            ("-j", (jobs.get() > 1).then(|| jobs.to_string())),
            ("--answer-timeout", self.answer_timeout.map(millis)),
            ("--timeout", self.timeout.timeout.map(millis)),
            ("--retry", (*retry > 0).then(|| retry.to_string())),
            ("--max-queries", self.max_queries.map(|most| most.to_string())),
            ("--cassette", tape.cassette.as_ref().map(|file| file.display().to_string())),
            ("--mode", mode.map(|mode| mode.get_name().to_owned())),
            ("--sh", sh.as_ref().map(|line| line.to_string_lossy().into_owned())),
        ];
        for (flag, value) in values {
            words.extend(value.into_iter().flat_map(|value| [flag.to_owned(), value]));
        }
        let Accepted { answer_json, allow_empty } = self.accepted;
        let flags =
            [("--answer-json", answer_json), ("--allow-empty", allow_empty), ("-r", self.raw)];
        words.extend(flags.iter().filter(|(_, set)| *set).map(|(flag, _)| (*flag).to_owned()));
        if !command.is_empty() {
            words.push("--".to_owned());
            words.extend(command.iter().map(|word| word.to_string_lossy().into_owned()));
        }
        let quoted: Vec<_> = words.iter().map(|word| quoted(word)).collect();
        quoted.join(" ")
    }
}

/// As `--timeout` reads it.
fn millis(time: Duration) -> String {
    format!("{}ms", time.as_millis())
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

/// Answers on tape.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Tape {
    /// Keep answers in this file, by the content of their queries, and take them from there
    #[arg(long, value_name = "FILE")]
    pub(crate) cassette: Option<PathBuf>,
    /// What the cassette is for
    #[arg(long, value_enum, default_value = "auto", requires = "cassette")]
    pub(crate) mode: Mode,
}

/// What a cassette is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// Every query is answered anew, and the answer taped
    Record,
    /// No query is answered but from the tape; one that is not there is a failure
    Replay,
    /// What is not on tape is answered and taped
    Auto,
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
