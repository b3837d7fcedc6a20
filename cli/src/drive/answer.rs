//! What an answer command printed, as an answer; or why it is none.

use std::{io, path::PathBuf, process::ExitStatus, time::Duration};

use alc_core::Usage;
use serde::Deserialize;

use super::commands::Ended;
use crate::{
    args::Accepted,
    input::{LIMIT, without_line_end},
};

/// How much longer than itself a text may be in JSON: `\u0000` stands for one byte.
const ESCAPED: usize = 6;
/// What may stand around it.
const AROUND: usize = 1 << 20;

/// An answer, as `--answer-json` reads it too.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Answer {
    #[serde(rename = "response")]
    pub(super) text: String,
    #[serde(default)]
    pub(super) usage: Option<Usage>,
}

/// There is no answer; its query stays open.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    /// The command cannot be run.
    #[error("cannot run `{command}`")]
    Start { command: String, source: io::Error },
    /// It says so itself.
    #[error("`{command}` ended with {}", shown(*status))]
    Status { command: String, status: ExitStatus },
    /// It takes too long.
    #[error("`{command}` did not answer in {} s", .limit.as_secs_f64())]
    Late { command: String, limit: Duration },
    /// What it printed cannot be read.
    #[error("cannot read what `{command}` prints")]
    Unreadable { command: String, source: io::Error },
    /// It printed bytes that are no text.
    #[error("what `{command}` printed is not UTF-8")]
    NotUtf8 { command: String },
    /// It printed too much.
    #[error("what `{command}` printed is over the limit of 16 MiB")]
    TooLarge { command: String },
    /// It printed nothing.
    #[error("`{command}` printed nothing; --allow-empty would accept that")]
    Empty { command: String },
    /// It did not print what `--answer-json` reads.
    #[error("what `{command}` printed is no answer in JSON: {problem}")]
    NotJson { command: String, problem: serde_json::Error },
    /// No command runs, and the answer is not on tape.
    #[error("{} has no answer to it", path.display())]
    NotTaped { path: PathBuf, diff: Option<String> },
    /// The person who was asked would not say.
    #[error("no answer was given")]
    Declined,
}

impl NoAnswer {
    /// Whether another try could succeed.
    pub(crate) fn may_pass(&self) -> bool {
        !matches!(self, Self::Start { .. } | Self::NotTaped { .. } | Self::Declined)
    }
}

/// How a process ended that did not succeed.
fn shown(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("signal {signal}");
    }
    status.code().map_or_else(|| status.to_string(), |code| format!("exit status {code}"))
}

/// What a command's answers look like.
#[derive(Debug)]
pub(super) struct Form {
    command: String,
    accepted: Accepted,
}

impl Form {
    /// Of this command's.
    pub(super) fn of(command: &str, accepted: Accepted) -> Self {
        Self { command: command.to_owned(), accepted }
    }

    /// How much a command may print.
    pub(super) fn limit(&self) -> usize {
        if self.accepted.answer_json { ESCAPED * LIMIT + AROUND } else { LIMIT + 1 }
    }

    /// The answer in what a command left.
    pub(super) fn read(&self, ended: io::Result<Ended>) -> Result<Answer, NoAnswer> {
        let command = || self.command.clone();
        let Ended { printed, status } =
            ended.map_err(|source| NoAnswer::Unreadable { command: command(), source })?;
        if printed.len() > self.limit() {
            return Err(NoAnswer::TooLarge { command: command() });
        }
        if !status.success() {
            return Err(NoAnswer::Status { command: command(), status });
        }
        let text =
            String::from_utf8(printed).map_err(|_| NoAnswer::NotUtf8 { command: command() })?;
        let answer = if self.accepted.answer_json {
            serde_json::from_str(&text)
                .map_err(|problem| NoAnswer::NotJson { command: command(), problem })?
        } else {
            Answer { text: without_line_end(text), usage: None }
        };
        match answer.text.len() {
            0 if !self.accepted.allow_empty => Err(NoAnswer::Empty { command: command() }),
            length if length > LIMIT => Err(NoAnswer::TooLarge { command: command() }),
            _ => Ok(answer),
        }
    }
}
