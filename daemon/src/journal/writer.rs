//! The one thread that writes, and the group commit.
//!
//! The thread takes whatever is queued, carries it out in one transaction, commits once, and only
//! then answers. While it waits for the disk the next group gathers; a lone change never waits for
//! company.

use std::{io, ops::ControlFlow, sync::Arc, thread};

use rusqlite::{Connection, ErrorCode, config::DbConfig};
use tokio::sync::{mpsc, oneshot, watch};

use super::{
    change::{Change, WriteError},
    text::Texts,
};

/// The most changes in one transaction.
const GROUP: usize = 512;

/// How many changes may wait before their senders do.
const QUEUE: usize = 1024;

/// Pages in the write-ahead log (8 MiB) from which on an idle moment is used to empty it.
const CHECKPOINT: i64 = 1_000;

/// Pages from which on it is emptied although changes are waiting.
const OVERDUE: i64 = 4 * CHECKPOINT;

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
    Close(oneshot::Sender<()>),
}

struct Command {
    change: Change,
    reply: oneshot::Sender<Result<(), WriteError>>,
}

impl Writer {
    /// Hands `db` to a new thread, which ends with [`Self::close`] or with the last `Writer`.
    pub(super) fn start(db: Connection) -> io::Result<Self> {
        let (sender, inbox) = mpsc::channel(QUEUE);
        let (tell, health) = watch::channel(Health::Good);
        let texts = Texts::new()?;
        let thread = WriterThread { db, texts, health: tell, lost: None };
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
            let mut next = Some(first);
            while let Some(message) = next {
                match message {
                    Message::Write(command) => group.push(command),
                    Message::Close(reply) => closing = Some(reply),
                }
                let full = group.len() == GROUP || closing.is_some();
                next = if full { None } else { inbox.try_recv().ok() };
            }
            self.write(group);
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
        self.execute("COMMIT").map_err(|error| match error.sqlite_error_code() {
            // A log that could not grow has no commit in it.
            Some(ErrorCode::DiskFull) => WriteError::Full,
            _ => WriteError::Lost { source: Some(Arc::new(error)) },
        })?;
        Ok(results)
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

    /// Moves the write-ahead log into the file, after the replies: it costs two more syncs. That it
    /// fails loses nothing, since the log stays; so it is tried again after the next group.
    fn checkpoint(&self, idle: bool) {
        if self.lost.is_some() {
            return;
        }
        let limit = if idle { CHECKPOINT } else { OVERDUE };
        if self.log_pages().is_ok_and(|pages| pages >= limit) {
            self.execute("PRAGMA wal_checkpoint(PASSIVE)").ok();
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
mod tests {
    use alc_core::{Event, State};
    use tempfile::TempDir;

    use super::{
        super::{
            schema::open_writer,
            tests::{Life, id, line, new_session},
        },
        *,
    };

    struct Bench {
        thread: WriterThread,
        health: watch::Receiver<Health>,
        _folder: TempDir,
    }

    impl Bench {
        fn new() -> Self {
            let folder = TempDir::new().expect("a folder");
            let db = open_writer(&folder.path().join("journal.db")).expect("opens");
            let (tell, health) = watch::channel(Health::Good);
            let texts = Texts::new().expect("starts");
            let thread = WriterThread { db, texts, health: tell, lost: None };
            Self { thread, health, _folder: folder }
        }

        /// What these changes are answered when they are one group.
        fn write(&mut self, changes: Vec<Change>) -> Vec<Result<(), WriteError>> {
            let (group, answers): (Vec<_>, Vec<_>) = changes
                .into_iter()
                .map(|change| {
                    let (reply, answer) = oneshot::channel();
                    (Command { change, reply }, answer)
                })
                .unzip();
            self.thread.write(group);
            answers.into_iter().map(|answer| answer.blocking_recv().expect("answered")).collect()
        }

        fn count(&self, table: &str) -> i64 {
            let sql = format!("SELECT count(*) FROM {table}");
            self.thread.db.query_row(&sql, [], |row| row.get(0)).expect("counts")
        }
    }

    fn create(number: u64) -> Change {
        Change::Create(Box::new(new_session(number)))
    }

    fn log(number: u64, text: &str) -> Change {
        let life = Life {
            id: id(number),
            state: State::NEW,
            seq: alc_core::Seq(1),
            asked: 0,
            calls: 0,
            at: 100,
        };
        Change::Append(Box::new(life.append(&Event::Logged(line(text)))))
    }

    /// 60,000 letters that cannot be compressed much, others for every `seed`.
    fn noise(seed: u64) -> String {
        let mut noise = [0; 60_000];
        blake3::Hasher::new().update(&seed.to_be_bytes()).finalize_xof().fill(&mut noise);
        noise.map(|byte| char::from(b' ' + byte % 95)).iter().collect()
    }

    #[test]
    fn a_refused_change_leaves_the_others_of_its_group_committed() {
        let mut bench = Bench::new();
        // The database itself finds this one wrong, after a part of it is written.
        let Change::Append(mut half) = log(1, "half") else { panic!("not an append") };
        half.entries.push(alc_core::Entry::Recovered {});
        let mut twice = half.calls[0].clone();
        twice.n = 1;
        twice.kind = alc_core::CallKind::Llm;
        let question = (1, super::super::tests::query("?"));
        twice.queries = vec![question.clone(), question];
        half.calls.push(twice);
        let group = vec![create(1), create(2), Change::Append(half), create(1), log(2, "whole")];
        let results = bench.write(group);
        assert!(matches!(
            &results[..],
            [Ok(()), Ok(()), Err(WriteError::Refused { .. }), Err(WriteError::IdTaken(_)), Ok(())]
        ));
        let counts = ["session", "event", "effect", "query"].map(|table| bench.count(table));
        assert_eq!(counts, [2, 3, 1, 0]);
        assert!(bench.thread.db.is_autocommit());
        assert!(bench.write(vec![log(1, "later")])[0].is_ok());
    }

    #[test]
    fn a_group_without_a_good_change_stores_nothing() {
        let mut bench = Bench::new();
        assert!(bench.write(vec![log(1, "?"), log(2, "?")]).iter().all(Result::is_err));
        assert!(bench.write(vec![log(1, "?")])[0].is_err());
        assert!(bench.write(vec![create(1)])[0].is_ok());
    }

    #[test]
    fn a_full_disk_stores_nothing_and_ends_nothing() {
        let mut bench = Bench::new();
        assert!(bench.write(vec![create(1), create(2)]).iter().all(Result::is_ok));
        let pages = |bench: &Bench, pages: u32| {
            let sql = format!("PRAGMA max_page_count = {pages}");
            bench.thread.execute(&sql).expect("is set");
        };
        pages(&bench, 1); // SQLite takes the size that the file has.
        let noise = noise(0);
        let results = bench.write(vec![log(1, "short"), log(2, &noise)]);
        assert!(results.iter().all(|result| matches!(result, Err(WriteError::Full))));
        assert_eq!(bench.count("event"), 2);
        pages(&bench, 1_000_000);
        assert!(bench.write(vec![log(1, "short"), log(2, &noise)]).iter().all(Result::is_ok));
    }

    #[test]
    fn after_a_failed_commit_nothing_is_taken_and_it_is_told() {
        let mut bench = Bench::new();
        // A foreign key that is looked at only by the commit makes that fail.
        let sql = "CREATE TABLE parent (n INTEGER PRIMARY KEY);
                   CREATE TABLE child (n REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
                   CREATE TRIGGER bomb AFTER INSERT ON session
                   BEGIN INSERT INTO child VALUES (9); END;";
        bench.thread.db.execute_batch(sql).expect("prepares");
        let lost = |result: &Result<(), _>| matches!(result, Err(WriteError::Lost { .. }));
        assert!(bench.write(vec![create(1), create(2)]).iter().all(lost));
        assert!(*bench.health.borrow_and_update() == Health::Lost);
        bench.thread.db.execute_batch("DROP TRIGGER bomb").expect("repairs");
        assert!(bench.write(vec![create(3)]).iter().all(lost));
        assert_eq!(bench.count("session"), 0);
    }

    #[tokio::test]
    async fn whoever_waits_for_a_loss_hears_of_it_but_not_of_a_close() {
        let Bench { thread, health, .. } = Bench::new();
        let tell = thread.health.clone();
        let (sender, inbox) = mpsc::channel(1);
        let writer = Writer { sender, health };
        let waiting = tokio::spawn({
            let writer = writer.clone();
            async move { writer.lost().await }
        });
        tell.send_replace(Health::Lost);
        waiting.await.expect("ends");
        tell.send_replace(Health::Good);
        let thread = thread::spawn(move || thread.run(inbox));
        drop(tell);
        writer.close().await;
        thread.join().expect("ends");
        let mut lost = std::pin::pin!(writer.lost());
        let once = std::future::poll_fn(|cx| std::task::Poll::Ready(lost.as_mut().poll(cx)));
        assert!(once.await.is_pending());
        assert!(matches!(writer.write(create(1)).await, Err(WriteError::Closed)));
    }

    #[test]
    fn the_log_is_emptied_in_idle_moments_and_when_it_is_long() {
        let mut bench = Bench::new();
        let grow = |bench: &mut Bench, until: i64, first: u64| {
            for number in first.. {
                if bench.thread.log_pages().expect("counts") >= until {
                    return number;
                }
                let group = vec![create(number), log(number, &noise(number))];
                assert!(bench.write(group).iter().all(Result::is_ok));
            }
            unreachable!()
        };
        let next = grow(&mut bench, CHECKPOINT, 0);
        bench.thread.checkpoint(false);
        assert!(bench.thread.log_pages().expect("counts") >= CHECKPOINT);
        bench.thread.checkpoint(true);
        assert_eq!(bench.thread.log_pages().expect("counts"), 0);
        grow(&mut bench, OVERDUE, next);
        bench.thread.checkpoint(false);
        assert_eq!(bench.thread.log_pages().expect("counts"), 0);
    }
}
