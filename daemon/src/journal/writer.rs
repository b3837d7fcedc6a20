//! The one thread that writes, and the group commit.
//!
//! The thread takes whatever is queued, carries it out in one transaction, commits once, and only
//! then answers. While it waits for the disk the next group gathers; a lone change never waits for
//! company.

use std::{fs, io, ops::ControlFlow, sync::Arc, thread};

use rusqlite::{Connection, config::DbConfig};
use tokio::sync::{mpsc, oneshot, watch};

use super::{
    change::{Change, WriteError},
    reserve::{self, Reserve},
    schema::{PAGE_SIZE, is_full},
    text::Texts,
    tidy::{Step, Tidied},
};
use crate::point::point;

/// The most changes in one transaction.
const GROUP: usize = 512;

/// How many changes may wait before their senders do.
const QUEUE: usize = 1024;

/// Pages in the write-ahead log (8 MiB) from which on an idle moment is used to empty it.
const CHECKPOINT: i64 = 1_000;

/// Pages from which on it is emptied although changes are waiting.
const OVERDUE: i64 = 4 * CHECKPOINT;

/// Pages by which the file is to grow from which on the log is emptied, too: so many the reserve has
/// room for.
const GROWTH: u64 = (reserve::SIZE / 2) as u64 / PAGE_SIZE;

/// Into how many parts a step of tidying up is divided when the disk is full: each fits the reserve.
const PARTS: i64 = 16;

/// Sends changes to the thread that writes them.
#[derive(Clone)]
pub(super) struct Writer {
    sender: mpsc::Sender<Message>,
    health: watch::Receiver<Health>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    Closed,
    Lost,
}

enum Message {
    Write(Command),
    Tidy(Errand),
    Close(oneshot::Sender<()>),
}

/// A step of tidying up; it never makes changes wait for more than itself.
struct Errand {
    step: Step,
    reply: oneshot::Sender<Result<Tidied, WriteError>>,
}

struct Command {
    change: Change,
    reply: oneshot::Sender<Result<(), WriteError>>,
}

impl Writer {
    /// Hands `db` to a new thread, which ends with [`Self::close`] or with the last `Writer`.
    pub(super) fn start(db: Connection, mut reserve: Reserve) -> io::Result<Self> {
        // On a full disk it can still be read, and what gives space back works.
        reserve.hold().ok();
        let (sender, inbox) = mpsc::channel(QUEUE);
        let (tell, health) = watch::channel(Health::Good);
        let texts = Texts::new()?;
        let thread = WriterThread { db, texts, reserve, health: tell, lost: None };
        thread::Builder::new().name("journal".to_owned()).spawn(move || thread.run(inbox))?;
        Ok(Self { sender, health })
    }

    /// Returns when the change is on disk.
    pub(super) async fn write(&self, change: Change) -> Result<(), WriteError> {
        let (reply, answer) = oneshot::channel();
        let message = Message::Write(Command { change, reply });
        self.sender.send(message).await.map_err(|_| WriteError::Closed)?;
        // A thread that died without an answer may have committed before.
        answer.await.unwrap_or(Err(WriteError::Lost { source: None }))
    }

    /// Returns when the step is done, after the changes that were queued before it.
    pub(super) async fn tidy(&self, step: Step) -> Result<Tidied, WriteError> {
        let (reply, answer) = oneshot::channel();
        let message = Message::Tidy(Errand { step, reply });
        self.sender.send(message).await.map_err(|_| WriteError::Closed)?;
        answer.await.unwrap_or(Err(WriteError::Lost { source: None }))
    }

    /// Returns when the outcome of a commit is unknown; never, if that does not happen.
    pub(super) async fn lost(&self) {
        let mut health = self.health.clone();
        let ended = health.wait_for(|health| *health == Health::Lost).await.is_err();
        if ended && *health.borrow() == Health::Closed {
            std::future::pending::<()>().await;
        }
    }

    /// Writes what is queued, empties the write-ahead log and ends the thread.
    pub(super) async fn close(&self) {
        let (reply, answer) = oneshot::channel();
        if self.sender.send(Message::Close(reply)).await.is_ok() {
            answer.await.ok();
        }
    }
}

struct WriterThread {
    db: Connection,
    texts: Texts,
    reserve: Reserve,
    health: watch::Sender<Health>,
    /// What every change is told once a commit's outcome is unknown.
    lost: Option<WriteError>,
}

impl WriterThread {
    fn run(mut self, mut inbox: mpsc::Receiver<Message>) {
        let mut closing = None;
        while closing.is_none() {
            let Some(first) = inbox.blocking_recv() else { break };
            let mut group = Vec::new();
            let mut errand = None;
            let mut next = Some(first);
            while let Some(message) = next {
                match message {
                    Message::Write(command) => group.push(command),
                    Message::Tidy(step) => errand = Some(step),
                    Message::Close(reply) => closing = Some(reply),
                }
                let full = group.len() == GROUP || closing.is_some() || errand.is_some();
                next = if full { None } else { inbox.try_recv().ok() };
            }
            self.write(group);
            if let Some(Errand { step, reply }) = errand {
                reply.send(self.tidy(&step)).ok(); // A caller may have gone away.
            }
            self.checkpoint(inbox.is_empty());
        }
        self.finish(inbox);
        if let Some(reply) = closing {
            reply.send(()).ok(); // Nobody waits any more: fine.
        }
    }

    /// Stores a group of changes and answers each.
    fn write(&mut self, group: Vec<Command>) {
        if group.is_empty() {
            return;
        }
        let results = match &self.lost {
            Some(lost) => Err(lost.clone()),
            None => self.store(&group),
        };
        match results {
            Ok(results) => {
                for (command, result) in group.into_iter().zip(results) {
                    command.reply.send(result).ok(); // A caller may have gone away.
                }
            }
            Err(error) => {
                for command in group {
                    command.reply.send(Err(error.clone())).ok();
                }
            }
        }
    }

    /// What became of each change, or of all of them.
    fn store(&mut self, group: &[Command]) -> Result<Vec<Result<(), WriteError>>, WriteError> {
        if self.reserve.hold().is_ok() {
            match self.attempt(group) {
                Err(WriteError::Full) => self.empty_log(),
                result => return result,
            }
        }
        let mut results = Vec::with_capacity(group.len());
        for command in group {
            match self.store_alone(command) {
                Err(lost @ WriteError::Lost { .. }) => return Err(lost),
                result => results.push(result),
            }
        }
        Ok(results)
    }

    /// Stores one change, while there is little room on the disk.
    fn store_alone(&mut self, command: &Command) -> Result<(), WriteError> {
        let group = std::slice::from_ref(command);
        let refused = match self.reserve.hold() {
            Ok(()) => match self.attempt(group) {
                Err(WriteError::Full) => WriteError::Full,
                result => return result.map(|_| ()),
            },
            Err(error) => error.into(),
        };
        if !command.change.is_cancel() {
            return Err(refused);
        }
        self.make_room();
        self.attempt(group).map(|_| ())
    }

    /// Gives the reserve to what is written next.
    fn make_room(&mut self) {
        self.reserve.release();
        if self.growth() <= GROWTH {
            self.empty_log();
        }
    }

    /// Moves the log into the file. If that fails nothing is lost, since the log stays; and if it does
    /// not, the log begins anew in the space that it has.
    fn empty_log(&self) {
        self.execute("PRAGMA wal_checkpoint(PASSIVE)").ok();
    }

    /// By how many pages the file grows when the log is moved into it.
    fn growth(&self) -> u64 {
        let length = self.db.path().and_then(|path| Some(fs::metadata(path).ok()?.len()));
        let pages = self
            .db
            .prepare_cached("PRAGMA page_count")
            .and_then(|mut statement| statement.query_row([], |row| row.get::<_, i64>(0)));
        let pages = pages.unwrap_or_default().cast_unsigned();
        pages.saturating_sub(length.unwrap_or_default() / PAGE_SIZE)
    }

    /// One transaction, or two where a change has to be left out.
    fn attempt(&mut self, group: &[Command]) -> Result<Vec<Result<(), WriteError>>, WriteError> {
        // Savepoints copy every page they touch. A refused change is rare, so they are left out
        // until there is one.
        let guards: &[bool] = if group.len() == 1 { &[false] } else { &[false, true] };
        let mut result = Err(WriteError::Closed);
        for &guarded in guards {
            result = self.transaction(group, guarded);
            match &result {
                Ok(_) => break,
                Err(error) => {
                    if self.roll_back(error).is_break() {
                        break;
                    }
                }
            }
        }
        result
    }

    /// One transaction. Unguarded, the first change that fails makes all of it fail.
    fn transaction(
        &mut self,
        group: &[Command],
        guarded: bool,
    ) -> Result<Vec<Result<(), WriteError>>, WriteError> {
        self.execute("BEGIN IMMEDIATE")?;
        let mut results = Vec::with_capacity(group.len());
        for command in group {
            results.push(if guarded {
                self.guarded(&command.change)?
            } else {
                Ok(command.change.apply(&self.db, &mut self.texts)?)
            });
        }
        self.commit()?;
        Ok(results)
    }

    fn commit(&self) -> Result<(), WriteError> {
        point("commit.before");
        self.execute("COMMIT").map_err(|error| {
            // A log that could not grow has no commit in it.
            if is_full(&error) {
                return WriteError::Full;
            }
            WriteError::Lost { source: Some(Arc::new(error)) }
        })?;
        point("commit.after");
        Ok(())
    }

    /// One step of tidying up, a transaction of its own.
    fn tidy(&mut self, step: &Step) -> Result<Tidied, WriteError> {
        if let Some(lost) = &self.lost {
            return Err(lost.clone());
        }
        if self.reserve.hold().is_ok() {
            match self.attempt_tidy(step, 1) {
                Err(WriteError::Full) => {}
                result => return result,
            }
        }
        self.make_room();
        self.attempt_tidy(step, PARTS)
    }

    fn attempt_tidy(&mut self, step: &Step, parts: i64) -> Result<Tidied, WriteError> {
        let result = self.try_tidy(step, parts);
        if let Err(error) = &result {
            // There is nothing else to try.
            let _ = self.roll_back(error);
        }
        result
    }

    fn try_tidy(&self, step: &Step, parts: i64) -> Result<Tidied, WriteError> {
        if let Step::Checkpoint = step {
            self.execute("PRAGMA wal_checkpoint(PASSIVE)")?;
            return Ok(Tidied::default());
        }
        self.execute("BEGIN IMMEDIATE")?;
        let tidied = step.apply(&self.db, parts)?;
        self.commit()?;
        Ok(tidied)
    }

    /// A change that can fail alone; the outer error is one of the whole transaction.
    fn guarded(&mut self, change: &Change) -> Result<Result<(), WriteError>, WriteError> {
        self.execute("SAVEPOINT change")?;
        let result = change.apply(&self.db, &mut self.texts);
        if let Err(error) = &result {
            // SQLite may have rolled everything back by itself.
            if is_fatal(error) || self.db.is_autocommit() {
                return Err(error.clone());
            }
            self.execute("ROLLBACK TO change")?;
        }
        self.execute("RELEASE change")?;
        Ok(result)
    }

    /// Leaves no transaction behind; breaks if it makes no sense to try again.
    fn roll_back(&mut self, error: &WriteError) -> ControlFlow<()> {
        let mut lost = None;
        if !self.db.is_autocommit()
            && let Err(error) = self.execute("ROLLBACK")
            && !self.db.is_autocommit()
        {
            lost = Some(WriteError::Lost { source: Some(Arc::new(error)) });
        }
        if matches!(error, WriteError::Lost { .. }) {
            lost = Some(error.clone());
        }
        if lost.is_some() {
            self.lost = lost;
            self.health.send_replace(Health::Lost);
            return ControlFlow::Break(());
        }
        if is_fatal(error) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Empties a long log, after the replies: it costs two more syncs. If it fails, it is tried again
    /// after the next group.
    fn checkpoint(&self, idle: bool) {
        if self.lost.is_some() {
            return;
        }
        let limit = if idle { CHECKPOINT } else { OVERDUE };
        if self.growth() >= GROWTH || self.log_pages().is_ok_and(|pages| pages >= limit) {
            self.empty_log();
        }
    }

    /// How many pages of the log are not in the file yet.
    fn log_pages(&self) -> rusqlite::Result<i64> {
        let mut statement = self.db.prepare_cached("PRAGMA wal_checkpoint(NOOP)")?;
        statement.query_row([], |row| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?))
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        // `raw_execute` and the like refuse statements that return rows, as checkpoints do.
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
        Ok(())
    }

    /// Closes the file, and tells those who were too late.
    fn finish(self, mut inbox: mpsc::Receiver<Message>) {
        let Self { db, health, lost, .. } = self;
        if lost.is_some() {
            // What is in the log is for the next one who opens it.
            db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).ok();
        }
        drop(db); // The last connection moves the log into the file as it closes.
        if lost.is_none() {
            health.send_replace(Health::Closed);
        }
        inbox.close();
        while let Some(message) = inbox.blocking_recv() {
            match message {
                Message::Write(command) => {
                    command.reply.send(Err(WriteError::Closed)).ok();
                }
                Message::Tidy(errand) => {
                    errand.reply.send(Err(WriteError::Closed)).ok();
                }
                Message::Close(reply) => {
                    reply.send(()).ok();
                }
            }
        }
    }
}

/// Whether the error is one of the whole journal.
fn is_fatal(error: &WriteError) -> bool {
    matches!(error, WriteError::Full | WriteError::Lost { .. })
}

#[cfg(test)]
mod tests;
