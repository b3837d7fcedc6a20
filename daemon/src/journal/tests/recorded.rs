//! The recorded journal with rows that are missing: what it says of a session is whole or an error.

use std::{fs, path::Path};

use alc_core::{Seq, SessionId};
use rusqlite::Connection;
use tempfile::TempDir;

use super::super::{Filter, Journal, ReadError, renew};

fn recorded() -> Vec<u8> {
    let path = "../tests/fixtures/journal-v1/journal.db";
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("reads")
}

async fn sessions(journal: &Journal) -> Vec<SessionId> {
    let page = journal.list(Filter::default(), 99, None).await.expect("lists");
    page.sessions.into_iter().map(|session| session.id).collect()
}

#[tokio::test]
async fn a_script_is_not_run_again_on_less_than_it_was_told() {
    for lost in [
        "DELETE FROM effect WHERE (session, n) IN (SELECT session, max(n) FROM effect GROUP BY session)",
        "DELETE FROM query WHERE number = 1",
        // Answers cannot be updated.
        "CREATE TEMP TABLE moved AS SELECT * FROM query WHERE number = 1; UPDATE moved SET number = 77;
         DELETE FROM query WHERE number = 1; INSERT INTO query SELECT * FROM moved",
    ] {
        let folder = TempDir::new().expect("a folder");
        let file = folder.path().join("journal.db");
        fs::write(&file, recorded()).expect("writes");
        let db = Connection::open(&file).expect("opens");
        db.execute_batch(lost).expect("changes");
        renew(&db);
        drop(db);
        let journal = Journal::open(&file).expect("opens");
        for id in sessions(&journal).await {
            let recording = journal.recording(&id).await;
            assert!(recording.is_err_and(|error| error.is_damage()), "{lost}");
        }
        journal.close().await;
    }
}

#[tokio::test]
async fn a_history_with_a_gap_is_an_error() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("journal.db");
    fs::write(&file, recorded()).expect("writes");
    let gap = "DELETE FROM event WHERE seq = 2";
    Connection::open(&file).expect("opens").execute_batch(gap).expect("changes");
    let journal = Journal::open(&file).expect("opens");
    for id in sessions(&journal).await {
        for told in [
            journal.transcript(&id, Seq(0), 99).await.err(),
            journal.events(&id, Seq(1), 99).await.err(),
            journal.parting(&id, None).await.err(),
        ] {
            assert!(matches!(told, Some(ReadError::Damaged { column: "seq", .. })), "{told:?}");
        }
        assert!(journal.events(&id, Seq(2), 99).await.is_ok());
    }
    journal.close().await;
}

#[tokio::test]
async fn a_history_that_ends_too_early_is_an_error() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("journal.db");
    fs::write(&file, recorded()).expect("writes");
    let end = "DELETE FROM event WHERE (session, seq) IN (SELECT n, seq FROM session)";
    Connection::open(&file).expect("opens").execute_batch(end).expect("changes");
    let journal = Journal::open(&file).expect("opens");
    for id in sessions(&journal).await {
        let last = journal.snapshot(&id).await.expect("reads").expect("is there").seq;
        for told in [
            journal.transcript(&id, Seq(0), 1000).await.err(),
            journal.events(&id, Seq(last.0 - 1), 1).await.err(),
            journal.parting(&id, None).await.err(),
        ] {
            assert!(matches!(told, Some(ReadError::Damaged { column: "seq", .. })), "{told:?}");
        }
        assert!(journal.events(&id, Seq(0), 1).await.is_ok());
        assert_eq!(journal.events(&id, last, 9).await.expect("reads"), []);
    }
    journal.close().await;
}
