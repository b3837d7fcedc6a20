//! Sessions that leave for a file and come from one: whole, or not at all.

use std::{fs, path::PathBuf};

use alc_core::{Event, SessionId, StateName};
use rusqlite::Connection;

use super::{
    super::{Arrival, Parcel, ParcelError, WriteError, new_file, parcel::seal, renew},
    Env, Life, answer, id, line, reason,
};

/// Bytes of a seal.
const SEAL: usize = 40;

/// The bytes of a session's file.
async fn packed(env: &Env, id: &SessionId) -> Vec<u8> {
    let (_, path) = new_file(&env.path().with_file_name("transit")).expect("a file");
    env.journal.pack(id, &path).await.expect("packs").expect("is there");
    fs::read(&path).expect("reads")
}

fn open(env: &Env, bytes: &[u8]) -> Result<Parcel, ParcelError> {
    let (_, path) = new_file(&env.path().with_file_name("transit")).expect("a file");
    fs::write(&path, bytes).expect("writes");
    Parcel::open(path)
}

/// The same bytes with another seal: what somebody can make who means ill.
fn resealed(env: &Env, bytes: &[u8]) -> Vec<u8> {
    let path: PathBuf = env.path().with_file_name("resealed");
    fs::write(&path, &bytes[..bytes.len() - SEAL]).expect("writes");
    seal(&path).expect("seals");
    fs::read(path).expect("reads")
}

/// The same session after this SQL, with a good seal.
fn tampered(env: &Env, bytes: &[u8], sql: &str) -> Vec<u8> {
    let path = env.path().with_file_name("tampered");
    fs::write(&path, &bytes[..bytes.len() - SEAL]).expect("writes");
    let db = Connection::open(&path).expect("opens");
    db.execute_batch(&format!("PRAGMA writable_schema = ON; {sql}")).expect("changes");
    let tables = ["session", "event", "effect", "query"];
    if !sql.contains("sum =")
        && tables.iter().any(|table| sql.contains(&format!("UPDATE {table} ")))
    {
        renew(&db);
    }
    drop(db);
    let bytes = fs::read(path).expect("reads");
    resealed(env, &[&bytes[..], &[0; SEAL]].concat())
}

fn arrival(parcel: Parcel) -> Arrival {
    let entries = parcel.state.apply(&Event::Imported(None)).expect("may happen").entries;
    let (id, name) = (parcel.id.clone(), parcel.name.clone());
    Arrival { parcel, id, name, folder: None, project: None, at: 1, entries }
}

/// A session with something of everything; it is paused.
async fn eventful(env: &Env) -> Life {
    let mut life = Life::spawn(&env.journal, 7).await;
    life.live(&env.journal, Event::Logged(line(&"long ".repeat(500)))).await;
    life.live(&env.journal, life.ask(3)).await;
    life.live(&env.journal, answer(&[1, 2, 3])).await;
    life.live(&env.journal, Event::Logged(line("short"))).await;
    life.live(&env.journal, life.ask(2)).await;
    life.live(&env.journal, answer(&[5])).await;
    life
}

#[tokio::test]
async fn a_session_arrives_as_it_left() {
    let (here, there) = (Env::new(), Env::new());
    let life = eventful(&here).await;
    // It gets a number of its own there.
    Life::spawn(&there.journal, 8).await;
    let parcel = open(&there, &packed(&here, &life.id).await).expect("is whole");
    there.journal.arrive(arrival(parcel)).await.expect("arrives");
    let recording = |env: &Env| {
        let (journal, id) = (env.journal.clone(), life.id.clone());
        async move { journal.recording(&id).await.expect("reads") }
    };
    assert_eq!(recording(&here).await, recording(&there).await);
    let snapshot = there.journal.snapshot(&life.id).await.expect("reads").expect("is there");
    assert_eq!((snapshot.state, snapshot.seq), (life.state, life.seq.plus(1)));
}

#[tokio::test]
async fn every_changed_bit_and_every_missing_byte_is_noticed() {
    let env = Env::new();
    let life = eventful(&env).await;
    let good = packed(&env, &life.id).await;
    let (_, path) = new_file(&env.path().with_file_name("transit")).expect("a file");
    for place in 0..good.len() {
        let mut bad = good.clone();
        bad[place] ^= 1 << (place % 8);
        fs::write(&path, &bad).expect("writes");
        let error = super::super::parcel::unseal(&path).expect_err("is refused");
        assert!(matches!(error, ParcelError::Broken | ParcelError::Foreign), "{place}: {error}");
        // A file of nothing but its beginning.
        let cut = &good[..place];
        if place % 16 == 0 {
            let refused = open(&env, cut).map(|parcel| parcel.id);
            assert!(refused.is_err(), "cut at {place}");
        }
    }
}

#[tokio::test]
async fn whatever_a_good_seal_is_on_the_journal_stays_sound() {
    let env = Env::new();
    let life = eventful(&env).await;
    let good = packed(&env, &life.id).await;
    let other = Env::new();
    let mut arrived = 0;
    // Each place with the next of a few changes.
    for place in (0..good.len() - SEAL).step_by(23) {
        let mut bad = good.clone();
        bad[place] = [bad[place] ^ 1, 0, 255, bad[place] ^ 0x80, b'2'][place % 5];
        let Ok(parcel) = open(&env, &resealed(&env, &bad)) else { continue };
        let mut arrival = arrival(parcel);
        arrival.id = id(1000 + place as u64);
        let (at, id) = (place, arrival.id.clone());
        match other.journal.arrive(arrival).await {
            Ok(()) => {
                arrived += 1;
                let journal = &other.journal;
                journal.view(&id).await.expect("reads").expect("is there");
                journal.recording(&id).await.expect("reads").expect("is there");
                journal.transcript(&id, alc_core::Seq(0), 1000).await.expect("reads");
            }
            Err(WriteError::NameInUse { .. }) => {}
            Err(error) => panic!("{at}: {error:?}"),
        }
    }
    assert!(arrived > 0, "some changes make no difference");
    Life::spawn(&other.journal, 1).await;
}

/// What nobody's session is after.
const TAMPERING: &[&str] = &[
    "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM session; END",
    "CREATE VIEW v AS SELECT * FROM event",
    "CREATE TABLE more (n)",
    "CREATE INDEX i ON event (at)",
    "DROP TABLE effect",
    "ALTER TABLE query ADD COLUMN more TEXT",
    "PRAGMA user_version = 0; DROP TABLE query; CREATE VIEW query AS SELECT 1 AS session",
    "UPDATE sqlite_schema SET sql = replace(sql, 'INTEGER NOT NULL', 'INTEGER') WHERE name = 'event'",
    "UPDATE session SET n = 2",
    "UPDATE session SET id = 'no id'",
    "UPDATE session SET name = 'a b'",
    "UPDATE session SET kind = 'other'",
    "UPDATE session SET seq = seq + 1",
    "UPDATE session SET seq = 1 << 62",
    "UPDATE session SET calls = 1",
    "UPDATE session SET asked = 9",
    "UPDATE session SET budget = '[-1]'",
    "UPDATE session SET tally = '7'",
    "UPDATE session SET caller = '{'",
    "UPDATE session SET caller = '7'",
    "UPDATE session SET progress = 'x'",
    "UPDATE session SET source = zeroblob(32)",
    "UPDATE session SET state = 'running', pause_kind = NULL",
    "DELETE FROM session",
    r#"UPDATE session SET labels = '{"a b":"c"}'"#,
    "UPDATE session SET labels = '[]'",
    "UPDATE session SET open = 2",
    "UPDATE session SET lines = '[1]'",
    "UPDATE session SET lines = '[99]'",
    "UPDATE event SET sum = sum + 1 WHERE seq = 1",
    "UPDATE event SET at = at + 1, sum = 0 WHERE seq = 1",
    "DELETE FROM event WHERE seq = 2",
    "UPDATE event SET seq = seq + 1",
    "UPDATE event SET session = 2 WHERE seq = 2",
    "UPDATE event SET kind = 'note' WHERE seq = 1",
    "UPDATE event SET body = '{}' WHERE seq = 1",
    r#"UPDATE event SET body = '{"kind":"llm_call_end","query_id":4}', kind = 'llm_call_end'
       WHERE seq = 1"#,
    r#"UPDATE event SET body = '{"kind":"pause_requested","pause":{"kind":"single","queries":[9]}}',
       kind = 'pause_requested' WHERE seq = 1"#,
    "DELETE FROM effect WHERE n = 1",
    "UPDATE effect SET kind = 'other'",
    "UPDATE effect SET fingerprint = x'00'",
    "DELETE FROM query WHERE number = 2",
    "UPDATE query SET answer = NULL WHERE number = 1",
    "UPDATE query SET call = 0 WHERE number = 1",
    "UPDATE query SET record = '7' WHERE number = 5",
    "UPDATE query SET record = '7' WHERE number = 1",
    "UPDATE query SET answer_key = '' WHERE number = 1",
    "UPDATE query SET usage = '7' WHERE number = 1",
    "UPDATE blob SET data = x'00'",
    "UPDATE blob SET size = 1 << 60",
    "DELETE FROM blob",
];

#[tokio::test]
async fn a_session_that_cannot_be_is_refused() {
    let env = Env::new();
    let mut life = eventful(&env).await;
    let paused = packed(&env, &life.id).await;
    life.live(&env.journal, Event::CancelRequested(reason())).await;
    assert_eq!(life.state.name(), StateName::Cancelled);
    let cancelled = packed(&env, &life.id).await;
    for sql in TAMPERING {
        let opened = open(&env, &tampered(&env, &paused, sql));
        assert!(opened.is_err(), "{sql}");
    }
    for sql in ["UPDATE session SET outcome = '7'", "UPDATE session SET state_before = NULL"] {
        assert!(open(&env, &tampered(&env, &cancelled, sql)).is_err(), "{sql}");
    }
    let newer = tampered(&env, &paused, "PRAGMA user_version = 99");
    assert!(matches!(open(&env, &newer), Err(ParcelError::Newer { found: 99 })));
    let foreign = tampered(&env, &paused, "PRAGMA application_id = 7");
    assert!(matches!(open(&env, &foreign), Err(ParcelError::Foreign)));
    // The helper itself changes nothing.
    assert!(open(&env, &tampered(&env, &paused, "")).is_ok());
    assert!(open(&env, &tampered(&env, &cancelled, "")).is_ok());
}
