//! The recorded journal, damaged: it is refused and stays as it is, or opens, and what it says of a
//! session is whole or an error.

use std::{fs, path::Path};

use alc_core::{Seq, SessionId};
use rusqlite::Connection;
use tempfile::TempDir;

use super::super::{Filter, Journal, ReadError};

fn recorded() -> Vec<u8> {
    let path = "../tests/fixtures/journal-v1/journal.db";
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("reads")
}

/// Asks the journal for everything; how many of its answers were errors.
async fn errors(journal: &Journal, ids: &[SessionId]) -> usize {
    let mut errors = 0;
    for id in ids {
        errors += usize::from(journal.snapshot(id).await.is_err());
        errors += usize::from(journal.recording(id).await.is_err());
        errors += usize::from(journal.view(id).await.is_err());
        errors += usize::from(journal.outcome(id).await.is_err());
        match journal.transcript(id, Seq(0), 99).await {
            Ok(told) => assert!(told.iter().map(|told| told.0.0).eq(1..=told.len() as u64)),
            Err(_) => errors += 1,
        }
    }
    errors += usize::from(journal.unfinished().await.is_err());
    errors += usize::from(journal.counts().await.is_err());
    errors
}

async fn sessions(journal: &Journal) -> Vec<SessionId> {
    let page = journal.list(Filter::default(), 99, None).await.expect("lists");
    page.sessions.into_iter().map(|session| session.id).collect()
}

#[tokio::test]
async fn a_changed_byte_is_an_error_or_goes_unnoticed_but_nothing_panics() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("journal.db");
    let sound = recorded();
    fs::write(&file, &sound).expect("writes");
    let journal = Journal::open(&file).expect("opens");
    let ids = sessions(&journal).await;
    assert_eq!(errors(&journal, &ids).await, 0);
    journal.close().await;
    let (mut refused, mut noticed) = (0, 0);
    // Prime, so that it meets all parts of the pages.
    for place in (0..sound.len()).step_by(1999) {
        let mut bytes = sound.clone();
        bytes[place] ^= 0x55;
        fs::write(&file, &bytes).expect("writes");
        if let Ok(journal) = Journal::open(&file) {
            noticed += usize::from(errors(&journal, &ids).await > 0);
            journal.close().await;
        } else {
            refused += 1;
            assert!(fs::read(&file).expect("reads") == bytes, "the file was changed");
        }
    }
    assert!(refused > 0 && noticed > 0, "{refused} were refused, {noticed} noticed");
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
        Connection::open(&file).expect("opens").execute_batch(lost).expect("changes");
        let journal = Journal::open(&file).expect("opens");
        for id in sessions(&journal).await {
            let recording = journal.recording(&id).await;
            assert!(matches!(recording, Err(ReadError::Damaged { .. })), "{lost}");
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
        ] {
            assert!(matches!(told, Some(ReadError::Damaged { column: "seq", .. })), "{told:?}");
        }
        assert!(journal.events(&id, Seq(2), 99).await.is_ok());
    }
    journal.close().await;
}
