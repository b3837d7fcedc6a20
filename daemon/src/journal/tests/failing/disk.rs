//! What a disk makes of SQLite's calls: one of them may fail, and while a file is not synced a loss of
//! power may take any part of what was written to it, in any order.

use std::{
    collections::BTreeMap,
    fs,
    ops::Range,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use fastrand::Rng;
use rusqlite::ffi;

use super::vfs;

/// What is written as a whole or not at all.
const SECTOR: usize = 512;

/// The files of a folder, by name.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// What SQLite does to a file.
#[derive(Debug)]
pub(crate) enum Call<'a> {
    Read,
    Write {
        at: usize,
        bytes: &'a [u8],
    },
    Truncate {
        size: usize,
    },
    Sync,
    /// `synced`: returns when it would survive.
    Delete {
        synced: bool,
    },
}

/// Whether a call is carried out, or with which code it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Pass,
    /// Of a write, one half is carried out.
    Fail(i32),
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Whatever it is, with an error of the device.
    Broken,
    /// If it writes, for lack of space.
    Full,
}

/// What became true of the disk, in order.
#[derive(Clone, Debug)]
enum Done {
    Write {
        file: String,
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: String,
        size: usize,
    },
    Sync {
        file: String,
    },
    Delete {
        file: String,
        synced: bool,
    },
    /// Somebody was told that so many steps are done.
    Told(usize),
}

/// What a loss of power does to writes that were not synced.
#[derive(Clone, Debug)]
pub(crate) enum Loss {
    All,
    Nothing,
    /// Some are lost, and of some a part of the sectors.
    Some(Rng),
}

/// The disk of one folder.
#[derive(Debug, Default)]
pub(crate) struct Disk(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    done: Vec<Done>,
    calls: u64,
    failure: Option<(u64, Failure)>,
}

impl Disk {
    /// A disk that has what SQLite writes into `folder` until the second value is dropped.
    pub(crate) fn of(folder: &Path) -> (Arc<Self>, impl Drop + use<>) {
        let disk = Arc::<Self>::default();
        (disk.clone(), vfs::watch(folder, disk))
    }

    /// Has the call that comes `after` so many others fail.
    pub(crate) fn fail(&self, after: u64, failure: Failure) {
        let mut state = self.lock();
        state.failure = Some((state.calls + after, failure));
    }

    /// Has no call fail any more.
    pub(crate) fn heal(&self) {
        self.lock().failure = None;
    }

    /// How many calls there were.
    pub(crate) fn calls(&self) -> u64 {
        self.lock().calls
    }

    /// What the VFS asks before it carries out a call.
    pub(crate) fn call(&self, file: &str, call: &Call<'_>) -> Verdict {
        let mut state = self.lock();
        let verdict = state.verdict(call);
        let file = file.to_owned();
        state.done.extend(match (call, verdict) {
            (Call::Write { at, bytes }, Verdict::Fail(_)) => {
                Some(Done::Write { file, at: *at, bytes: bytes[..bytes.len() / 2].to_vec() })
            }
            (Call::Read, _) | (_, Verdict::Fail(_)) => None,
            (Call::Write { at, bytes }, Verdict::Pass) => {
                Some(Done::Write { file, at: *at, bytes: bytes.to_vec() })
            }
            (Call::Truncate { size }, Verdict::Pass) => Some(Done::Truncate { file, size: *size }),
            (Call::Sync, Verdict::Pass) => Some(Done::Sync { file }),
            (Call::Delete { synced }, Verdict::Pass) => {
                Some(Done::Delete { file, synced: *synced })
            }
        });
        verdict
    }

    /// Writes down that somebody was told that so many steps are done.
    pub(crate) fn told(&self, steps: usize) {
        self.lock().done.push(Done::Told(steps));
    }

    /// The moments at which power can be lost: each is a number of things done.
    pub(crate) fn moments(&self) -> Range<usize> {
        0..self.lock().done.len() + 1
    }

    /// How many steps somebody was told of by this moment.
    pub(crate) fn told_by(&self, moment: usize) -> usize {
        let told = |done: &Done| if let Done::Told(steps) = done { Some(*steps) } else { None };
        self.lock().done[..moment].iter().rev().find_map(told).unwrap_or_default()
    }

    /// What is left of the folder, which had these files, when power is lost at this moment.
    pub(crate) fn after_power_loss(&self, before: &Files, moment: usize, loss: &mut Loss) -> Files {
        let mut files: BTreeMap<String, Content> = before
            .iter()
            .map(|(name, bytes)| {
                (name.clone(), Content { safe: Some(bytes.clone()), ..Content::default() })
            })
            .collect();
        for done in &self.lock().done[..moment] {
            let (Done::Write { file, .. }
            | Done::Truncate { file, .. }
            | Done::Sync { file }
            | Done::Delete { file, .. }) = done
            else {
                continue;
            };
            let content = files.entry(file.clone()).or_default();
            match done {
                Done::Sync { .. } | Done::Delete { synced: true, .. } => {
                    content.unsafe_yet.push(done.clone());
                    content.settle(&mut Loss::Nothing);
                }
                _ => content.unsafe_yet.push(done.clone()),
            }
        }
        let left = files.into_iter().filter_map(|(name, mut content)| {
            content.settle(loss);
            Some((name, content.safe?))
        });
        left.collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn verdict(&mut self, call: &Call<'_>) -> Verdict {
        let number = self.calls;
        self.calls += 1;
        let Some((at, failure)) = self.failure else { return Verdict::Pass };
        if number < at {
            return Verdict::Pass;
        }
        let code = match (call, failure) {
            (Call::Write { .. }, Failure::Full) => ffi::SQLITE_FULL,
            // It waits for one that can fail so.
            (_, Failure::Full) => return Verdict::Pass,
            (Call::Read, Failure::Broken) => ffi::SQLITE_IOERR_READ,
            (Call::Write { .. }, Failure::Broken) => ffi::SQLITE_IOERR_WRITE,
            (Call::Truncate { .. }, Failure::Broken) => ffi::SQLITE_IOERR_TRUNCATE,
            (Call::Sync, Failure::Broken) => ffi::SQLITE_IOERR_FSYNC,
            (Call::Delete { .. }, Failure::Broken) => ffi::SQLITE_IOERR_DELETE,
        };
        self.failure = None;
        Verdict::Fail(code)
    }
}

/// One file: what would survive, and what was done to it since.
#[derive(Debug, Default)]
struct Content {
    safe: Option<Vec<u8>>,
    unsafe_yet: Vec<Done>,
}

impl Content {
    /// Power is lost, or, if nothing is, the file is synced.
    fn settle(&mut self, loss: &mut Loss) {
        for done in std::mem::take(&mut self.unsafe_yet) {
            match done {
                Done::Delete { .. } if loss.survives() => self.safe = None,
                // What came after it was another file of that name.
                Done::Delete { .. } => return,
                Done::Write { at, bytes, .. } => {
                    let mut loss = loss.of_one();
                    for (sector, bytes) in bytes.chunks(SECTOR).enumerate() {
                        if loss.survives() {
                            overwrite(
                                self.safe.get_or_insert_default(),
                                at + sector * SECTOR,
                                bytes,
                            );
                        }
                    }
                }
                Done::Truncate { size, .. } if loss.survives() => {
                    self.safe.get_or_insert_default().resize(size, 0);
                }
                Done::Truncate { .. } | Done::Sync { .. } | Done::Told(_) => {}
            }
        }
    }
}

impl Loss {
    /// What becomes of one write.
    fn of_one(&mut self) -> Self {
        match self {
            Self::Some(random) => match random.u8(0..3) {
                0 => Self::All,
                1 => Self::Nothing,
                _ => Self::Some(random.fork()),
            },
            loss => loss.clone(),
        }
    }

    fn survives(&mut self) -> bool {
        match self {
            Self::All => false,
            Self::Nothing => true,
            Self::Some(random) => random.bool(),
        }
    }
}

fn overwrite(content: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    content.resize(content.len().max(end), 0);
    content[at..end].copy_from_slice(bytes);
}

/// The journal's files in `folder`, but for the one that SQLite makes anew after a loss of power.
pub(crate) fn files(folder: &Path) -> Files {
    let entries = fs::read_dir(folder).expect("lists").map(|entry| entry.expect("a file"));
    let named = entries.map(|entry| {
        let name = entry.file_name().into_string().expect("a name");
        (name, fs::read(entry.path()).expect("reads"))
    });
    named.filter(|(name, _)| name.starts_with("journal.db") && !name.ends_with("-shm")).collect()
}

/// Puts these files into `folder`.
pub(crate) fn restore(folder: &Path, files: &Files) {
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).expect("writes");
    }
}

/// Random numbers from a seed that a failed test prints.
pub(crate) fn random() -> Rng {
    let given = std::env::var("ALC_FAULT_SEED").ok();
    let seed = given.map_or_else(|| fastrand::u64(..), |seed| seed.parse().expect("a number"));
    println!("ALC_FAULT_SEED={seed}");
    Rng::with_seed(seed)
}

/// So many of these, or as many as `ALC_FAULT_ROUNDS` says.
pub(crate) fn some(of: Range<usize>, rounds: usize, random: &mut Rng) -> Vec<usize> {
    let wanted = std::env::var("ALC_FAULT_ROUNDS").ok();
    let rounds = wanted.map_or(rounds, |rounds| rounds.parse().expect("a number"));
    random.choose_multiple(of, rounds)
}
