//! What clients asked and were told, in a file that outlives every daemon.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use serde::{Deserialize, Serialize};

/// Entries of a history, each with its place.
pub(crate) type Entries = Vec<(u64, String)>;

/// Something a client did or learned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Fact {
    /// It is about to send request `n`.
    Asked { n: u64, wish: Wish },
    /// It was told that request `n` is carried out.
    Told { n: u64, reply: Reply },
    /// It was told that request `n` changed nothing.
    Refused { n: u64, code: String },
    /// It was told how a session ended.
    Ended { session: String, outcome: String },
    /// It was shown this part of a history, from behind `after`.
    Saw { session: String, after: u64, entries: Entries },
}

/// What a request is to change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Wish {
    /// A session whose script writes this mark first.
    Spawn { mark: String },
    /// Answers by query number, all or none.
    Answer { session: String, answers: Vec<(u32, String)> },
    /// The session's end.
    Cancel { session: String },
}

/// How a request was confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reply {
    Spawned {
        session: String,
    },
    Answered,
    /// Whether it was this request that ended the session.
    Cancelled {
        first: bool,
    },
}

/// Facts, each on disk before the client goes on. Any number of threads may write.
#[derive(Debug)]
pub(crate) struct Log {
    file: File,
    path: PathBuf,
    asked: AtomicU64,
}

impl Log {
    /// A new log in `folder`, which is not the daemon's.
    pub(crate) fn new(folder: &Path) -> Self {
        let path = folder.join("facts");
        let file = OpenOptions::new().create_new(true).append(true).open(&path).expect("a log");
        Self { file, path, asked: AtomicU64::new(0) }
    }

    /// Writes down what is about to be asked, and returns the request's number.
    pub(crate) fn ask(&self, wish: Wish) -> u64 {
        let n = self.asked.fetch_add(1, Ordering::Relaxed);
        self.write(&[Fact::Asked { n, wish }]);
        n
    }

    pub(crate) fn write(&self, facts: &[Fact]) {
        let lines = facts.iter().map(|fact| serde_json::to_string(fact).expect("encodes") + "\n");
        // One write to a file opened for appending: lines of several threads do not mix.
        (&self.file).write_all(lines.collect::<String>().as_bytes()).expect("writes");
        self.file.sync_data().expect("syncs");
    }

    /// How many facts of each kind there are.
    pub(crate) fn summary(&self) -> String {
        let mut counts = BTreeMap::<_, u32>::new();
        for fact in self.facts() {
            let kind = match fact {
                Fact::Asked { wish: Wish::Spawn { .. }, .. } => "spawns sent".to_owned(),
                Fact::Asked { wish: Wish::Answer { .. }, .. } => "answers sent".to_owned(),
                Fact::Asked { wish: Wish::Cancel { .. }, .. } => "cancels sent".to_owned(),
                Fact::Told { reply: Reply::Spawned { .. }, .. } => "spawned".to_owned(),
                Fact::Told { reply: Reply::Answered, .. } => "answered".to_owned(),
                Fact::Told { reply: Reply::Cancelled { .. }, .. } => "cancelled".to_owned(),
                Fact::Refused { code, .. } => code,
                Fact::Ended { .. } => "ends seen".to_owned(),
                Fact::Saw { .. } => "histories read".to_owned(),
            };
            *counts.entry(kind).or_default() += 1;
        }
        let sent: u32 =
            counts.iter().filter(|(kind, _)| kind.ends_with(" sent")).map(|(_, n)| n).sum();
        let fates = |fact: &Fact| matches!(fact, Fact::Told { .. } | Fact::Refused { .. });
        let known = self.facts().iter().filter(|fact| fates(fact)).count();
        counts.insert("lost".to_owned(), sent - u32::try_from(known).expect("fits"));
        let counts: Vec<_> = counts.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
        counts.join(", ")
    }

    /// Everything written so far.
    pub(crate) fn facts(&self) -> Vec<Fact> {
        let text = std::fs::read_to_string(&self.path).expect("reads");
        text.lines().map(|line| serde_json::from_str(line).expect("a fact")).collect()
    }
}
