//! Deadlines that pass while others answer and cancel.

use super::*;

fn with_deadline(source: &str, deadline: u64) -> Specification {
    let limits = alc_core::Limits { deadline: Some(deadline), ..Default::default() };
    Specification { limits, ..runs(source) }
}

/// Invariants 7, 8 and 9: of an answer, a cancel and a deadline the first one counts, and all are
/// told the same.
#[tokio::test]
async fn of_an_answer_a_cancel_and_a_deadline_one_counts() {
    let service = Service::open();
    let registry = service.registry.clone();
    let race = async {
        for round in 0..60_u64 {
            let specification = with_deadline("return alc.llm('a')", round % 12);
            let id = service.registry.spawn(specification).await.expect("spawns");
            let reached = |state| state != StateName::Running;
            service.registry.wait(&id.clone().into(), reached).await.expect("stops");
            let (answered, cancelled) =
                tokio::join!(service.answer(&id, Some(1), "x"), service.cancel(&id));
            let end = service.registry.wait(&id.clone().into(), StateName::is_terminal).await;
            let outcome = service.registry.outcome(&id.into()).await.expect("reads").2;
            let outcome = outcome.expect("has ended");
            match end.expect("ends").state {
                StateName::Done => {
                    assert_eq!((answered, cancelled), (Ok(true), false), "{outcome}");
                }
                StateName::Cancelled if cancelled => {
                    assert!(outcome.contains(r#""code":"user""#), "{outcome}");
                }
                StateName::Cancelled => {
                    assert!(outcome.contains(r#""code":"timeout""#), "{outcome}");
                    // The answer may have come just before.
                    let told = [Ok(true), Err("already_cancelled".to_owned())];
                    assert!(told.contains(&answered), "{answered:?}");
                }
                other => panic!("{other}: {outcome}"),
            }
        }
    };
    tokio::select! {
        never = registry.enforce_deadlines() => match never {},
        () = race => {}
    }
}

/// Nobody holds them, and nobody asks for them.
#[tokio::test]
async fn sessions_that_sleep_end_when_their_deadlines_pass() {
    const HOUR: u64 = 3_600_000;
    let service = Service::open();
    let mut ids = Vec::new();
    for number in 0..200 {
        let specification = with_deadline("return alc.llm('a')", HOUR + number);
        ids.push(service.registry.spawn(specification).await.expect("spawns"));
    }
    for id in &ids {
        service.reaches(id, StateName::Paused).await;
    }
    // Not before all of them sleep, however long that took.
    let database = rusqlite::Connection::open(service.folder.path().join("journal.db"));
    let database = database.expect("opens");
    database.execute_batch("PRAGMA synchronous = OFF").expect("configures");
    let soon = "UPDATE session SET deadline_at = ?1 + deadline_at - created_at - ?2";
    database.execute(soon, (crate::clock::now() + 500, HOUR.cast_signed())).expect("updates");
    crate::journal::renew(&database);
    drop(database);
    let service = service.reopen();
    assert_eq!(service.registry.awake(), 0);
    let all_end = async {
        loop {
            let counts = service.registry.counts().await.expect("counts");
            if counts.contains(&(StateName::Cancelled, 200)) {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    assert!(!service.registry.is_idle().await);
    tokio::select! {
        never = service.registry.enforce_deadlines() => match never {},
        () = all_end => {}
    }
    assert!(service.registry.is_idle().await);
}
