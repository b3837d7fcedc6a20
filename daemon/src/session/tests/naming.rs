//! Spawns that share a name, and answers that share a key.

use std::collections::HashSet;

use alc_core::{IfExists, Key};

use super::*;

fn specification(source: &str, if_exists: IfExists) -> Specification {
    let name = Some("a".parse().expect("a name"));
    let identity = Identity { name, if_exists, ..Identity::default() };
    Specification { identity, ..runs(source) }
}

fn key(text: &str) -> Key {
    text.parse().expect("a key")
}

/// Answers, and says whether that was new, or what was wrong.
async fn answer(
    service: &Service,
    id: &SessionId,
    query: Option<u32>,
    text: &str,
    key: Option<Key>,
) -> Result<bool, &'static str> {
    let session = Reference::from(id.clone());
    match service.registry.resume(&session, Answers { key, ..one(query, text) }).await {
        Ok((_, accepted)) => Ok(accepted.answers.iter().all(|(_, already)| !already)),
        Err(RegistryError::Rejected(rejected)) => Err(name(&rejected)),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_replaced_session_is_cancelled_in_every_live_state_and_says_by_which() {
    let service = Service::open();
    let spawn = |source| service.registry.spawn(specification(source, IfExists::Replace));
    let running = spawn("while true do end").await.expect("spawns");
    let paused = spawn("return alc.llm('a')").await.expect("replaces");
    service.reaches(&running, StateName::Cancelled).await;
    service.reaches(&paused, StateName::Paused).await;
    let done = spawn("return 1").await.expect("replaces");
    for (old, new) in [(&running, &paused), (&paused, &done)] {
        service.reaches(old, StateName::Cancelled).await;
        let outcome = service.registry.outcome(&old.clone().into()).await.expect("reads").2;
        let reason = format!(r#""code":"user","detail":"replaced by {new}""#);
        assert!(outcome.as_ref().is_some_and(|outcome| outcome.contains(&reason)), "{outcome:?}");
    }
    service.reaches(&done, StateName::Done).await;
    let last = spawn("return alc.llm('b')").await.expect("spawns");
    service.reaches(&done, StateName::Done).await;
    assert_ne!(last, done);
}

#[tokio::test]
async fn a_script_that_does_not_load_replaces_nothing() {
    let service = Service::open();
    let spawn = |source| service.registry.spawn(specification(source, IfExists::Replace));
    let old = spawn("return alc.llm('a')").await.expect("spawns");
    service.reaches(&old, StateName::Paused).await;
    let refused = spawn("return x x").await;
    assert!(matches!(refused, Err(RegistryError::Spawn(SpawnError::Load(_)))));
    assert_eq!(answer(&service, &old, None, "x", None).await, Ok(true));
}

/// Spawns ten at once.
async fn race(service: &Service, source: &str, if_exists: IfExists) -> HashSet<SessionId> {
    let mut spawns = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let registry = service.registry.clone();
        let specification = specification(source, if_exists);
        spawns.spawn(async move { registry.spawn(specification).await.expect("spawns") });
    }
    spawns.join_all().await.into_iter().collect()
}

#[tokio::test]
async fn of_many_that_replace_each_other_one_stays() {
    let service = Service::open();
    let ids = race(&service, "return alc.llm('a')", IfExists::Replace).await;
    assert_eq!(ids.len(), 10);
    let bearer: Reference = "a".parse().expect("a reference");
    let live = service.registry.state(&bearer).await.expect("reads").id;
    for id in &ids {
        let state = if *id == live { StateName::Paused } else { StateName::Cancelled };
        service.reaches(id, state).await;
    }
}

#[tokio::test]
async fn of_many_that_reuse_all_get_one_also_when_it_has_ended_meanwhile() {
    let service = Service::open();
    assert_eq!(race(&service, "return 1", IfExists::Reuse).await.len(), 1);
    assert_eq!(race(&service, "return 1", IfExists::Reuse).await.len(), 1);
}

#[tokio::test]
async fn an_answer_with_a_key_counts_once_in_every_state() {
    let service = Service::open();
    let id = service.paused("local a = alc.llm('a') return {a, alc.llm('b')}").await;
    assert_eq!(answer(&service, &id, None, "A", Some(key("k"))).await, Ok(true));
    service.reaches(&id, StateName::Paused).await;
    for _ in 0..2 {
        // Another question is open or none is, and the answer does not reach it.
        assert_eq!(answer(&service, &id, None, "again", Some(key("k"))).await, Ok(false));
        assert_eq!(answer(&service, &id, Some(1), "again", Some(key("k"))).await, Ok(false));
        assert_eq!(answer(&service, &id, Some(1), "A", Some(key("other"))).await, Ok(false));
        if service.cancel(&id).await {
            assert_eq!(
                answer(&service, &id, Some(1), "x", Some(key("y"))).await,
                Err("already_cancelled")
            );
            assert_eq!(
                answer(&service, &id, None, "x", Some(key("y"))).await,
                Err("already_cancelled")
            );
        }
    }
    let id = service.paused("local a = alc.llm('a') return {a, alc.llm('b')}").await;
    assert_eq!(answer(&service, &id, None, "A", Some(key("k"))).await, Ok(true));
    service.reaches(&id, StateName::Paused).await;
    assert_eq!(answer(&service, &id, Some(1), "B", Some(key("other"))).await, Err("stale_query"));
    let service = service.reopen();
    assert_eq!(answer(&service, &id, Some(2), "B", Some(key("k"))).await, Ok(true));
    service.reaches(&id, StateName::Done).await;
    assert_eq!(answer(&service, &id, Some(2), "x", Some(key("k"))).await, Ok(false));
    assert_eq!(answer(&service, &id, Some(3), "x", Some(key("k"))).await, Err("unknown_query"));
    assert_eq!(answer(&service, &id, None, "x", Some(key("l"))).await, Err("not_paused"));
}

#[tokio::test]
async fn where_an_answer_would_go_is_told_without_giving_it() {
    let service = Service::open();
    let aim = async |session: &str, key: Option<Key>| {
        let session: Reference = session.parse().expect("a reference");
        match service.registry.aim(&session, key.as_ref()).await {
            Ok(query) => Ok(query.number),
            Err(RegistryError::Rejected(rejected)) => Err(name(&rejected)),
            Err(RegistryError::NotFound(_)) => Err("not_found"),
            Err(error) => panic!("{error}"),
        }
    };
    fail::cfg("step.before", "pause").expect("configures");
    let source = "local a = alc.llm('a') return {a, alc.llm('b')}";
    let id = service.spawn(source).await.expect("spawns");
    assert_eq!(aim(id.as_str(), None).await, Err("not_paused"));
    fail::remove("step.before");
    service.reaches(&id, StateName::Paused).await;
    assert_eq!(aim("@", None).await, Ok(1));
    assert_eq!(aim(&format!("{id}.7"), None).await, Ok(7));
    assert_eq!(answer(&service, &id, Some(1), "A", Some(key("k"))).await, Ok(true));
    service.reaches(&id, StateName::Paused).await;
    assert_eq!(aim("@", Some(key("k"))).await, Ok(1));
    assert_eq!(aim("@", Some(key("l"))).await, Ok(2));
    service.cancel(&id).await;
    assert_eq!(aim("@", None).await, Err("already_cancelled"));
    assert_eq!(aim("@", Some(key("k"))).await, Ok(1));
    assert_eq!(aim("none", None).await, Err("not_found"));
}
