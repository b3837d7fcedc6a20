//! What goes into the journal and what comes out of it, as plain data.

use std::{collections::HashSet, sync::Arc};

use alc_core::{
    Call, CallKind, Entry, Fingerprint, IfExists, Key, Label, Name, Outcome, Query, Script, Seq,
    SessionId, SessionKind, SessionView, State, StateName, Usage,
};

use super::{branch::Parting, parcel::Parcel};

/// A session that does not exist yet.
#[derive(Clone, Debug)]
pub(crate) struct NewSession {
    pub(crate) id: SessionId,
    pub(crate) identity: Identity,
    pub(crate) script: Script,
    /// The library that it finds: the BLAKE3 hash of its text, and the text.
    pub(crate) prelude: ([u8; 32], Arc<str>),
    /// When it is cancelled if it has not ended, in Unix milliseconds.
    pub(crate) deadline_at: Option<i64>,
    /// The beginning of its history.
    pub(crate) entries: Vec<Entry>,
    pub(crate) state: State,
}

/// What a new session is called, and by what it is known to be the one that was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Identity {
    pub(crate) name: Option<Name>,
    /// What to do where a session has that name.
    pub(crate) if_exists: IfExists,
    /// Each key once.
    pub(crate) labels: Vec<Label>,
    pub(crate) key: Option<SpawnKey>,
}

/// The idempotency key of a spawn, and what it was used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SpawnKey {
    pub(crate) key: Key,
    /// The same for the same request, in every release.
    pub(crate) fingerprint: [u8; 32],
}

/// A session from a file that takes its place here.
pub(crate) struct Arrival {
    pub(crate) parcel: Parcel,
    /// What it is called here.
    pub(crate) id: SessionId,
    pub(crate) name: Option<Name>,
    /// Where its relative paths start from now on, and its project.
    pub(crate) folder: Option<String>,
    pub(crate) project: Option<String>,
    /// When it arrives, in Unix milliseconds.
    pub(crate) at: i64,
    /// What its history says of that.
    pub(crate) entries: Vec<Entry>,
}

/// A session that is to begin with a part of another one's history.
#[derive(Clone, Debug)]
pub(crate) struct NewBranch {
    pub(crate) from: SessionId,
    /// Where in it.
    pub(crate) parting: Parting,
    pub(crate) id: SessionId,
    /// Its labels are added to those of the other one.
    pub(crate) identity: Identity,
    /// When it is cancelled if it has not ended, in Unix milliseconds.
    pub(crate) deadline_at: Option<i64>,
    /// When it begins, in Unix milliseconds.
    pub(crate) at: i64,
    /// What its history says of that.
    pub(crate) entries: Vec<Entry>,
}

/// One commit's worth of one session's life: all of it is on disk afterwards, or none.
#[derive(Clone, Debug)]
pub(crate) struct Append {
    pub(crate) session: SessionId,
    /// The last entry that is in the journal; the new ones follow it.
    pub(crate) after: Seq,
    /// When, in Unix milliseconds.
    pub(crate) at: i64,
    pub(crate) entries: Vec<Entry>,
    /// Calls the script has made since the last append, in order.
    pub(crate) calls: Vec<NewCall>,
    /// Answers that arrived.
    pub(crate) answers: Vec<NewAnswer>,
    /// The state after this.
    pub(crate) state: State,
    /// With the entry into a terminal state.
    pub(crate) outcome: Option<Outcome>,
    /// The session that begins as this one is to end, and takes its name over.
    pub(crate) successor: Option<Box<NewSession>>,
}

impl Append {
    /// Both, one after the other, as one commit.
    pub(crate) fn and_then(mut self, next: Self) -> Self {
        self.entries.extend(next.entries);
        self.calls.extend(next.calls);
        self.answers.extend(next.answers);
        let Self { at, state, outcome, successor, .. } = next;
        Self { at, state, outcome, successor, ..self }
    }
}

/// A call for replay to match.
#[derive(Clone, Debug)]
pub(crate) struct NewCall {
    /// Its place among the session's calls, from 0.
    pub(crate) n: u64,
    pub(crate) kind: CallKind,
    pub(crate) fingerprint: Fingerprint,
    /// What it returned, as JSON text; `None` for queries, whose answers are still to come, and for
    /// an intent.
    pub(crate) result: Option<String>,
    /// What it is about to change.
    pub(crate) intent: Option<String>,
    /// Its intent is in the journal, and this is the result.
    pub(crate) intended: bool,
    /// The queries it asked, with their numbers.
    pub(crate) queries: Vec<(u32, Query)>,
}

/// An answer to an open query.
#[derive(Clone, Debug)]
pub(crate) struct NewAnswer {
    pub(crate) query: u32,
    pub(crate) text: String,
    pub(crate) usage: Option<Usage>,
    /// The idempotency key it came with.
    pub(crate) key: Option<Key>,
}

/// Everything an actor needs to take a session up, except its script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) id: SessionId,
    pub(crate) state: State,
    /// The last entry of its history.
    pub(crate) seq: Seq,
    /// How many queries it has asked.
    pub(crate) asked: u32,
    /// When it is cancelled if it has not ended, in Unix milliseconds.
    pub(crate) deadline_at: Option<i64>,
}

/// What a re-run needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recording {
    pub(crate) script: Script,
    /// The library that it finds, by the BLAKE3 hash of its text.
    pub(crate) prelude: [u8; 32],
    /// Every call so far, in order.
    pub(crate) calls: Vec<Call>,
    /// The number of queries asked so far.
    pub(crate) asked: u32,
}

/// A query as it was asked and perhaps answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredQuery {
    pub(crate) query: Query,
    pub(crate) answer: Option<String>,
    /// The idempotency key that the answer came with.
    pub(crate) key: Option<Key>,
}

/// Which sessions to list; what is empty excludes none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) states: Vec<StateName>,
    pub(crate) kinds: Vec<SessionKind>,
    /// All of them.
    pub(crate) labels: Vec<Label>,
    /// Created at this time or later, in Unix milliseconds.
    pub(crate) since: Option<i64>,
}

impl Filter {
    /// Whether a session is in the list.
    pub(crate) fn lets_through(&self, session: &SessionView) -> bool {
        let Self { states, kinds, labels, since } = self;
        let bears = |label: &Label| {
            session.labels.get(label.key()).is_some_and(|value| value == label.value())
        };
        (states.is_empty() || states.contains(&session.state))
            && (kinds.is_empty() || kinds.contains(&session.kind))
            && labels.iter().all(bears)
            && since.is_none_or(|since| session.created_at >= since)
    }
}

/// The deadlines of live sessions, as they stand to a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Deadlines {
    /// Whose deadline is not after it.
    pub(crate) passed: HashSet<SessionId>,
    /// The first of the others, in Unix milliseconds.
    pub(crate) next: Option<i64>,
}

/// Which session a reference means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    One(SessionId),
    None,
    /// A prefix of several ids.
    Many,
}
