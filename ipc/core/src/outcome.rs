//! How a session ended, and why.

use serde::{Deserialize, Serialize};

/// Who or what asked for a cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// `alc cancel`.
    User,
    /// The session's deadline passed.
    Timeout,
    /// Reserved.
    ParentDropped,
    /// Reserved.
    SystemShutdown,
    /// The daemon itself.
    Internal,
}

/// The first request to cancel a session; later ones change nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CancelReason {
    /// Who asked.
    pub code: ReasonCode,
    /// Why, in the words of whoever asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// When, in Unix milliseconds.
    pub requested_at: i64,
}

/// What sort of failure ended a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The script raised an error that it did not catch.
    LuaError,
    /// The engine could not go on.
    EngineError,
    /// A budget ran out and the script did not catch that.
    Budget,
    /// The session needed more memory than it may have.
    Memory,
    /// A re-run script did not do what its journal says it did.
    Diverged,
    /// Anything else, for example a value that has no JSON form.
    Other,
}

/// Why a session is `failed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionError {
    /// What sort of failure.
    pub kind: ErrorKind,
    /// What was raised, with the position in the script where there is one.
    pub message: String,
    /// Where the script was, in Lua's format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceback: Option<String>,
}

/// How a session ended; written once and never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The script returned this value, as JSON text.
    Done(String),
    /// The script failed.
    Failed(SessionError),
    /// Somebody cancelled it.
    Cancelled(CancelReason),
}
