//! What the daemon answers: data, and failures with a code that scripts can rely on.

use std::fmt;

use alc_core::{QueryId, Seq, SessionId, StateName};
use serde::{Deserialize, Serialize};

use crate::{After, Part};

/// JSON text; it travels as text, since bodies are not self-describing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Json(pub String);

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Everything the daemon may answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Response {
    /// Interim: the daemon is alive and at work on the request.
    Heartbeat,
    /// Interim: the next entry of a history, an [`alc_core::EventView`].
    Event {
        /// Its place, to go on from after a lost connection.
        seq: Seq,
        /// The entry.
        event: Json,
    },
    /// The session exists, on disk.
    Spawned(SessionId),
    /// An [`alc_core::SessionView`].
    Session(Json),
    /// Some sessions.
    Sessions(Page),
    /// An [`alc_core::QueryView`].
    Query(Json),
    /// The answers are on disk.
    Resumed(Resumed),
    /// The session is cancelled, or had ended; either way that is final.
    Cancelled {
        /// Which.
        session: SessionId,
        /// This request is the one that ended it.
        first: bool,
    },
    /// An [`alc_core::ResultView`]; `None` while the session has not ended.
    Outcome {
        /// Which.
        session: SessionId,
        /// Where it stands.
        state: StateName,
        /// How it ended.
        outcome: Option<Json>,
    },
    /// The history has ended, with this state.
    Observed(StateName),
    /// About the daemon.
    Status(Status),
    /// Nothing was done.
    Failure(Failure),
    /// The note is on disk.
    Noted {
        /// In whose history.
        session: SessionId,
        /// Its place there.
        seq: Seq,
    },
    /// Interim: the next entry of a history, an [`alc_core::EventView`].
    Told {
        /// Its place, to go on from after a lost connection.
        seq: Seq,
        /// The entry.
        event: Json,
        /// The answer, where the entry tells of one.
        answer: Option<String>,
    },
    /// The session is gone for good.
    Deleted(SessionId),
    /// What was deleted, or would be.
    Collected(Collected),
    /// The query.
    Aimed(QueryId),
    /// The lease is the client's.
    Leased,
    /// What would be started loads.
    Checked,
    /// What was found.
    Examined(Examined),
    /// Interim: the next part of a file.
    Part(Part),
    /// The file is complete.
    Exported {
        /// Which session.
        session: SessionId,
        /// The last entry of its history in the file.
        seq: Seq,
        /// The calls of its script in the file.
        calls: u64,
    },
    /// The part of a file was taken.
    Delivered,
    /// The session from the file exists, on disk.
    Imported(SessionId),
    /// What was asked for, an object of the public JSON each.
    Report {
        /// The objects.
        lines: Vec<Json>,
        /// What people should know beside.
        warnings: Vec<String>,
    },
    /// What a store has.
    Stored(Stored),
    /// The settings, and where they are kept.
    Settings {
        /// Each of them.
        settings: Vec<Setting>,
        /// The file's path, also where there is none yet.
        file: String,
    },
    /// Interim: what follows, until `UpToDate`, is the whole list, newest first.
    Listing,
    /// Interim: a session of the list as it is now, an [`alc_core::SessionView`]; one that was not in
    /// it before comes first.
    Listed(Json),
    /// Interim: a session is not in the list, perhaps any more.
    Unlisted(SessionId),
    /// Interim: nothing has changed but what was told.
    UpToDate,
    /// Names, each with a remark that may be empty.
    Names(Vec<(String, String)>),
    /// Where a session stands.
    Stands(StateName),
    /// The session is gone for good.
    Discarded {
        /// Which.
        session: SessionId,
        /// What went with it, if it was damaged.
        lost: Option<Lost>,
    },
}

impl Response {
    /// Whether nothing more follows for this request.
    #[must_use]
    pub fn is_last(&self) -> bool {
        !matches!(
            self,
            Self::Heartbeat
                | Self::Event { .. }
                | Self::Told { .. }
                | Self::Part(_)
                | Self::Listing
                | Self::Listed(_)
                | Self::Unlisted(_)
                | Self::UpToDate
        )
    }
}

/// What went with a damaged session: how many there were of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// Entries of its history.
    pub events: u64,
    /// What it had asked.
    pub queries: u64,
    /// What it was answered.
    pub answers: u64,
}

/// What a look at a data folder finds that takes Lua and SQLite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examined {
    /// The version of the program that looked.
    pub version: String,
    /// Whether its Lua visits tables in the order that replays rely on.
    pub ordered: bool,
    /// The journal, or why it cannot be opened; `None` where there is none.
    pub journal: Option<Result<JournalFacts, Failure>>,
}

/// A journal that can be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalFacts {
    /// How many sessions are in it.
    pub sessions: u64,
    /// How long its file is.
    pub bytes: u64,
    /// What is damaged in it, in SQLite's words or ours; and the command that mends it, if it is known.
    pub problems: Vec<(String, Option<String>)>,
}

/// A setting of the data folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// As it is named in the file, for example `daemon.memory`.
    pub key: String,
    /// What it is.
    pub value: Json,
    /// Who says so.
    pub origin: Origin,
}

/// Who says what a setting is; the first that does counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// Whoever starts the daemon, by a flag or a variable.
    Environment,
    /// The file.
    File,
    /// Nobody else.
    Default,
}

/// A session that is missing on a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// Its id; nobody's, if that is damaged, too.
    pub session: String,
    /// Why.
    pub failure: Failure,
}

/// A page of sessions, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Each an [`alc_core::SessionView`].
    pub sessions: Vec<Json>,
    /// Those that should be among them and cannot be read.
    pub damaged: Vec<Unreadable>,
    /// Where the next page begins; `None` behind the last.
    pub next: Option<After>,
}

/// Some of what a store has, each a JSON object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// In the store's order.
    pub values: Vec<Json>,
    /// Where to go on reading, if all at once would be too much.
    pub rest: Option<u64>,
}

/// What became of each answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resumed {
    /// By query.
    pub answers: Vec<(QueryId, Applied)>,
    /// Where the session stood then.
    pub state: StateName,
    /// What it asks next, an [`alc_core::QueryView`], if that was wanted and asked at once.
    pub next: Option<Json>,
}

/// What became of one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Applied {
    /// It was stored.
    Now,
    /// The same answer was there before.
    Already,
}

/// About the daemon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its version.
    pub version: String,
    /// Its process id.
    pub pid: u32,
    /// The data folder it owns.
    pub home: String,
    /// When it started, in Unix milliseconds.
    pub started_at: i64,
    /// Sessions in each state.
    pub sessions: Vec<(StateName, u64)>,
}

/// What was deleted, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collected {
    /// Sessions, the first to end first.
    pub sessions: Vec<SessionId>,
    /// Stored texts that nothing referred to any more.
    pub blobs: u64,
    /// Marks of sessions that were deleted long ago.
    pub tombstones: u64,
    /// By how much the journal is smaller; estimated, if nothing was changed.
    pub bytes: u64,
}

/// Why nothing was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What scripts can tell apart.
    pub code: ErrorCode,
    /// A lower-case sentence that names the thing.
    pub message: String,
    /// A command that helps.
    pub hint: Option<String>,
}

/// The kinds of failure; each keeps its name and meaning for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ErrorCode {
    /// No session or query of that name.
    NotFound,
    /// A prefix of more than one id.
    Ambiguous,
    /// The session has no open query.
    NotPaused,
    /// The session is cancelled.
    AlreadyCancelled,
    /// Another answer was there before.
    StaleQuery,
    /// That query was never asked.
    UnknownQuery,
    /// The script has a syntax error.
    DoesNotLoad,
    /// The request cannot mean anything.
    Invalid,
    /// A payload is over its limit.
    TooLarge,
    /// The disk is full; nothing was stored.
    DiskFull,
    /// The daemon is about to end, or could not say whether something was stored.
    Unavailable,
    /// The journal cannot be read.
    Damaged,
    /// Somebody else's.
    NotPermitted,
    /// No common protocol.
    Incompatible,
    /// A bug.
    Internal,
    /// The session has not ended.
    NotEnded,
    /// Another session has the name.
    NameInUse,
    /// The idempotency key was used for another request.
    KeyInUse,
    /// Somebody else drives the session.
    OtherDriver,
    /// No package of that name.
    UnknownStrategy,
    /// A session has or had the id.
    IdInUse,
    /// The session has gone on since.
    WentOn,
    /// Something else has its place.
    InTheWay,
    /// No scenario of that name.
    UnknownScenario,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 24] = [
        Self::NotFound,
        Self::Ambiguous,
        Self::NotPaused,
        Self::AlreadyCancelled,
        Self::StaleQuery,
        Self::UnknownQuery,
        Self::DoesNotLoad,
        Self::Invalid,
        Self::TooLarge,
        Self::DiskFull,
        Self::Unavailable,
        Self::Damaged,
        Self::NotPermitted,
        Self::Incompatible,
        Self::Internal,
        Self::NotEnded,
        Self::NameInUse,
        Self::KeyInUse,
        Self::OtherDriver,
        Self::UnknownStrategy,
        Self::IdInUse,
        Self::WentOn,
        Self::InTheWay,
        Self::UnknownScenario,
    ];

    /// The code of this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }

    /// The name that is shown and that scripts may rely on.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Ambiguous => "ambiguous",
            Self::NotPaused => "not_paused",
            Self::AlreadyCancelled => "already_cancelled",
            Self::StaleQuery => "stale_query",
            Self::UnknownQuery => "unknown_query",
            Self::DoesNotLoad => "does_not_load",
            Self::Invalid => "invalid",
            Self::TooLarge => "too_large",
            Self::DiskFull => "disk_full",
            Self::Unavailable => "unavailable",
            Self::Damaged => "damaged",
            Self::NotPermitted => "not_permitted",
            Self::Incompatible => "incompatible",
            Self::Internal => "internal",
            Self::NotEnded => "not_ended",
            Self::NameInUse => "name_in_use",
            Self::KeyInUse => "key_in_use",
            Self::OtherDriver => "other_driver",
            Self::UnknownStrategy => "unknown_strategy",
            Self::IdInUse => "id_in_use",
            Self::WentOn => "went_on",
            Self::InTheWay => "in_the_way",
            Self::UnknownScenario => "unknown_scenario",
        }
    }
}
