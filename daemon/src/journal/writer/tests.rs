//! Groups that the thread is handed directly, so that it is known what is in them.

use alc_core::Event;
use tempfile::TempDir;

use super::{
    super::{
        schema::open_writer,
        tests::{Life, line, new_session},
    },
    *,
};

struct Alone {
    thread: WriterThread,
    health: watch::Receiver<Health>,
    _folder: TempDir,
}

impl Alone {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("journal.db");
        let db = open_writer(&path).expect("opens");
        let reserve = Reserve::of(&path).expect("may be");
        let (tell, health) = watch::channel(Health::Good);
        let texts = Texts::new().expect("starts");
        let thread = WriterThread { db, texts, reserve, health: tell, lost: None };
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
    let life = Life::started(number);
    Change::Append(Box::new(life.append(&Event::Logged(line(text)))))
}

/// 60,000 letters that cannot be compressed much, others for every `seed`.
fn noise(seed: u64) -> String {
    let mut noise = vec![0; 60_000];
    blake3::Hasher::new().update(&seed.to_be_bytes()).finalize_xof().fill(&mut noise);
    noise.into_iter().map(|byte| char::from(b' ' + byte % 95)).collect()
}

#[test]
fn a_refused_change_leaves_the_others_of_its_group_committed() {
    let mut alone = Alone::new();
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
    let results = alone.write(group);
    assert!(matches!(
        &results[..],
        [Ok(()), Ok(()), Err(WriteError::Refused { .. }), Err(WriteError::IdTaken(_)), Ok(())]
    ));
    let counts = ["session", "event", "effect", "query"].map(|table| alone.count(table));
    assert_eq!(counts, [2, 3, 1, 0]);
    assert!(alone.thread.db.is_autocommit());
    assert!(alone.write(vec![log(1, "later")])[0].is_ok());
}

#[test]
fn a_group_without_a_good_change_stores_nothing() {
    let mut alone = Alone::new();
    assert!(alone.write(vec![log(1, "?"), log(2, "?")]).iter().all(Result::is_err));
    assert!(alone.write(vec![log(1, "?")])[0].is_err());
    assert!(alone.write(vec![create(1)])[0].is_ok());
}

#[test]
fn what_does_not_fit_a_full_disk_keeps_nothing_else_out_and_ends_nothing() {
    let mut alone = Alone::new();
    assert!(alone.write(vec![create(1), create(2)]).iter().all(Result::is_ok));
    let pages = |alone: &Alone, pages: u32| {
        let sql = format!("PRAGMA max_page_count = {pages}");
        alone.thread.execute(&sql).expect("is set");
    };
    pages(&alone, 1); // SQLite takes the size that the file has.
    let results = alone.write(vec![log(1, "short"), log(2, &noise(0)), cancel(2)]);
    assert!(matches!(results[..], [Ok(()), Err(WriteError::Full), Ok(())]), "{results:?}");
    assert_eq!(alone.count("event"), 4);
    pages(&alone, 1_000_000);
    assert!(alone.write(vec![create(3), log(3, &noise(0))]).iter().all(Result::is_ok));
}

fn cancel(number: u64) -> Change {
    let life = Life::started(number);
    let reason = super::super::tests::reason();
    Change::Append(Box::new(life.append(&Event::CancelRequested(reason))))
}

#[test]
fn while_the_reserve_cannot_be_had_only_cancels_and_deletions_are_taken() {
    let mut alone = Alone::new();
    assert!(alone.write((1..=3).map(create).collect()).iter().all(Result::is_ok));
    let mut ended = Life::started(3);
    let end = ended.append(&Event::Finished);
    ended.adopt(&end);
    assert!(alone.write(vec![Change::Append(Box::new(end))])[0].is_ok());
    let nowhere = Reserve::of(std::path::Path::new("/nowhere/journal.db")).expect("may be");
    let reserve = std::mem::replace(&mut alone.thread.reserve, nowhere);
    let results = alone.write(vec![log(1, "x"), cancel(2), create(4)]);
    let [Err(WriteError::NoReserve { .. }), Ok(()), Err(WriteError::NoReserve { .. })] =
        results[..]
    else {
        panic!("{results:?}")
    };
    let noted = ended.append(&Event::Noted(alc_core::Note { title: None, content: "x".into() }));
    let noted = alone.write(vec![Change::Append(Box::new(noted))]);
    assert!(matches!(noted[..], [Err(WriteError::NoReserve { .. })]), "{noted:?}");
    let delete = |number| Step::Delete { session: Life::started(number).id, at: 9 };
    assert!(alone.thread.tidy(&delete(3)).is_ok());
    assert!(matches!(alone.thread.tidy(&delete(1)), Err(WriteError::NotEnded(_))));
    alone.thread.reserve = reserve;
    assert!(alone.write(vec![log(1, "x"), create(4)]).iter().all(Result::is_ok));
}

#[test]
fn after_a_failed_commit_nothing_is_taken_and_it_is_told() {
    let mut alone = Alone::new();
    // A foreign key that is looked at only by the commit makes that fail.
    let sql = "CREATE TABLE parent (n INTEGER PRIMARY KEY);
               CREATE TABLE child (n REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
               CREATE TRIGGER bomb AFTER INSERT ON session
               BEGIN INSERT INTO child VALUES (9); END;";
    alone.thread.db.execute_batch(sql).expect("prepares");
    let lost = |result: &Result<(), _>| matches!(result, Err(WriteError::Lost { .. }));
    assert!(alone.write(vec![create(1), create(2)]).iter().all(lost));
    assert!(*alone.health.borrow_and_update() == Health::Lost);
    alone.thread.db.execute_batch("DROP TRIGGER bomb").expect("repairs");
    assert!(alone.write(vec![create(3)]).iter().all(lost));
    assert_eq!(alone.count("session"), 0);
}

#[tokio::test]
async fn whoever_waits_for_a_loss_hears_of_it_but_not_of_a_close() {
    let Alone { thread, health, .. } = Alone::new();
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
    let mut alone = Alone::new();
    let mut life = Life::started(1);
    assert!(alone.write(vec![create(1)])[0].is_ok());
    let mut grow = |alone: &mut Alone, until: i64| {
        while alone.thread.log_pages().expect("counts") < until {
            let append = life.append(&Event::Logged(line("short")));
            life.adopt(&append);
            assert!(alone.write(vec![Change::Append(Box::new(append))])[0].is_ok());
        }
        assert!(alone.thread.growth() < GROWTH);
    };
    grow(&mut alone, CHECKPOINT);
    alone.thread.checkpoint(false);
    assert!(alone.thread.log_pages().expect("counts") >= CHECKPOINT);
    alone.thread.checkpoint(true);
    assert_eq!(alone.thread.log_pages().expect("counts"), 0);
    grow(&mut alone, OVERDUE);
    alone.thread.checkpoint(false);
    assert_eq!(alone.thread.log_pages().expect("counts"), 0);
}

#[test]
fn the_log_is_emptied_before_the_reserve_is_too_small_for_that() {
    let mut alone = Alone::new();
    let mut number = 0;
    while alone.thread.growth() < GROWTH {
        number += 1;
        let group = vec![create(number), log(number, &noise(number))];
        assert!(alone.write(group).iter().all(Result::is_ok));
    }
    assert!(alone.thread.log_pages().expect("counts") < CHECKPOINT);
    alone.thread.checkpoint(false);
    assert_eq!((alone.thread.log_pages().expect("counts"), alone.thread.growth()), (0, 0));
}
