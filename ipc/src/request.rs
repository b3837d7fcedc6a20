//! What a client may ask: one variant and one struct for each command.
//!
//! Bodies are positional: new variants go at the end, and a changed struct is a new variant.

use std::time::Duration;

use alc_core::{
    Caller, CancelReason, IfExists, Key, Label, Limits, Name, Program, Reference, Seq, SessionId,
    SessionKind, StateName, Usage,
};
use serde::{Deserialize, Serialize};

use crate::{CardRequest, Json, Manage, ValueRequest, positional};

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
    /// Add a note to a history; answered by `Noted` once it is on disk.
    Note(AddNote),
    /// A history with the texts of its answers; answered by any count of `Told`, then `Observed`.
    Log(ReadLog),
    /// Delete a session that has ended, by full id or name; answered by `Deleted`.
    Delete(Reference),
    /// Delete what is old and give the space back; answered by `Collected`.
    Collect(Collect),
    /// Which query an answer would be for; answered by `Aimed`, or refused as the answer would be.
    Aim(Aim),
    /// Drive a session, alone among those who do; answered by `Leased`.
    Lease(Lease),
    /// What a look at the data folder finds, of `alcd tool` only; answered by `Examined`.
    Examine {
        /// A daemon owns the folder, and may write to the journal meanwhile.
        owned: bool,
    },
    /// A session as a file; answered by any count of `Part`, then `Exported`.
    Export(Reference),
    /// The next part of a file for this connection's `Import`; answered by `Delivered`.
    Deliver(Part),
    /// Take up the session in the file that was delivered; answered by `Imported`.
    Import(Import),
    /// End a session that is in a file now; answered by `Cancelled`.
    Leave(Leave),
    /// Start a session where another one asked; answered by `Spawned`.
    Branch(Branch),
    /// Look at packages and scenarios, or change them; answered by `Report`, and by `alcd tool` alone.
    Manage(Manage),
    /// Look at stored evaluations; answered by `Report`, and by `alcd tool` alone.
    Evals(Evals),
    /// Cards, read or changed; answered by `Stored`. It needs no daemon.
    Card(CardRequest),
    /// Values of `alc.state`, read or changed; answered by `Stored`. It needs no daemon.
    Value(ValueRequest),
    /// The settings of the data folder; answered by `Settings`.
    Settings,
    /// Follow a list, whose place and size do not count; answered for ever, by `Listing`, `Listed`,
    /// `Unlisted` and `UpToDate`.
    Follow(List),
    /// What things are called, for whoever completes a command line; answered by `Names`, and by
    /// `alcd tool` alone.
    Names(Named),
    /// Where one session stands; answered by `Stands`.
    Where(Reference),
    /// Delete a session although it is damaged; answered by `Discarded`. A sound one must have ended.
    Discard(SessionId),
}

/// What has names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Named {
    /// The packages that this caller can require.
    Packages(Caller),
    /// Scenarios of the data folder.
    Scenarios,
    /// Cards, the newest first, and their aliases.
    Cards,
    /// Stored evaluations, the newest first.
    Evaluations,
    /// The keys of `alc.state`.
    Values,
}

/// Looks at stored evaluations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Evals {
    /// Each an [`alc_core::EvaluationView`], the newest first.
    List {
        /// Only those of this strategy.
        strategy: Option<Name>,
        /// At most so many.
        limit: Option<u64>,
    },
    /// One, by its id: an [`alc_core::EvaluationView`] with its report.
    Show(String),
    /// Two, by their ids: an [`alc_core::ComparisonView`].
    Compare(String, String),
}

/// Starts a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spawn {
    /// What it runs.
    pub program: Program,
    /// The session's `ctx`, a JSON object.
    pub ctx: Json,
    /// What to call it.
    pub name: Option<Name>,
    /// What to do where a session has that name.
    pub if_exists: IfExists,
    /// By which it can be selected, each key once.
    pub labels: Vec<Label>,
    /// Sent again, the same request with the same key starts no second session.
    pub key: Option<Key>,
    /// What it may use.
    pub limits: Limits,
    /// What it sees of who starts it.
    pub caller: Caller,
}

impl Spawn {
    /// Runs this source, called `chunk`, without a name, labels, a key and limits.
    #[must_use]
    pub fn new(source: String, chunk: String, ctx: Json) -> Self {
        Self {
            program: Program::Run { source, chunk },
            ctx,
            name: None,
            if_exists: IfExists::Fail,
            labels: Vec::new(),
            key: None,
            limits: Limits::default(),
            caller: Caller::default(),
        }
    }
}

/// Which sessions, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Only these states; all if empty.
    pub states: Vec<StateName>,
    /// Only these kinds; all if empty.
    pub kinds: Vec<SessionKind>,
    /// Only those with all of these labels.
    pub labels: Vec<Label>,
    /// Only those that were created at this time or later, in Unix milliseconds.
    pub since: Option<i64>,
    /// At most so many.
    pub limit: u32,
    /// Only those behind this one.
    pub after: Option<After>,
}

/// Behind which session a page begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum After {
    /// The last one of another page, by its [`crate::Page::next`].
    Page(u64),
    /// This one.
    Session(Reference),
}

/// Fixes the query that an answer is for before the answer is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aim {
    /// The session, perhaps with the query.
    pub session: Reference,
    /// The key that the answer will come with.
    pub key: Option<Key>,
}

/// Answers queries of one session: all of them or, if one is refused, none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// The session, perhaps with a query that a single answer is for.
    pub session: Reference,
    /// The answers.
    pub answers: Answers,
    /// A query that was answered with the same key before has its answer already, whatever it says.
    pub key: Option<Key>,
    /// Tell what is asked next too, if it is asked at once; then one commit stores both.
    pub next: bool,
}

impl Resume {
    /// Answers without a key, whose commit waits for nothing.
    #[must_use]
    pub fn new(session: Reference, answers: Answers) -> Self {
        Self { session, answers, key: None, next: false }
    }
}

/// One answer, or several by query number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answers {
    /// For the query that the reference names, else the one that was answered with the same key,
    /// else the lowest open one.
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
    /// It exists.
    Arrival,
}

/// Follows a history from any place, until the session ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observe {
    /// Which.
    pub session: Reference,
    /// Only what comes behind this place.
    pub after: Seq,
}

/// Adds a note to a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddNote {
    /// Whose.
    pub session: Reference,
    /// A headline.
    pub title: Option<String>,
    /// The text.
    pub content: String,
}

/// Reads a history with the texts of its answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadLog {
    /// Whose.
    pub session: Reference,
    /// Only what comes behind this place.
    pub after: Seq,
    /// Go on until the session ends; else only what is there.
    pub follow: bool,
}

/// The most bytes of a file in one message.
pub const PART: usize = 1 << 20;

/// Bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part(#[serde(with = "serde_bytes")] pub Vec<u8>);

/// Takes up a session from a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Give it an id of its own.
    pub new_id: bool,
    /// What to call it; if nothing, what it was called.
    pub name: Option<Name>,
    /// Where its relative paths start from now on.
    pub folder: Option<String>,
    /// The root of its project.
    pub project: Option<String>,
}

/// Starts a session that shares another one's history, to be answered differently from there on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// The other session, perhaps with the query; else the first that is open, or the last that was
    /// answered.
    pub session: Reference,
    /// What to call the new one.
    pub name: Option<Name>,
    /// More labels than the other one has, or other values, each key once.
    pub labels: Vec<Label>,
    /// Sent again, the same request with the same key starts no second session.
    pub key: Option<Key>,
    /// It is cancelled when it has not ended so long after now, in milliseconds; else when as long
    /// has passed as the other one had.
    pub deadline: Option<u64>,
}

/// Ends a session, unless it has gone on since it was exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    /// Which.
    pub session: SessionId,
    /// The last entry of its history in the file.
    pub seq: Seq,
    /// The calls of its script in the file.
    pub calls: u64,
}

/// How often a driver says that it still drives; its lease ends when three times it does not.
pub const BEAT: Duration = Duration::from_secs(5);

/// Takes or keeps the lease of a session: it excludes other drivers, and nobody else. It belongs to
/// the connection and ends with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Which.
    pub session: Reference,
    /// In what way.
    pub claim: Claim,
}

/// What a driver wants of a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Claim {
    /// To have it, unless somebody else does.
    Take,
    /// To have it, whoever does.
    Steal,
    /// To have it for another [`BEAT`]; answered after that time, or once somebody else has it.
    Keep,
}

/// Deletes sessions that ended long ago, and what nothing refers to any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collect {
    /// Sessions that ended at least so long ago, in milliseconds; by default as the settings say.
    pub older_than: Option<u64>,
    /// Then the oldest of the ended ones, until the journal has no more than so many bytes; by default
    /// as the settings say.
    pub keep_bytes: Option<u64>,
    /// Change nothing, and say what would be deleted.
    pub dry_run: bool,
}
