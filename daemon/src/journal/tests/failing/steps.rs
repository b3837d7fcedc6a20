//! The scripted life that is disturbed: sessions begin, ask, are answered, end, and go.

use std::{collections::BTreeMap, path::PathBuf};

use alc_core::{Event, Note, Seq};
use rusqlite::Connection;

use super::super::{
    super::{Filter, Journal, OpenError, WriteError},
    Life, answer, id, line, new_session, reason,
};

/// One thing that is asked of the journal. Numbers are those of sessions.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Spawn(u64),
    Ask(u64, u32),
    Answer(u64, &'static [u32]),
    /// A line of so many letters.
    Log(u64, usize),
    Note(u64),
    Cancel(u64),
    /// The script has stopped.
    Cancelled(u64),
    Finish(u64),
    Fail(u64),
    /// The first is cancelled as the second begins.
    Replace(u64, u64),
    Delete(u64),
    Tidy,
    Shrink,
    /// Forgets which sessions were deleted.
    Forget,
    Reopen,
}

/// How many sessions there are.
const SESSIONS: u64 = 6;

pub(super) const LIFE: [Step; 39] = {
    use Step::{
        Answer, Ask, Cancel, Cancelled, Delete, Fail, Finish, Forget, Log, Note, Reopen, Replace,
        Shrink, Spawn, Tidy,
    };
    [
        Spawn(1),
        Spawn(2),
        Ask(1, 1),
        Log(2, 30),
        Ask(2, 3),
        Answer(1, &[1]),
        Note(1),
        Log(1, 40_000),
        Answer(2, &[2]),
        Finish(1),
        Note(1),
        Reopen,
        Answer(2, &[1, 3]),
        Spawn(3),
        Cancel(3),
        Log(2, 2_000),
        Cancelled(3),
        Ask(2, 1),
        Shrink,
        Cancel(2),
        Spawn(4),
        Ask(4, 2),
        Replace(4, 5),
        Delete(1),
        Tidy,
        Log(5, 40_001),
        Delete(3),
        Delete(2),
        Tidy,
        Shrink,
        Spawn(6),
        Fail(5),
        Ask(6, 1),
        Reopen,
        Forget,
        Answer(6, &[1]),
        Delete(5),
        Shrink,
        Finish(6),
    ]
};

/// A journal, and what its sessions' actors would know.
pub(super) struct Play {
    pub(super) journal: Journal,
    path: PathBuf,
    lives: BTreeMap<u64, Life>,
}

/// A step was not taken, or it is not known whether it was.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stopped {
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl Play {
    pub(super) fn open(path: PathBuf) -> Result<Self, OpenError> {
        Ok(Self { journal: Journal::open(&path)?, path, lives: BTreeMap::new() })
    }

    /// After the first steps of the life.
    pub(super) fn skip(&mut self, steps: usize) {
        self.lives.clear();
        LIFE[..steps].iter().for_each(|step| self.adopt(*step));
    }

    /// Opens the journal again, as the next daemon does.
    pub(super) async fn reopen(&mut self) -> Result<(), OpenError> {
        self.journal.clone().close().await;
        self.journal = Journal::open(&self.path)?;
        Ok(())
    }

    pub(super) async fn take(&mut self, step: Step) -> Result<(), Stopped> {
        let journal = &self.journal;
        match step {
            Step::Spawn(number) => journal.create(new_session(number)).await?,
            Step::Delete(number) => journal.delete(&id(number), 1_000).await?,
            Step::Tidy => drop(journal.tidy().await?),
            Step::Shrink => journal.shrink().await?,
            Step::Forget => drop(journal.drop_tombstones(2_000).await?),
            Step::Reopen => self.reopen().await?,
            Step::Replace(old, new) => {
                let mut append = self.lives[&old].append(&Event::CancelRequested(reason()));
                append.successor = Some(Box::new(new_session(new)));
                journal.append(append).await?;
            }
            step => {
                let (number, event) = self.event(step);
                journal.append(self.lives[&number].append(&event)).await?;
            }
        }
        self.adopt(step);
        Ok(())
    }

    /// What such a step is to its session.
    fn event(&self, step: Step) -> (u64, Event) {
        match step {
            Step::Ask(number, count) => (number, self.lives[&number].ask(count)),
            Step::Answer(number, queries) => (number, answer(queries)),
            Step::Log(number, length) => (number, Event::Logged(line(&letters(length)))),
            Step::Note(number) => {
                (number, Event::Noted(Note { title: None, content: "noted".into() }))
            }
            Step::Cancel(number) => (number, Event::CancelRequested(reason())),
            Step::Cancelled(number) => (number, Event::Cancelled),
            Step::Finish(number) => (number, Event::Finished),
            Step::Fail(number) => (number, Event::Failed),
            other => panic!("{other:?} is no event"),
        }
    }

    fn adopt(&mut self, step: Step) {
        match step {
            Step::Spawn(number) => drop(self.lives.insert(number, Life::started(number))),
            Step::Replace(old, new) => {
                self.adopt(Step::Cancel(old));
                self.adopt(Step::Spawn(new));
            }
            Step::Delete(_) | Step::Tidy | Step::Shrink | Step::Forget | Step::Reopen => {}
            step => {
                let (number, event) = self.event(step);
                let append = self.lives[&number].append(&event);
                self.lives.entry(number).and_modify(|life| life.adopt(&append));
            }
        }
    }

    /// All that the journal says.
    pub(super) async fn told(&self) -> String {
        let journal = &self.journal;
        let mut told = Vec::new();
        for id in (1..=SESSIONS).map(id) {
            told.push(format!("{:?}", journal.snapshot(&id).await.expect("reads")));
            told.push(format!("{:?}", journal.recording(&id).await.expect("reads")));
            told.push(format!("{:?}", journal.view(&id).await.expect("reads")));
            told.push(format!("{:?}", journal.outcome(&id).await.expect("reads")));
            told.push(format!("{:?}", journal.transcript(&id, Seq(0), 99).await.expect("reads")));
            told.push(format!("{:?}", journal.is_deleted(&id).await.expect("reads")));
        }
        let page = journal.list(Filter::default(), 99, None).await.expect("lists");
        told.push(format!("{:?}", page.sessions));
        told.push(format!("{:?}", journal.unfinished().await.expect("reads")));
        told.join("\n")
    }

    /// Asserts that the file is sound, down to its last page.
    #[track_caller]
    pub(super) fn is_sound(&self) {
        let db = Connection::open(&self.path).expect("opens");
        let check = |pragma: &str| db.query_row(pragma, [], |row| row.get::<_, String>(0));
        assert_eq!(check("PRAGMA integrity_check").expect("reads"), "ok");
        assert!(check("PRAGMA foreign_key_check").is_err(), "a reference leads nowhere");
    }
}

/// So many letters that are not all the same.
fn letters(length: usize) -> String {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().update(&length.to_be_bytes()).finalize_xof().fill(&mut bytes);
    bytes.into_iter().map(|byte| char::from(b' ' + byte % 95)).collect()
}
