//! What the journal does not take, through its methods or past them.

use alc_core::{Event, Outcome, Seq, State};

use super::{
    super::{Filter, NewAnswer, ReadError, WriteError, renew},
    Env, Life, answer, error, id, new_session, reason,
};

#[tokio::test]
async fn an_id_is_used_once_even_after_its_session_is_deleted() {
    let env = Env::new();
    let mut life = Life::spawn(&env.journal, 1).await;
    let again = env.journal.create(new_session(1)).await;
    assert!(matches!(again, Err(WriteError::IdTaken(taken)) if taken == id(1)));
    life.live(&env.journal, Event::Finished).await;
    env.journal.delete(&life.id, 0).await.expect("deletes");
    assert!(matches!(env.journal.create(new_session(1)).await, Err(WriteError::IdTaken(_))));
}

#[tokio::test]
async fn a_change_that_does_not_follow_the_history_is_refused() {
    let env = Env::new();
    let mut life = Life::spawn(&env.journal, 1).await;
    let good = life.append(&life.ask(1));
    for seq in [0, 2, u64::MAX] {
        let mut bad = good.clone();
        bad.after = Seq(seq);
        let result = env.journal.append(bad).await;
        assert!(matches!(result, Err(WriteError::OutOfOrder(_))), "{seq}");
    }
    let mut stranger = good.clone();
    stranger.session = id(2);
    assert!(matches!(env.journal.append(stranger).await, Err(WriteError::OutOfOrder(_))));
    let mut gap = good.clone();
    gap.calls[0].n = 1;
    assert!(matches!(env.journal.append(gap).await, Err(WriteError::Contradiction)));
    life.store(&env.journal, good.clone()).await.expect("appends");
    assert!(matches!(env.journal.append(good).await, Err(WriteError::OutOfOrder(_))));
    assert_eq!(
        env.journal.snapshot(&life.id).await.expect("reads").expect("is there").seq,
        life.seq
    );
}

#[tokio::test]
async fn an_answer_is_taken_once_and_only_for_what_was_asked() {
    let env = Env::new();
    let mut life = Life::spawn(&env.journal, 1).await;
    life.live(&env.journal, life.ask(2)).await;
    life.live(&env.journal, answer(&[1])).await;
    for number in [1, 3] {
        let mut late = life.append(&answer(&[2]));
        late.answers =
            vec![NewAnswer { query: number, text: "late".into(), usage: None, key: None }];
        let result = env.journal.append(late).await;
        assert!(matches!(result, Err(WriteError::NotOpen(refused)) if refused == number));
    }
    let stored = env.journal.query(&life.id, 1).await.expect("reads").expect("was asked");
    assert_eq!(stored.answer.as_deref(), Some("answer 1"));
}

#[tokio::test]
async fn a_state_and_an_outcome_that_do_not_fit_are_refused() {
    let env = Env::new();
    let life = Life::spawn(&env.journal, 1).await;
    let outcomes = [None, Some(Outcome::Failed(error())), Some(Outcome::Cancelled(reason()))];
    for outcome in outcomes {
        let mut append = life.append(&Event::Finished);
        append.outcome = outcome;
        assert!(matches!(env.journal.append(append).await, Err(WriteError::Contradiction)));
    }
    let mut append = life.append(&Event::Logged(super::line("hi")));
    append.outcome = Some(Outcome::Done("1".into()));
    assert!(matches!(env.journal.append(append).await, Err(WriteError::Contradiction)));
    assert_eq!(env.journal.snapshot(&life.id).await.expect("reads").expect("is there").seq, Seq(1));
}

#[tokio::test]
async fn a_session_that_has_ended_takes_nothing_more() {
    let env = Env::new();
    for (number, end) in [Event::Finished, Event::Failed].into_iter().enumerate() {
        let mut life = Life::spawn(&env.journal, number as u64).await;
        let mut late = life.append(&Event::Logged(super::line("late")));
        life.live(&env.journal, end).await;
        late.after = life.seq;
        assert!(matches!(env.journal.append(late.clone()).await, Err(WriteError::Refused { .. })));
        late.entries.clear();
        late.calls.clear();
        assert!(matches!(env.journal.append(late.clone()).await, Err(WriteError::Refused { .. })));
        late.state = State::Done;
        late.outcome = Some(Outcome::Done("2".into()));
        assert!(matches!(env.journal.append(late).await, Err(WriteError::Refused { .. })));
    }
}

#[tokio::test]
async fn what_is_settled_does_not_change_through_plain_sql_either() {
    let env = Env::new();
    let mut ended = Life::spawn(&env.journal, 1).await;
    ended.live(&env.journal, ended.ask(1)).await;
    ended.live(&env.journal, Event::CancelRequested(reason())).await;
    let mut open = Life::spawn(&env.journal, 2).await;
    open.live(&env.journal, Event::Logged(super::line("hi"))).await;
    open.live(&env.journal, open.ask(2)).await;
    open.live(&env.journal, answer(&[1])).await;

    let db = env.raw();
    let settled = [
        "UPDATE session SET state = 'running', outcome = NULL WHERE n = 1",
        "UPDATE session SET outcome = '1' WHERE n = 1",
        "UPDATE session SET finished_at = 0 WHERE n = 1",
        "INSERT INTO event (session, seq, at, kind, v, body, sum) VALUES (1, 99, 0, 'log', 1, '{}', 0)",
        "UPDATE query SET answer = 'late' WHERE session = 1",
        "UPDATE query SET answer = 'other' WHERE session = 2 AND number = 1",
        "UPDATE query SET answer = NULL WHERE session = 2 AND number = 1",
        "UPDATE effect SET result = '1' WHERE session = 2 AND n = 0",
        "UPDATE event SET body = '{}' WHERE session = 2",
        "UPDATE session SET state = 'done' WHERE n = 2",
    ];
    for sql in settled {
        let Err(error) = db.execute(sql, []) else { panic!("{sql} was allowed") };
        let code = error.sqlite_error_code();
        assert_eq!(code, Some(rusqlite::ErrorCode::ConstraintViolation), "{sql}: {error}");
    }
}

#[tokio::test]
async fn a_damaged_session_is_named_and_stops_no_other() {
    let env = Env::new();
    let damage = [
        ("UPDATE session SET kind = 'other' WHERE n = 1", "kind"),
        ("UPDATE session SET seq = -1 WHERE n = 1", "seq"),
        ("UPDATE session SET progress = 'x' WHERE n = 1", "progress"),
    ];
    let mut life = Life::spawn(&env.journal, 1).await;
    let mut other = Life::spawn(&env.journal, 2).await;
    for (sql, wanted) in damage {
        let db = env.raw();
        db.execute_batch("BEGIN").expect("begins");
        let old: (String, i64, Option<String>) = db
            .query_row("SELECT kind, seq, progress FROM session WHERE n = 1", [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .expect("reads");
        db.execute(sql, []).expect("damages");
        db.execute_batch("COMMIT").expect("commits");
        let Err(ReadError::Changed { session, table, row }) = env.journal.view(&life.id).await
        else {
            panic!("not noticed: {sql}")
        };
        assert_eq!((&*session, table, &*row), (life.id.as_str(), "session", "1"));
        // Nor is it when somebody has made the checksum fit.
        renew(&db);
        let Err(ReadError::Damaged { session, column, .. }) = env.journal.view(&life.id).await
        else {
            panic!("not noticed: {sql}")
        };
        assert_eq!((session.as_str(), column), (life.id.as_str(), wanted));
        let page = env.journal.list(Filter::default(), 10, None).await.expect("lists");
        assert_eq!((page.sessions.len(), page.damaged.len()), (1, 1));
        other.live(&env.journal, Event::Logged(super::line("hi"))).await;
        db.execute("UPDATE session SET kind = ?1, seq = ?2, progress = ?3 WHERE n = 1", old)
            .expect("repairs");
        renew(&db);
    }
    life.live(&env.journal, Event::Finished).await;
    env.raw().execute("DELETE FROM effect WHERE session = 2 AND n = 1", []).expect("damages");
    let recording = env.journal.recording(&other.id).await;
    assert!(matches!(recording, Err(ReadError::Damaged { column: "n", .. })));
}

#[tokio::test]
async fn a_closed_journal_says_so() {
    let env = Env::new();
    let journal = env.journal.clone();
    env.reopen().await;
    assert!(matches!(journal.create(new_session(2)).await, Err(WriteError::Closed)));
    assert!(matches!(journal.counts().await, Err(ReadError::Closed)));
}
