//! What happens to a session, and how its history tells it.
//!
//! An [`Event`] is what the state machine decides on; an [`Entry`] is a line of the history, one
//! `seq` each, in the form in which it is journaled. One event is often several entries.

use serde::{Deserialize, Serialize};

use crate::{CancelReason, Pause, PauseKind, QueryId, QueryView, SessionId, StateName};

/// Something that happened; [`crate::State::apply`] says whether it may and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The script was loaded and the session exists.
    Spawned,
    /// A daemon took the session up again that was running when the last daemon ended.
    Recovered,
    /// The script asked; it waits for every query of the pause.
    Asked(Pause),
    /// Answers arrived for open queries.
    Answered {
        /// Each of them once.
        answers: Vec<Answered>,
        /// How they were sent.
        payload: PayloadKind,
    },
    /// The script returned.
    Finished,
    /// The script failed.
    Failed,
    /// Somebody wants the session to end; from here on it can only end cancelled.
    CancelRequested(CancelReason),
    /// The script has been stopped.
    Cancelled,
    /// The script wrote a line to its log.
    Logged(LogLine),
    /// The script said how far it is.
    Progressed(Progress),
    /// Somebody added a note to the history.
    Noted(Note),
    /// The session came from a file; it had this id there, if that is another one.
    Imported(Option<SessionId>),
    /// The session begins where another one had asked this query.
    Branched(QueryId),
}

impl Event {
    /// The event's name, for messages.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Spawned => "spawned",
            Self::Recovered => "recovered",
            Self::Asked(_) => "asked",
            Self::Answered { .. } => "answered",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::CancelRequested(_) => "cancel requested",
            Self::Cancelled => "cancelled",
            Self::Logged(_) => "logged",
            Self::Progressed(_) => "progressed",
            Self::Noted(_) => "noted",
            Self::Imported(_) => "imported",
            Self::Branched(_) => "branched",
        }
    }
}

/// One answer, without its text: the state machine does not read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The query's number.
    pub query: u32,
    /// What the answer cost, if that was said.
    pub usage: Option<Usage>,
}

/// What an answer cost, in tokens, as reported by whoever answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Usage {
    /// Tokens of the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_tokens: Option<u64>,
    /// Tokens of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion_tokens: Option<u64>,
}

/// How answers were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PayloadKind {
    /// One answer.
    Single,
    /// Several at once.
    Batch,
}

/// One line of a session's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LogLine {
    /// `error`, `warn`, `info`, `debug`, or what the script said.
    pub level: String,
    /// Which function wrote it, for example `print`.
    pub source: String,
    /// The text.
    pub message: String,
}

/// What somebody adds to a history, also of a session that has ended; the script never sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Note {
    /// A headline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The text.
    pub content: String,
}

impl Note {
    /// The most bytes of title and content together.
    pub const LIMIT: usize = 64 << 10;

    /// How many bytes it has.
    #[must_use]
    pub fn size(&self) -> usize {
        self.content.len() + self.title.as_ref().map_or(0, String::len)
    }
}

/// How far a script says it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Progress {
    /// Steps done.
    pub step: u64,
    /// Steps in all.
    pub total: u64,
    /// What is being done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// One line of the history. The journal names queries by number and keeps their text once, with the
/// query; people and scripts see [`ShownEntry`], made of it by [`Entry::show`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Entry<Id = u32, Text = u32> {
    /// The session exists.
    Spawned {},
    /// It is in another state now.
    StateTransition {
        /// The state before.
        from: StateName,
        /// The state now.
        to: StateName,
    },
    /// The script waits for answers.
    PauseRequested {
        /// To what.
        pause: Asked<Text>,
    },
    /// A query is open.
    LlmCallBegin {
        /// Which.
        query_id: Id,
    },
    /// A query is answered.
    LlmCallEnd {
        /// Which.
        query_id: Id,
        /// What the answer cost.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<Usage>,
    },
    /// Answers were stored.
    ResumeAccepted {
        /// How they were sent.
        payload_kind: PayloadKind,
    },
    /// The script said how far it is.
    Progress(Progress),
    /// The script wrote to its log.
    Log(LogLine),
    /// Somebody wants it to end.
    CancelRequested {
        /// Who, and why.
        reason: CancelReason,
    },
    /// A daemon took it up again after the last one ended while it ran.
    Recovered {},
    /// Somebody added a note.
    Note(Note),
    /// It came from a file that `alc export` wrote, and goes on here.
    Imported {
        /// Its id in that file, if it has another one here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<SessionId>,
    },
    /// What stands before it happened to another session, up to the question of a query that is to
    /// be answered anew.
    Branched {
        /// That session's query.
        from: QueryId,
    },
}

/// The queries of a pause as it began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Asked<Text> {
    /// One or several.
    pub kind: PauseKind,
    /// All of them, by number.
    pub queries: Vec<Text>,
}

/// An entry as it is shown: queries by id, and with their text where they are asked.
pub type ShownEntry = Entry<QueryId, QueryView>;

impl<Id, Text> Entry<Id, Text> {
    /// The entry's kind as it is stored and shown.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Spawned {} => "spawned",
            Self::StateTransition { .. } => "state_transition",
            Self::PauseRequested { .. } => "pause_requested",
            Self::LlmCallBegin { .. } => "llm_call_begin",
            Self::LlmCallEnd { .. } => "llm_call_end",
            Self::ResumeAccepted { .. } => "resume_accepted",
            Self::Progress(_) => "progress",
            Self::Log(_) => "log",
            Self::CancelRequested { .. } => "cancel_requested",
            Self::Recovered {} => "recovered",
            Self::Note(_) => "note",
            Self::Imported { .. } => "imported",
            Self::Branched { .. } => "branched",
        }
    }
}

impl Entry {
    /// The entry as it is shown; `text` finds what a query of `session` asks.
    pub fn show<E>(
        self,
        session: &SessionId,
        mut text: impl FnMut(u32) -> Result<QueryView, E>,
    ) -> Result<ShownEntry, E> {
        Ok(match self {
            Self::PauseRequested { pause: Asked { kind, queries } } => {
                let queries = queries.into_iter().map(&mut text).collect::<Result<_, _>>()?;
                Entry::PauseRequested { pause: Asked { kind, queries } }
            }
            Self::LlmCallBegin { query_id } => {
                Entry::LlmCallBegin { query_id: session.query(query_id) }
            }
            Self::LlmCallEnd { query_id, usage } => {
                Entry::LlmCallEnd { query_id: session.query(query_id), usage }
            }
            Self::Spawned {} => Entry::Spawned {},
            Self::StateTransition { from, to } => Entry::StateTransition { from, to },
            Self::ResumeAccepted { payload_kind } => Entry::ResumeAccepted { payload_kind },
            Self::Progress(progress) => Entry::Progress(progress),
            Self::Log(line) => Entry::Log(line),
            Self::CancelRequested { reason } => Entry::CancelRequested { reason },
            Self::Recovered {} => Entry::Recovered {},
            Self::Note(note) => Entry::Note(note),
            Self::Imported { from } => Entry::Imported { from },
            Self::Branched { from } => Entry::Branched { from },
        })
    }
}
