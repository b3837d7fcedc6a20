//! The public JSON: what `--json` prints, in the shapes that scripts may rely on.
//!
//! The daemon renders these and the client prints them as they come. Absent means missing; readers
//! ignore what they do not know. Times are Unix milliseconds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    Budget, CancelReason, LogLine, PauseKind, Progress, Query, QueryId, Seq, SessionError,
    SessionId, ShownEntry, Source, StateName, Stats,
};

/// The `v` of every line.
pub const FORMAT: u32 = 1;

/// What sort of session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// A Lua chunk.
    #[default]
    Run,
    /// A strategy package.
    Advice,
    /// An evaluation.
    Eval,
}

/// One session as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "session")]
pub struct SessionView {
    /// [`FORMAT`].
    pub v: u32,
    /// Its id.
    pub id: SessionId,
    /// Its name, if it was given one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What sort of session.
    pub kind: SessionKind,
    /// Where it stands.
    pub state: StateName,
    /// The last entry of its history.
    pub seq: Seq,
    /// When it was spawned.
    pub created_at: i64,
    /// When its history last grew.
    pub changed_at: i64,
    /// When it is cancelled if it has not ended before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_at: Option<i64>,
    /// Labels that its spawner gave it.
    pub labels: BTreeMap<String, String>,
    /// What it waits for, while it is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<PauseView>,
    /// What it has used.
    pub usage: UsageView,
    /// What it may use, where anything is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// How far it says it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// The latest lines of its log, oldest first.
    pub log: Vec<LogEntry>,
}

/// A line of the log with its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LogEntry {
    /// When it was written.
    pub ts: i64,
    /// The line.
    #[serde(flatten)]
    pub line: LogLine,
}

/// What a session has used so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UsageView {
    /// Queries asked.
    pub llm_calls: u64,
    /// Tokens of the questions.
    pub prompt_tokens: u64,
    /// Tokens of the answers.
    pub completion_tokens: u64,
    /// Where the numbers of tokens come from.
    pub source: Source,
}

/// A pause with the queries that are still open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PauseView {
    /// Whether it began with one query or several.
    pub kind: PauseKind,
    /// When it began.
    pub paused_at: i64,
    /// The open queries, by number.
    pub queries: Vec<QueryView>,
}

/// A query with its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QueryView {
    /// What an answer must name.
    pub query_id: QueryId,
    /// What was asked.
    #[serde(flatten)]
    pub query: Query,
}

/// One entry of a session's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "event")]
pub struct EventView {
    /// [`FORMAT`].
    pub v: u32,
    /// Whose history.
    pub session: SessionId,
    /// Where in it, from 1 and without gaps.
    pub seq: Seq,
    /// When.
    pub at: i64,
    /// What happened.
    #[serde(flatten)]
    pub entry: ShownEntry,
}

/// How a session ended.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "result")]
pub struct ResultView {
    /// [`FORMAT`].
    pub v: u32,
    /// Which session.
    pub session: SessionId,
    /// `done`, `failed` or `cancelled`.
    pub state: StateName,
    /// What a `done` session returned; JSON's `null` reads as absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Value"))]
    pub value: Option<Box<RawValue>>,
    /// Why a session `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<SessionError>,
    /// Why a session was `cancelled`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<CancelReason>,
    /// What a `cancelled` session was when that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_before: Option<StateName>,
    /// When it ended.
    pub finished_at: i64,
    /// What it used, and what it recorded about itself.
    pub stats: Stats,
}
