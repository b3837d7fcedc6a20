//! What a client may ask: one variant and one struct for each command.
//!
//! Bodies are positional: new variants go at the end, and a changed struct is a new variant.

use alc_core::{CancelReason, Reference, Seq, SessionKind, StateName, Usage};
use serde::{Deserialize, Serialize};

use crate::{Json, positional};

/// A request or response with the number that ties them together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tagged<T> {
    /// Chosen by the client, unique among its requests under way.
    pub id: u32,
    /// The message.
    pub body: T,
}

/// Everything a client may ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Start a session; answered by `Spawned`.
    Spawn(Spawn),
    /// One session as it is now; answered by `Session`.
    State(Reference),
    /// Many sessions, a page at a time; answered by `Sessions`.
    List(List),
    /// One query as it was asked, open or not; answered by `Query`.
    Query(Reference),
    /// Answer one query or several; answered by `Resumed` once the answers are on disk.
    Resume(Resume),
    /// End a session; answered by `Cancelled` once that cannot be undone.
    Cancel(Cancel),
    /// How a session ended; answered by `Outcome`.
    Outcome(Reference),
    /// Wait for a session to get somewhere; answered by `Session`.
    Wait(Wait),
    /// Follow a history; answered by any count of `Event`, then `Observed`.
    Observe(Observe),
    /// About the daemon; answered by `Status`.
    Status,
    /// End the daemon; answered by `Stopping`.
    Stop(Stop),
}

/// Starts a `run` session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spawn {
    /// The Lua source, a function body.
    pub source: String,
    /// What messages call the source, for example `review.lua`.
    pub chunk: String,
    /// The session's `ctx`, a JSON object.
    pub ctx: Json,
}

/// Which sessions, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Only these states; all if empty.
    pub states: Vec<StateName>,
    /// Only these kinds; all if empty.
    pub kinds: Vec<SessionKind>,
    /// At most so many.
    pub limit: u32,
    /// Go on behind this page: its [`crate::Page::next`].
    pub after: Option<u64>,
}

/// Answers queries of one session: all of them or, if one is refused, none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// The session, perhaps with a query that a single answer is for.
    pub session: Reference,
    /// The answers.
    pub answers: Answers,
}

/// One answer, or several by query number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answers {
    /// For the query that the reference names, else the lowest open one.
    One {
        /// The answer.
        text: String,
        /// What it cost.
        #[serde(with = "positional::usage")]
        usage: Option<Usage>,
    },
    /// Each for the query it names.
    Batch(Vec<Answer>),
}

/// An answer to one query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The query's number.
    pub query: u32,
    /// The answer.
    pub text: String,
    /// What it cost.
    #[serde(with = "positional::usage")]
    pub usage: Option<Usage>,
}

/// Ends a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancel {
    /// Which, by full id or name.
    pub session: Reference,
    /// Who asks, and why; its time is set by the daemon.
    #[serde(with = "positional::reason")]
    pub reason: CancelReason,
}

/// Waits for a session to get somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// Which.
    pub session: Reference,
    /// Where to.
    pub until: WaitFor,
}

/// Where a waited-for session must get; its end always counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WaitFor {
    /// A query is open, or it ended.
    Actionable,
    /// It ended.
    Terminal,
}

/// Follows a history from any place, until the session ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observe {
    /// Which.
    pub session: Reference,
    /// Only what comes behind this place.
    pub after: Seq,
}

/// Ends the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Also while Lua is running; such sessions go on at the next start.
    pub force: bool,
}
