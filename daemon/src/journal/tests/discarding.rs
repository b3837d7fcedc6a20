//! Sessions whose own row is damaged: they go when somebody insists, and nothing else does.

use std::fs;

use alc_core::{Event, Seq};

use super::{
    super::{Journal, Lost, ReadError, SpawnKey, WriteError},
    Env, Life, answer, id, line, new_session, reason,
};

/// Two sessions that ask and have an answer each; the first has a name and a key.
async fn two() -> Env {
    let env = Env::new();
    let mut new = new_session(1);
    new.identity.name = Some("golden".parse().expect("a name"));
    let key = "k".parse().expect("a key");
    new.identity.key = Some(SpawnKey { key, fingerprint: [7; 32] });
    env.journal.create(new).await.expect("creates");
    Life::spawn(&env.journal, 2).await;
    for number in [1, 2] {
        let mut life = Life::started(number);
        life.live(&env.journal, Event::Logged(line(&"long ".repeat(300)))).await;
        life.live(&env.journal, life.ask(3)).await;
        life.live(&env.journal, answer(&[2])).await;
    }
    env
}

/// What the journal says of the second session.
async fn second(journal: &Journal) -> String {
    let view = journal.view(&id(2)).await.expect("reads");
    let told = journal.transcript(&id(2), Seq(0), 99).await.expect("reads");
    let recording = journal.recording(&id(2)).await.expect("reads");
    format!("{view:?} {told:?} {recording:?}")
}

/// Asserts that the first session is gone for good and all else as it was.
async fn is_gone(env: Env, lost: Option<Lost>, before: &str) {
    let Some(Lost { events: 5.., queries: 3, answers: 1 }) = lost else { panic!("{lost:?}") };
    let journal = &env.journal;
    assert!(journal.view(&id(1)).await.expect("reads").is_none());
    assert_eq!(second(journal).await, before);
    assert!(matches!(journal.create(new_session(1)).await, Err(WriteError::IdTaken(_))));
    journal.tidy().await.expect("tidies");
    let db = env.raw();
    let left = |sql: &str| db.query_row(sql, [], |row| row.get::<_, String>(0)).expect("reads");
    assert_eq!(left("SELECT count(*) || '' FROM event WHERE session <> 2"), "0");
    assert_eq!(left("SELECT count(*) || '' FROM leftover"), "0");
    assert_eq!(left("PRAGMA integrity_check"), "ok");
    // Such a row is still refused to everybody else.
    assert!(db.execute("DELETE FROM session", []).is_err());
}

#[tokio::test]
async fn a_damaged_session_goes_with_all_that_it_has_and_no_other_does() {
    let env = two().await;
    let before = second(&env.journal).await;
    env.raw().execute("UPDATE session SET chunk = '=other' WHERE n = 1", []).expect("damages");
    let damage = |error: &WriteError| {
        let WriteError::Unreadable { source } = error else { panic!("{error}") };
        assert_eq!(source.session(), Some(id(1).as_str()));
    };
    let life = Life::started(1);
    let cancel = life.append(&Event::CancelRequested(reason()));
    damage(&env.journal.append(cancel).await.expect_err("is refused"));
    damage(&env.journal.delete(&id(1), 7).await.expect_err("is refused"));
    assert!(matches!(env.journal.check(&id(1)).await, Err(ReadError::Changed { .. })));
    let lost = env.journal.discard(&id(1), 7).await.expect("discards");
    assert_eq!(env.journal.discard(&id(1), 8).await.expect("is gone"), None);
    assert_eq!(env.journal.discard(&id(9), 8).await.expect("is none"), None);
    // Its key stands for it for ever.
    let mut again = new_session(3);
    let key = "k".parse().expect("a key");
    again.identity.key = Some(SpawnKey { key, fingerprint: [7; 32] });
    let again = env.journal.create(again).await;
    assert!(matches!(again, Err(WriteError::KeyOfDeleted(known)) if known == id(1)));
    is_gone(env, lost, &before).await;
}

/// What is in an index as it was, and not in the row.
#[tokio::test]
async fn a_row_that_its_indexes_do_not_fit_goes_too() {
    // As they follow each other in the row.
    let (first, name, state) = (id(1).to_string(), "golden", "paused");
    let named = format!("{first}{name}").into_bytes();
    let keyed = [&b"k"[..], &[7; 32], format!("run{state}").as_bytes()].concat();
    for (part, of_that) in [
        (&named, 1),
        (&named, named.len() - name.len()),
        (&keyed, 0),
        (&keyed, keyed.len() - state.len()),
    ] {
        let env = two().await;
        let sound = second(&env.journal).await;
        let path = env.path();
        let Env { journal, folder } = env;
        journal.close().await;
        let mut bytes = fs::read(&path).expect("reads");
        let places = (0..bytes.len()).filter(|place| bytes[*place..].starts_with(part));
        let places: Vec<_> = places.collect();
        assert!(!places.is_empty());
        // Also what is left of earlier ones.
        for place in places {
            bytes[place + of_that] ^= 1;
        }
        fs::write(&path, &bytes).expect("writes");
        let journal = Journal::open(&path).expect("opens");
        let env = Env { journal, folder };
        let lost = env.journal.discard(&id(1), 7).await.expect("discards");
        is_gone(env, lost, &sound).await;
    }
}
