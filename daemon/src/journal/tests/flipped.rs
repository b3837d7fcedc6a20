//! A small journal, each of whose bytes is changed: whatever it says of a session then is what it said
//! before, or that it is damaged.

use std::{
    fs::{self, OpenOptions},
    io::{Seek as _, SeekFrom, Write as _},
    path::Path,
    thread,
};

use alc_core::{CallKind, Event, Label, Seq, SessionId, SessionRef};
use rusqlite::Connection;
use tempfile::TempDir;

use super::{
    super::{
        Filter, Found, NewCall, ReadError,
        find::find,
        restore::{prelude, recording, snapshot},
        schema::open_to_look,
        view::{list, outcome, queries_of_call, query, transcript, view},
    },
    Env, Life, answer, id, line, new_session, reason,
};

/// Zeros in such numbers are space that nobody reads.
const EMPTY: usize = 8;
/// A page's length.
const PAGE: usize = 8192;

/// A paused session with something of everything, one that is done, and one that was cancelled.
async fn golden() -> (Vec<u8>, Vec<SessionId>) {
    let env = Env::new();
    let mut new = new_session(1);
    new.identity.name = Some("golden".parse().expect("a name"));
    new.identity.labels = vec!["is=golden".parse::<Label>().expect("a label")];
    env.journal.create(new).await.expect("creates");
    let mut paused = Life::started(1);
    paused.live(&env.journal, Event::Logged(line("short"))).await;
    paused.live(&env.journal, Event::Logged(line(&"long ".repeat(300)))).await;
    paused.live(&env.journal, paused.ask(3)).await;
    paused.live(&env.journal, answer(&[1, 3])).await;
    let mut done = Life::spawn(&env.journal, 2).await;
    done.live(&env.journal, done.ask(1)).await;
    done.live(&env.journal, answer(&[1])).await;
    let mut stats = done.append(&Event::Finished);
    let result = Some(r#"{"score":0.5}"#.to_owned());
    let (intent, intended, queries) = (None, false, vec![]);
    let fingerprint = [7; 16];
    let kind = CallKind::Stats;
    stats.calls.push(NewCall {
        n: done.calls,
        kind,
        fingerprint,
        result,
        intent,
        intended,
        queries,
    });
    done.store(&env.journal, stats).await.expect("appends");
    let mut cancelled = Life::spawn(&env.journal, 3).await;
    cancelled.live(&env.journal, cancelled.ask(2)).await;
    cancelled.live(&env.journal, Event::CancelRequested(reason())).await;
    let path = env.path();
    env.journal.clone().close().await;
    (fs::read(path).expect("reads"), vec![id(1), id(2), id(3)])
}

/// What the journal says of a session, one part after the other.
fn told(db: &Connection, id: &SessionId) -> Vec<Result<String, ReadError>> {
    fn text<T: std::fmt::Debug>(read: Result<T, ReadError>) -> Result<String, ReadError> {
        read.map(|value| format!("{value:?}"))
    }
    match find(db, &SessionRef::Text(id.to_string()), true) {
        Err(error) => return vec![Err(error)],
        Ok(found) => assert_eq!(found, Found::One(id.clone())),
    }
    vec![
        text(snapshot(db, id)),
        text(recording(db, id)),
        text(prelude(db, id)),
        text(view(db, id)),
        text(outcome(db, id)),
        text(transcript(db, id, Seq(0), 99)),
        text(transcript(db, id, Seq(3), 2)),
        text(query(db, id, 1)),
        text(query(db, id, 2)),
        text(queries_of_call(db, id, 0)),
    ]
}

/// Changes bytes of the journal, every so many from `first` on; how many changes were told.
fn flip(sound: &[u8], ids: &[SessionId], places: impl Iterator<Item = usize>) -> usize {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("journal.db");
    fs::write(&path, sound).expect("writes");
    let look = |path: &Path| open_to_look(path, false).map(|db| db.expect("is there"));
    let db = look(&path).expect("opens");
    let before: Vec<_> = ids.iter().map(|id| told(&db, id)).collect();
    let all = format!("{:?}", list(&db, &Filter::default(), 9, None).expect("lists").sessions);
    drop(db);
    let mut file = OpenOptions::new().write(true).open(&path).expect("opens");
    let mut put = |place: usize, byte: u8| {
        file.seek(SeekFrom::Start(place as u64)).expect("seeks");
        file.write_all(&[byte]).expect("writes");
    };
    let mut noticed = 0;
    for place in places {
        put(place, sound[place] ^ (1 << (place % 8)));
        if let Ok(db) = look(&path) {
            let mut errors = 0;
            for (id, before) in ids.iter().zip(&before) {
                for (now, before) in told(&db, id).iter().zip(before) {
                    match (now, before) {
                        (Ok(now), Ok(before)) => assert_eq!(now, before, "{place} of {id}"),
                        (Err(_), _) => errors += 1,
                        (Ok(_), Err(error)) => panic!("{error}"),
                    }
                }
            }
            for session in
                list(&db, &Filter::default(), 9, None).iter().flat_map(|page| &page.sessions)
            {
                assert!(all.contains(&format!("{session:?}")), "{place}");
            }
            noticed += usize::from(errors > 0);
        } else {
            noticed += 1;
        }
        put(place, sound[place]);
    }
    noticed
}

#[tokio::test]
async fn whatever_byte_has_changed_nothing_wrong_is_told() {
    let (sound, ids) = golden().await;
    let is_empty = |place: usize| {
        let around = &sound[place.saturating_sub(EMPTY)..sound.len().min(place + EMPTY)];
        around.iter().all(|byte| *byte == 0)
    };
    // Of the declarations of the tables a part is enough.
    let declares = |place: usize| {
        let page = place - place % PAGE;
        sound[page..page + PAGE].windows(7).any(|part| part == b"CREATE ")
    };
    let pages: Vec<_> = (0..sound.len()).step_by(PAGE).map(declares).collect();
    let matters =
        |place: &usize| !is_empty(*place) && (!pages[place / PAGE] || place.is_multiple_of(7));
    let places: Vec<_> = (0..sound.len()).filter(matters).collect();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let noticed: usize = thread::scope(|scope| {
        let parts = (0..threads).map(|part| {
            let (sound, ids, places) = (&sound, &ids, &places);
            scope
                .spawn(move || flip(sound, ids, places.iter().copied().skip(part).step_by(threads)))
        });
        let parts: Vec<_> = parts.collect();
        parts.into_iter().map(|part| part.join().expect("nothing panics")).sum()
    });
    println!("{noticed} of {} changes were told", places.len());
    assert!(noticed > places.len() / 4, "{noticed} of {}", places.len());
}
