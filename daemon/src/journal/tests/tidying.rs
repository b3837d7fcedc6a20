//! Notes to sessions that have ended, and sessions that are deleted.

use alc_core::{Event, Note, Outcome, Seq, State};

use super::{
    super::{Append, WriteError},
    Env, Life, answer, error, id, line, new_session, reason,
};

fn note(content: &str) -> Event {
    Event::Noted(Note { title: None, content: content.to_owned() })
}

/// What a note to `life` puts into the journal.
fn noted(life: &Life, content: &str) -> Append {
    life.append(&note(content))
}

/// Letters that are stored as a blob.
fn long(seed: u64) -> String {
    format!("{seed} {}", "long ".repeat(1_000))
}

/// A session with texts of all sorts in blobs, of which all but the script are its own.
async fn ended(env: &Env, number: u64) -> Life {
    let mut life = Life::spawn(&env.journal, number).await;
    life.live(&env.journal, Event::Logged(line(&long(number)))).await;
    let mut ask = life.append(&life.ask(1));
    ask.calls[0].queries[0].1.prompt = long(number + 1_000);
    life.store(&env.journal, ask).await.expect("appends");
    let mut given = life.append(&answer(&[1]));
    given.answers[0].text = long(number + 2_000);
    life.store(&env.journal, given).await.expect("appends");
    let mut end = life.append(&Event::Finished);
    end.outcome = Some(Outcome::Done(format!("\"{}\"", long(number + 3_000))));
    life.store(&env.journal, end).await.expect("appends");
    life
}

fn count(env: &Env, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    env.raw().query_row(&sql, [], |row| row.get(0)).expect("counts")
}

#[tokio::test]
async fn an_ended_session_takes_notes_and_nothing_else() {
    let env = Env::new();
    for (number, end) in [Event::Finished, Event::Failed].into_iter().enumerate() {
        let mut life = Life::spawn(&env.journal, number as u64).await;
        life.live(&env.journal, end).await;
        let outcome = env.journal.outcome(&life.id).await.expect("reads");
        for content in ["short", &long(1)] {
            let append = noted(&life, content);
            life.store(&env.journal, append).await.expect("appends");
        }
        let events = env.journal.events(&life.id, Seq(0), 100).await.expect("reads");
        assert_eq!(events.last().map(|(seq, _)| *seq), Some(life.seq));
        let view = env.journal.view(&life.id).await.expect("reads").expect("is there");
        assert_eq!((view.seq, view.state, view.changed_at), (life.seq, life.state.name(), life.at));
        assert_eq!(env.journal.outcome(&life.id).await.expect("reads"), outcome);

        let mut more = noted(&life, "x");
        more.outcome = Some(Outcome::Failed(error()));
        assert!(env.journal.append(more).await.is_err());
        let mut other = noted(&life, "x");
        other.state = State::Cancelled;
        other.outcome = Some(Outcome::Cancelled(reason()));
        assert!(env.journal.append(other).await.is_err());
        assert_eq!(env.journal.outcome(&life.id).await.expect("reads"), outcome);
    }
    for sql in [
        "INSERT INTO event (session, seq, at, kind, v, body, sum) VALUES (1, 99, 0, 'note', 1, '{}', 0);
         UPDATE session SET seq = 99, state = 'failed' WHERE n = 1",
        "INSERT INTO event (session, seq, at, kind, v, body, sum) VALUES (1, 98, 0, 'note', 1, '{}', 0);
         UPDATE session SET seq = 97 WHERE n = 1",
    ] {
        assert!(env.raw().execute_batch(sql).is_err(), "{sql} was allowed");
    }
}

#[tokio::test]
async fn a_note_to_a_paused_session_leaves_its_pause_as_it_was() {
    let env = Env::new();
    let mut life = Life::spawn(&env.journal, 1).await;
    life.live(&env.journal, life.ask(2)).await;
    let before = env.journal.view(&life.id).await.expect("reads").expect("is there");
    life.live(&env.journal, note("x")).await;
    let after = env.journal.view(&life.id).await.expect("reads").expect("is there");
    assert_eq!((after.state, &after.pause), (before.state, &before.pause));
    life.live(&env.journal, answer(&[1, 2])).await;
    let recording = env.journal.recording(&life.id).await.expect("reads").expect("is there");
    assert_eq!(recording.calls.len(), 1);
}

#[tokio::test]
async fn a_transcript_has_the_answers_where_the_history_tells_of_them() {
    let env = Env::new();
    let life = ended(&env, 1).await;
    let told = env.journal.transcript(&life.id, Seq(0), 100).await.expect("reads");
    let events = env.journal.events(&life.id, Seq(0), 100).await.expect("reads");
    assert!(
        told.iter()
            .map(|(seq, event, _)| (*seq, event))
            .eq(events.iter().map(|(seq, event)| (*seq, event)))
    );
    let answers: Vec<_> = told.iter().filter(|(_, _, answer)| answer.is_some()).collect();
    let [(_, event, Some(text))] = &answers[..] else { panic!("{answers:?}") };
    assert!(event.contains("\"llm_call_end\""), "{event}");
    assert_eq!(*text, long(2_001));
}

#[tokio::test]
async fn only_what_has_ended_is_deleted_and_only_once() {
    let env = Env::new();
    let mut life = Life::spawn(&env.journal, 1).await;
    let refused = env.journal.delete(&life.id, 7).await;
    assert!(matches!(refused, Err(WriteError::NotEnded(refused)) if refused == life.id));
    life.live(&env.journal, life.ask(1)).await;
    assert!(matches!(env.journal.delete(&life.id, 7).await, Err(WriteError::NotEnded(_))));
    assert!(env.raw().execute("DELETE FROM session", []).is_err());
    life.live(&env.journal, Event::CancelRequested(reason())).await;
    env.journal.delete(&life.id, 7).await.expect("deletes");
    env.journal.delete(&life.id, 8).await.expect("was deleted");
    assert!(matches!(env.journal.delete(&id(9), 7).await, Err(WriteError::OutOfOrder(_))));
    assert!(env.journal.is_deleted(&life.id).await.expect("reads"));
    let env = env.reopen().await;
    assert!(env.journal.view(&life.id).await.expect("reads").is_none());
    assert!(matches!(env.journal.create(new_session(1)).await, Err(WriteError::IdTaken(_))));
    let late = env.journal.append(noted(&life, "late")).await;
    assert!(matches!(late, Err(WriteError::OutOfOrder(_))));
    assert_eq!(env.journal.drop_tombstones(7).await.expect("drops"), 0);
    assert_eq!(env.journal.drop_tombstones(8).await.expect("drops"), 1);
    env.journal.create(new_session(1)).await.expect("creates");
}

#[tokio::test]
async fn a_place_in_the_list_is_not_taken_again() {
    let env = Env::new();
    let mut life = ended(&env, 1).await;
    env.journal.delete(&life.id, 7).await.expect("deletes");
    life = Life::spawn(&env.journal, 2).await;
    let n: i64 = env.raw().query_row("SELECT n FROM session", [], |row| row.get(0)).expect("reads");
    assert_eq!(n, 2, "{life:?}");
}

#[tokio::test]
async fn a_long_history_is_swept_in_steps() {
    let env = Env::new();
    let mut life = Life::spawn(&env.journal, 1).await;
    for _ in 0..5 {
        let mut append = life.append(&Event::Logged(line("x")));
        let entry = append.entries[0].clone();
        append.entries = vec![entry; 600];
        life.store(&env.journal, append).await.expect("appends");
    }
    life.live(&env.journal, Event::Finished).await;
    env.journal.delete(&life.id, 7).await.expect("deletes");
    assert_eq!((count(&env, "leftover"), count(&env, "session")), (1, 0));
    assert_eq!(count(&env, "event"), 3_002 - 1_000);
    let other = ended(&env, 2).await;
    env.journal.tidy().await.expect("tidies");
    assert_eq!((count(&env, "leftover"), count(&env, "effect WHERE session = 1")), (0, 0));
    assert_eq!(count(&env, "event"), i64::try_from(other.seq.0).expect("fits"));
}

#[tokio::test]
async fn only_texts_that_nothing_refers_to_are_removed() {
    let env = Env::new();
    let [gone, stays] = [ended(&env, 1).await, ended(&env, 2).await];
    assert_eq!(env.journal.idle_blobs().await.expect("reads"), (0, 0));
    assert_eq!(env.journal.tidy().await.expect("tidies"), 0);
    let blobs = count(&env, "blob");
    let used = env.journal.used().await.expect("reads");
    assert!(env.journal.size(&gone.id).await.expect("reads") < used);
    env.journal.delete(&gone.id, 7).await.expect("deletes");
    let (idle, bytes) = env.journal.idle_blobs().await.expect("reads");
    assert!(idle >= 4 && bytes > 0, "{idle} {bytes}");
    assert_eq!(env.journal.tidy().await.expect("tidies"), idle);
    assert_eq!(count(&env, "blob"), blobs - i64::try_from(idle).expect("fits"));
    env.journal.shrink().await.expect("shrinks");
    assert_eq!(count(&env, "pragma_freelist_count WHERE freelist_count > 0"), 0);
    // Every text of the other one is there.
    let told = env.journal.transcript(&stays.id, Seq(0), 100).await.expect("reads");
    assert_eq!(told.len() as u64, stays.seq.0);
    assert!(env.journal.outcome(&stays.id).await.expect("reads").is_some());
    assert!(env.journal.recording(&stays.id).await.expect("reads").is_some());
    assert_eq!(env.journal.ended().await.expect("reads"), [(stays.id, stays.at)]);
}
