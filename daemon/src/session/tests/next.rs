//! Answers whose commit is the next pause's too.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::session::Accepted;

const TWO: &str = "local a = alc.llm('a') print(a) return {a, alc.llm('b')}";

/// Answers query 1, and takes along what is asked next.
async fn next(service: &Service, id: &SessionId, text: &str) -> Result<Accepted, String> {
    let answer = Answers { next: true, ..one(Some(1), text) };
    match service.registry.resume(&id.clone().into(), answer).await {
        Ok((_, accepted)) => Ok(accepted),
        Err(RegistryError::Rejected(rejected)) => Err(rejected.to_string()),
        Err(error) => panic!("{error}"),
    }
}

/// The state, and the numbers of the open queries.
async fn open(service: &Service, id: &SessionId) -> (StateName, Vec<u32>) {
    let view = service.registry.state(&id.clone().into()).await.expect("reads");
    let queries = view.pause.map(|pause| pause.queries).unwrap_or_default();
    (view.state, queries.iter().map(|query| query.query_id.number).collect())
}

/// What the journal is given from now on, counted.
fn commits() -> Arc<AtomicUsize> {
    let commits = Arc::new(AtomicUsize::new(0));
    let counter = commits.clone();
    let count = move || {
        counter.fetch_add(1, Ordering::SeqCst);
    };
    fail::cfg_callback("append.before", count).expect("configures");
    commits
}

async fn result(service: &Service, id: &SessionId) -> String {
    service.reaches(id, StateName::Done).await;
    service.registry.outcome(&id.clone().into()).await.expect("reads").2.expect("ended")
}

#[tokio::test]
async fn an_answer_and_the_next_question_are_one_commit() {
    let service = Service::unhurried();
    let id = service.paused(TWO).await;
    let commits = commits();
    let accepted = next(&service, &id, "A").await.expect("answers");
    assert_eq!((accepted.answers, accepted.state), (vec![(1, false)], StateName::Paused));
    let asked = accepted.next.expect("a query");
    assert_eq!((asked.query_id, asked.query.prompt.as_str()), (id.query(2), "b"));
    assert_eq!(commits.load(Ordering::SeqCst), 1);
    assert_eq!(open(&service, &id).await, (StateName::Paused, vec![2]));
    assert_eq!(service.answer(&id, None, "B").await, Ok(true));
    assert!(result(&service, &id).await.contains(r#""value":["A","B"]"#));
    let kinds = service.kinds(&id).await;
    let asked = ["pause_requested", "llm_call_begin", "state_transition"];
    let answered = ["resume_accepted", "llm_call_end", "state_transition"];
    let mut expected = vec!["spawned"];
    expected.extend(asked.iter().chain(&answered).chain(&["log"]));
    expected.extend(asked.iter().chain(&answered).chain(&["state_transition"]));
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn an_answer_and_the_end_are_one_commit() {
    let service = Service::unhurried();
    for (source, end) in
        [("return alc.llm('a')", StateName::Done), ("error(alc.llm('a'))", StateName::Failed)]
    {
        let id = service.paused(source).await;
        let commits = commits();
        let accepted = next(&service, &id, "A").await.expect("answers");
        assert_eq!((accepted.next, accepted.state), (None, end));
        assert_eq!(commits.load(Ordering::SeqCst), 1);
    }
}

/// Invariant 11: whoever is lost before the commit was told nothing, and asks again.
#[tokio::test]
async fn an_answer_lost_with_the_next_question_was_never_given() {
    let service = Service::unhurried();
    let id = service.paused(TWO).await;
    fail::cfg("append.before", "panic").expect("configures");
    let lost = next(&service, &id, "A").await.expect_err("is lost");
    assert!(lost.contains("cannot be reached"), "{lost}");
    fail::remove("append.before");
    let service = service.reopen();
    assert_eq!(open(&service, &id).await, (StateName::Paused, vec![1]));
    assert_eq!(next(&service, &id, "A").await.expect("answers").answers, [(1, false)]);
    service.reaches(&id, StateName::Paused).await;
    assert_eq!(next(&service, &id, "A").await.expect("is there").answers, [(1, true)]);
    assert_eq!(service.answer(&id, None, "B").await, Ok(true));
    assert!(result(&service, &id).await.contains(r#""value":["A","B"]"#));
}

/// Invariant 8: the commit happened, and only the word of it is lost.
#[tokio::test]
async fn an_answer_stored_with_the_next_question_is_there_for_whoever_asks_again() {
    let service = Service::unhurried();
    let id = service.paused(TWO).await;
    fail::cfg("append.after", "panic").expect("configures");
    next(&service, &id, "A").await.expect_err("is lost");
    fail::remove("append.after");
    let service = service.reopen();
    assert_eq!(open(&service, &id).await, (StateName::Paused, vec![2]));
    let again = next(&service, &id, "A").await.expect("is there");
    assert_eq!((again.answers, again.state), (vec![(1, true)], StateName::Paused));
    assert_eq!(next(&service, &id, "other").await.map(|_| ()).map_err(|_| ()), Err(()));
    assert_eq!(service.answer(&id, None, "B").await, Ok(true));
    assert!(result(&service, &id).await.contains(r#""value":["A","B"]"#));
}

/// The script has seen the answer already; it sees it again when there is room.
#[tokio::test]
async fn an_answer_for_which_there_is_no_room_leaves_everything_as_it_was() {
    let service = Service::unhurried();
    for (source, value) in [(TWO, r#"["A","B"]"#), ("return {alc.llm('a')}", r#"["A"]"#)] {
        let id = service.paused(source).await;
        let before = service.registry.state(&id.clone().into()).await.expect("reads");
        fail::cfg("append.before", "return").expect("configures");
        for _ in 0..2 {
            let refused = next(&service, &id, "A").await.expect_err("is refused");
            assert!(refused.contains("no space"), "{refused}");
        }
        fail::remove("append.before");
        let after = service.registry.state(&id.clone().into()).await.expect("reads");
        assert_eq!(after, before);
        assert_eq!(next(&service, &id, "A").await.expect("answers").answers, [(1, false)]);
        let pauses = |state: StateName| state == StateName::Paused || state.is_terminal();
        let view = service.registry.wait(&id.clone().into(), pauses).await.expect("waits");
        if view.state == StateName::Paused {
            assert_eq!(service.answer(&id, None, "B").await, Ok(true));
        }
        assert!(result(&service, &id).await.contains(value));
    }
}

#[tokio::test]
async fn an_answer_waits_for_no_more_than_a_slice() {
    let service = Service::open();
    let id = service.paused("if alc.llm('a') == 'wait' then while true do end end").await;
    let accepted = next(&service, &id, "wait").await.expect("answers");
    assert_eq!((accepted.next, accepted.state), (None, StateName::Running));
    assert!(service.cancel(&id).await);
    service.reaches(&id, StateName::Cancelled).await;
    // A slice that does not begin counts too.
    let id = service.paused(TWO).await;
    fail::cfg("step.before", "pause").expect("configures");
    let accepted = next(&service, &id, "A").await.expect("answers");
    assert_eq!((accepted.next, accepted.state), (None, StateName::Running));
    fail::remove("step.before");
    service.reaches(&id, StateName::Paused).await;
}

/// Invariant 3: what came first is stored first.
#[tokio::test]
async fn an_answer_that_waits_is_stored_before_a_cancel() {
    let service = Service::open();
    let id = service.paused(TWO).await;
    let (told, mut tells) = tokio::sync::mpsc::channel(1);
    let gate = Arc::new(std::sync::Barrier::new(2));
    let waits = gate.clone();
    let wait = move || {
        told.try_send(()).expect("has room");
        waits.wait();
    };
    fail::cfg_callback("step.after", wait).expect("configures");
    let cancel = async {
        tells.recv().await.expect("the script has the answer");
        service.cancel(&id).await
    };
    let (accepted, first) = tokio::join!(next(&service, &id, "A"), cancel);
    assert_eq!((accepted.expect("answers").state, first), (StateName::Running, true));
    gate.wait();
    service.reaches(&id, StateName::Cancelled).await;
    let kinds = service.kinds(&id).await;
    let expected = [
        "resume_accepted",
        "llm_call_end",
        "state_transition",
        "cancel_requested",
        "state_transition",
    ];
    assert_eq!(kinds[4..], expected);
}

#[tokio::test]
async fn what_is_not_in_memory_or_open_still_is_answered_at_once() {
    let service = Service::open();
    let batch = "return alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}})";
    let (asleep, half) = (service.paused(TWO).await, service.paused(batch).await);
    let accepted = next(&service, &half, "A").await.expect("answers");
    assert_eq!((accepted.next, accepted.state), (None, StateName::Paused));
    let service = service.reopen();
    let accepted = next(&service, &asleep, "A").await.expect("answers");
    assert_eq!((accepted.next, accepted.state), (None, StateName::Running));
    service.reaches(&asleep, StateName::Paused).await;
    assert_eq!(service.answer(&half, None, "B").await, Ok(true));
    assert!(result(&service, &half).await.contains(r#""value":["A","B"]"#));
}

/// What a script changes outside follows from the answer, so that is on disk before.
#[tokio::test]
async fn an_answer_is_stored_before_the_script_changes_anything_outside() {
    let service = Service::unhurried();
    let victim = service.folder.path().join("victim");
    std::fs::write(&victim, "x").expect("writes");
    let path = victim.display();
    let id = service.paused(&format!("alc.llm('a') os.remove([[{path}]]) alc.llm('b')")).await;
    fail::cfg("operation.finish", "pause").expect("configures");
    let accepted = next(&service, &id, "A").await.expect("answers");
    assert_eq!((accepted.next, accepted.state), (None, StateName::Running));
    assert_eq!(open(&service, &id).await, (StateName::Running, vec![]));
    assert!(victim.exists());
    fail::remove("operation.finish");
    service.reaches(&id, StateName::Paused).await;
    assert!(!victim.exists());
}
