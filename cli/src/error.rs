//! Everything that can go wrong, with its name, exit code, sentence and hint.

mod class;
mod usage;

use std::{error::Error as _, fmt::Write as _, io, path::PathBuf};

use alc_core::{
    CancelReason, FORMAT, Label, QueryId, Reference, SessionError, SessionId, SessionRef, StateName,
};
use alc_ipc::{ClientError, EndpointError, NoHome};

pub(crate) use self::usage::usage;
use crate::{
    drive::{CassetteProblem, NoAnswer},
    exit::Exit,
    input::InputError,
    json::ErrorLine,
    launch::LaunchError,
    output::OutputError,
    service::ServiceError,
    signals::Left,
};

/// Why a command did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The arguments cannot be meant.
    #[error("{message}")]
    Usage { message: String, help: String },
    /// What was handed in is refused.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The daemon said no, or nothing.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The data folder does not say where the daemon is.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// There is no data folder.
    #[error(transparent)]
    Home(#[from] NoHome),
    /// The daemon did not start.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// What was printed is lost.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// A file that was asked for cannot be written.
    #[error("cannot write {}", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    /// A file that is to be imported cannot be read.
    #[error("cannot read {}", path.display())]
    NoImport { path: PathBuf, source: io::Error },
    /// The system has no place for what is on its way to stdout.
    #[error("cannot make a temporary file")]
    NoTemporary(#[source] io::Error),
    /// There is no daemon, and it may not be started.
    #[error("no daemon is running for {home}")]
    NotRunning { home: String },
    /// The daemon is not ended under running Lua.
    #[error("{}; {} would go on at the next start", running(*.sessions), if *.sessions == 1 { "it" } else { "they" })]
    Busy { sessions: u32, insist: &'static str },
    /// No daemon has written a log.
    #[error("there is no log in {home}: no daemon has run there")]
    NoLog { home: String },
    /// There is nothing to look in.
    #[error("{}", absent(.0))]
    NotFound(Reference),
    /// What cannot be undone is done to sessions that are named in full.
    #[error("`{beginning}` is only how the id of session {session} begins")]
    Prefix { beginning: Reference, session: SessionId },
    /// A selection is empty that should not be; the labels it is by, if it is by labels alone.
    #[error("{}", none_selected(.0))]
    NoneSelected(Vec<Label>),
    /// What a session asks, of one that asks nothing more.
    #[error("{session} is {state} and asks nothing more")]
    Ended { session: SessionId, state: StateName },
    /// What a session asks, of one that is at work.
    #[error("{session} is running and asks nothing yet")]
    NoneOpen { session: SessionId },
    /// The result of a session that has none yet.
    #[error("{session} is {state} and has no result yet")]
    NotEnded { session: SessionId, state: StateName },
    /// `--timeout` passed before a session was where it should get.
    #[error("{session} did not get there in time")]
    Late { session: SessionId },
    /// A query that nobody answered.
    #[error("{query} is still open")]
    NoAnswer { query: QueryId, source: NoAnswer },
    /// Answers on tape that cannot be read.
    #[error("cannot read the cassette {}", path.display())]
    Cassette {
        path: PathBuf,
        #[source]
        problem: CassetteProblem,
    },
    /// `--max-queries` was not enough.
    #[error("{session} asks more than {limit} {}", if *limit == 1 { "query" } else { "queries" })]
    AsksMore { session: SessionId, limit: u32 },
    /// The system has no thread left.
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
    /// The result of a session that failed.
    #[error("{session} failed: {}", .error.message)]
    SessionFailed { session: SessionId, error: SessionError },
    /// The result of a session that was cancelled.
    #[error("{session} was cancelled{}", .reason.detail.as_ref().map(|why| format!(": {why}")).unwrap_or_default())]
    SessionCancelled { session: SessionId, reason: CancelReason },
    /// A new session's id cannot be printed.
    #[error("session {session} exists now, but its id cannot be written to stdout")]
    Unprinted { session: SessionId, source: OutputError },
    /// A new session cannot be shown.
    #[error("session {session} exists now, but cannot be shown")]
    Unshown { session: SessionId, source: Box<Self> },
    /// An answer is stored, and what came of it cannot be shown.
    #[error("the answer is stored, but what {session} asks next is not known")]
    NextUnknown { session: SessionId, source: Box<Self> },
    /// A line of a batch was not carried out.
    #[error("line {line}")]
    OfLine { line: usize, source: Box<Self> },
    /// The connection broke before the daemon said that it did what was asked.
    #[error("lost the connection to the daemon; {unknown} is not known")]
    Lost { unknown: &'static str, look: String, source: io::Error },
    /// What needs no daemon was not done.
    #[error("{} ended without an answer", program.display())]
    Tool { program: PathBuf, source: io::Error },
    /// One of several packages or scenarios is left as it was.
    #[error("`{name}` {problem}")]
    NotDone { name: String, problem: String, class: (&'static str, Exit) },
    /// The platform does not start the daemon, or goes on doing so.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    Random,
    /// The daemon's JSON is not what this client reads.
    #[error("cannot read what the daemon sent")]
    Unreadable(#[from] serde_json::Error),
}

impl CliError {
    /// How it ends the command.
    pub(crate) fn exit(&self) -> Exit {
        self.class().1
    }

    /// The same; if the time was up, it says for whom.
    pub(crate) fn about(self, session: &SessionId) -> Self {
        match self {
            Self::Client(ClientError::DeadlinePassed) => Self::Late { session: session.clone() },
            error => error,
        }
    }

    /// A command that helps.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Usage { help, .. } => Some(help.clone()),
            Self::Input(InputError::Terminal { help, .. }) => Some((*help).to_owned()),
            Self::Client(ClientError::Refused(failure))
            | Self::Launch(LaunchError::Refused(failure)) => failure.hint.clone(),
            Self::Launch(LaunchError::Folder(error)) => error.hint(),
            Self::Client(ClientError::Incompatible { .. }) => Some("alc daemon restart".to_owned()),
            Self::Busy { insist, .. } => Some((*insist).to_owned()),
            Self::NotRunning { .. } | Self::NoLog { .. } => Some("alc daemon start".to_owned()),
            Self::NotFound(_) | Self::NoneSelected(_) => Some("alc list".to_owned()),
            Self::Ended { session, .. } => Some(format!("alc result {session}")),
            Self::NoAnswer { query, source: NoAnswer::Declined } => {
                Some(format!("alc drive {}", query.session))
            }
            Self::NoAnswer { query, .. } => Some(format!("alc prompt {query}")),
            Self::AsksMore { session, .. }
            | Self::NoneOpen { session }
            | Self::Unprinted { session, .. }
            | Self::Unshown { session, .. }
            | Self::NextUnknown { session, .. } => Some(format!("alc prompt {session}")),
            Self::NotEnded { session, state: StateName::Paused } => {
                Some(format!("alc prompt {session}"))
            }
            Self::NotEnded { session, .. } => Some(format!("alc result {session} --wait")),
            Self::Late { session } | Self::Prefix { session, .. } => {
                Some(format!("alc state {session}"))
            }
            Self::Lost { look, .. } => Some(look.clone()),
            Self::OfLine { source, .. } => source.hint(),
            _ => None,
        }
    }

    /// What happened and why, as one sentence.
    pub(crate) fn message(&self) -> String {
        let mut message = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let system = error.downcast_ref::<io::Error>().map(io::Error::kind);
            if system == Some(io::ErrorKind::UnexpectedEof) {
                // How a lost connection shows; its words help nobody.
                break;
            }
            let says = error.to_string();
            // The system's number for it says no more than its words.
            let says = system.map_or(&*says, |_| says.split(" (os error ").next().unwrap_or(&says));
            // Writing to a string cannot fail.
            let _ = write!(message, ": {says}");
            cause = error.source();
        }
        message
    }

    /// For people: `alc: SENTENCE [code_name]`, a script's traceback, and at most one hint.
    pub(crate) fn to_text(&self, alc: &str) -> String {
        let mut text = format!("{alc} {} [{}]", self.message(), self.class().0);
        if let Some(lines) = self.detail() {
            text.push('\n');
            text.push_str(lines.trim_end());
        }
        if let Some(command) = self.hint() {
            text.push_str(&hint(&command));
        }
        text
    }

    /// More about it, in lines.
    fn detail(&self) -> Option<&str> {
        match self {
            Self::SessionFailed { error, .. } => error.traceback.as_deref(),
            Self::NoAnswer { source: NoAnswer::NotTaped { diff, .. }, .. } => diff.as_deref(),
            _ => None,
        }
    }

    /// For programs: one line.
    pub(crate) fn to_json(&self) -> String {
        let (code, exit) = self.class();
        let (message, hint) = (self.message(), self.hint());
        let line = ErrorLine {
            v: FORMAT,
            code,
            exit: exit as u8,
            message: &message,
            detail: self.detail(),
            hint: hint.as_deref(),
            retryable: exit.is_retryable(),
        };
        // Text and numbers always have a JSON form.
        serde_json::to_string(&line).unwrap_or_default()
    }
}

/// So many sessions are running.
fn running(sessions: u32) -> String {
    match sessions {
        1 => "1 session is running".to_owned(),
        more => format!("{more} sessions are running"),
    }
}

fn none_selected(labels: &[Label]) -> String {
    if labels.is_empty() {
        return "these flags select no session".to_owned();
    }
    let names: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
    let what = if names.len() == 1 { "the label" } else { "the labels" };
    format!("no session has {what} {}", names.join(" and "))
}

/// A verb that a signal ended; the process dies of it, so that this has no exit code of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interrupted<'a> {
    /// The signal.
    pub(crate) signal: i32,
    /// What it leaves.
    pub(crate) left: &'a Left,
}

impl Interrupted<'_> {
    const CODE: &'static str = "interrupted";

    /// For people, as [`CliError::to_text`].
    pub(crate) fn to_text(self, alc: &str) -> String {
        let Left { sentence, command } = self.left;
        format!("{alc} {sentence} [{}]{}", Self::CODE, hint(command))
    }

    /// For programs: one line, with the exit code that a shell sees.
    pub(crate) fn to_json(self) -> String {
        let line = ErrorLine {
            v: FORMAT,
            code: Self::CODE,
            exit: 128 + u8::try_from(self.signal).unwrap_or_default(),
            message: &self.left.sentence,
            detail: None,
            hint: Some(&self.left.command),
            retryable: true,
        };
        serde_json::to_string(&line).unwrap_or_default()
    }
}

fn hint(command: &str) -> String {
    format!("\n  hint: {command}")
}

/// Says that a reference names nothing.
fn absent(reference: &Reference) -> String {
    match &reference.session {
        SessionRef::Newest => "there is no session yet".to_owned(),
        SessionRef::Text(text) => format!("no session is called `{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use alc_core::ErrorKind as SessionErrorKind;
    use alc_ipc::{ErrorCode, Failure};

    use super::*;

    fn session() -> SessionId {
        SessionId::from_random(0)
    }

    #[test]
    fn a_refusal_is_a_sentence_with_its_code_and_a_hint() {
        let failure = Failure {
            code: ErrorCode::StaleQuery,
            message: "a0000000.1 has another answer".to_owned(),
            hint: Some("alc prompt a0000000".to_owned()),
        };
        let error = CliError::from(ClientError::Refused(failure));
        assert_eq!(
            error.to_text("alc:"),
            "alc: a0000000.1 has another answer [stale_query]\n  hint: alc prompt a0000000"
        );
        assert_eq!(
            error.to_json(),
            concat!(
                r#"{"type":"error","v":1,"code":"stale_query","exit":5,"#,
                r#""message":"a0000000.1 has another answer","hint":"alc prompt a0000000","#,
                r#""retryable":false}"#
            )
        );
    }

    #[test]
    fn a_cause_is_told_once() {
        let source = io::Error::from(io::ErrorKind::NotFound);
        let unreadable = InputError::Unreadable { name: "x.lua".to_owned(), source };
        let error = CliError::from(unreadable);
        assert_eq!(error.to_text("alc:"), "alc: cannot read x.lua: entity not found [invalid]");
        assert_eq!(error.exit(), Exit::Usage);
    }

    #[test]
    fn what_the_system_says_is_told_in_words() {
        let source = io::Error::from_raw_os_error(2);
        let words = source.to_string();
        let (words, _) = words.split_once(" (os error ").expect("has a number");
        let unreadable = InputError::Unreadable { name: "x.lua".to_owned(), source };
        assert_eq!(CliError::from(unreadable).message(), format!("cannot read x.lua: {words}"));
    }

    #[test]
    fn a_failed_session_shows_its_traceback() {
        let error = SessionError {
            kind: SessionErrorKind::LuaError,
            message: "x.lua:1: boom".to_owned(),
            traceback: Some("stack traceback:\n\tx.lua:1: in main chunk\n".to_owned()),
        };
        let error = CliError::SessionFailed { session: session(), error };
        assert_eq!(
            error.to_text("alc:"),
            "alc: a0000000 failed: x.lua:1: boom [failed]\nstack traceback:\n\tx.lua:1: in main chunk"
        );
    }
}
