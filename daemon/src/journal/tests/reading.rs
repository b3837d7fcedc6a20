//! Finding sessions, and reading them page by page.

use std::collections::HashSet;

use alc_core::{Event, EventView, Seq, SessionId, SessionKind, SessionRef, ShownEntry, StateName};

use super::{
    super::{Filter, Found, Journal},
    Env, Life, answer, id, line, new_session,
};

async fn create(journal: &Journal, id: &str, kind: SessionKind) -> SessionId {
    let mut new = new_session(0);
    new.id = id.parse().expect("an id");
    new.script.kind = kind;
    let id = new.id.clone();
    journal.create(new).await.expect("creates");
    id
}

async fn find(journal: &Journal, text: &str) -> Found {
    journal.find(&SessionRef::Text(text.into())).await.expect("reads")
}

#[tokio::test]
async fn a_session_is_found_by_id_by_prefix_and_as_the_newest() {
    let env = Env::new();
    assert_eq!(env.journal.find(&SessionRef::Newest).await.expect("reads"), Found::None);
    let first = create(&env.journal, "k7fq2m9d", SessionKind::Run).await;
    let second = create(&env.journal, "k7fq3000", SessionKind::Run).await;
    let zs = create(&env.journal, "zzzzzzzz", SessionKind::Run).await;
    let newest = env.journal.find(&SessionRef::Newest).await.expect("reads");
    assert_eq!(newest, Found::One(zs.clone()));
    let cases = [
        ("k7fq2m9d", Found::One(first.clone())),
        ("k7fq2", Found::One(first)),
        ("k7fq3", Found::One(second)),
        ("k7fq", Found::Many),
        ("zzzz", Found::One(zs)),
        ("zzz", Found::None),
        ("k7fq4", Found::None),
        ("K7FQ2", Found::None),
        ("k7f%", Found::None),
        ("k7fq2m9d0", Found::None),
    ];
    for (text, found) in cases {
        assert_eq!(find(&env.journal, text).await, found, "{text}");
    }
    let exact = |text: &str| SessionRef::Text(text.into());
    let found = env.journal.find_exact(&exact("k7fq2")).await.expect("reads");
    assert_eq!(found, Found::None);
    let found = env.journal.find_exact(&exact("zzzzzzzz")).await.expect("reads");
    assert!(matches!(found, Found::One(_)));
}

#[tokio::test]
async fn pages_of_a_list_have_no_gaps_and_nothing_twice() {
    let env = Env::new();
    let kinds = [SessionKind::Run, SessionKind::Advice, SessionKind::Eval];
    let mut all = Vec::new();
    for (number, kind) in (0..23).zip(kinds.into_iter().cycle()) {
        let mut new = new_session(number);
        new.script.kind = kind;
        env.journal.create(new).await.expect("creates");
        let mut life = Life::started(number);
        match number % 4 {
            0 => life.live(&env.journal, Event::Finished).await,
            1 => life.live(&env.journal, life.ask(1)).await,
            _ => {}
        }
        all.push((life.id, life.state.name(), kind));
    }
    all.reverse();
    let filters: [(&[StateName], &[SessionKind]); 5] = [
        (&[], &[]),
        (&[StateName::Running], &[]),
        (&[StateName::Paused, StateName::Done, StateName::Paused], &[]),
        (&[StateName::Running, StateName::Done], &[SessionKind::Run, SessionKind::Eval]),
        (&[StateName::Cancelled], &[]),
    ];
    for (states, kinds) in filters {
        let wanted: Vec<_> = all
            .iter()
            .filter(|(_, state, _)| states.is_empty() || states.contains(state))
            .filter(|(_, _, kind)| kinds.is_empty() || kinds.contains(kind))
            .map(|(id, ..)| id.clone())
            .collect();
        let filter = Filter { states: states.to_vec(), kinds: kinds.to_vec(), ..Filter::default() };
        for limit in [1, 2, 5, 23, 100] {
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let page = env.journal.list(filter.clone(), limit, after).await.expect("lists");
                assert!(page.sessions.len() <= limit);
                found.extend(page.sessions.into_iter().map(|view| view.id));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(found, wanted, "{states:?} {kinds:?} {limit}");
        }
    }
    let counts = env.journal.counts().await.expect("counts");
    let wanted = StateName::ALL
        .map(|state| (state, all.iter().filter(|(_, other, _)| *other == state).count() as u64));
    assert_eq!(counts, wanted);
}

#[tokio::test]
async fn a_list_is_read_from_indexes_and_sorts_nothing() {
    let env = Env::new();
    let sql = "EXPLAIN QUERY PLAN SELECT n, id FROM session WHERE n < 9 AND state = 'running'
               UNION ALL SELECT n, id FROM session WHERE n < 9 AND state = 'paused'
               ORDER BY n DESC LIMIT 3";
    let db = env.raw();
    let mut statement = db.prepare(sql).expect("prepares");
    let plan: Vec<String> =
        statement.query_map([], |row| row.get(3)).expect("runs").map(Result::unwrap).collect();
    assert_eq!(plan.iter().filter(|step| step.contains("session_state (state=? AND")).count(), 2);
    assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:?}");
}

#[tokio::test]
async fn pages_of_a_history_have_no_gaps_and_nothing_twice() {
    let env = Env::new();
    let mut life = Life::spawn(&env.journal, 1).await;
    for number in 1..8 {
        life.live(&env.journal, life.ask(1)).await;
        life.live(&env.journal, answer(&[number])).await;
        life.live(&env.journal, Event::Logged(line(&"x".repeat(400_000)))).await;
    }
    let mut seen = HashSet::new();
    for limit in [1, 4, 1000] {
        let (mut after, mut all) = (Seq(0), Vec::new());
        loop {
            let page = env.journal.events(&life.id, after, limit).await.expect("reads");
            let Some((last, _)) = page.last() else { break };
            assert!(page.len() <= limit);
            assert!(page.iter().map(|(_, json)| json.len()).sum::<usize>() < 2 << 20);
            after = *last;
            all.extend(page);
        }
        assert_eq!(all.len() as u64, life.seq.0);
        assert!(all.iter().map(|(seq, _)| seq.0).eq(1..=life.seq.0));
        seen.insert(all);
    }
    assert_eq!(seen.len(), 1, "every page size tells the same");
    assert_eq!(env.journal.events(&life.id, life.seq, 9).await.expect("reads"), []);
    assert_eq!(env.journal.events(&id(9), Seq(0), 9).await.expect("reads"), []);
}

#[tokio::test]
async fn a_pause_is_told_with_what_it_asks() {
    let env = Env::new();
    let mut life = Life::spawn(&env.journal, 1).await;
    life.live(&env.journal, life.ask(2)).await;
    let events = env.journal.events(&life.id, Seq(1), 1).await.expect("reads");
    let json = &events[0].1;
    let session = &life.id;
    let asked = |number| {
        format!(
            r#"{{"query_id":"{session}.{number}","prompt":"question {number}","max_tokens":1024}}"#
        )
    };
    let wanted = format!(
        r#"{{"type":"event","v":1,"session":"{session}","seq":2,"at":101,"kind":"pause_requested","pause":{{"kind":"batch","queries":[{},{}]}}}}"#,
        asked(1),
        asked(2)
    );
    assert_eq!(*json, wanted);
    let event: EventView = serde_json::from_str(json).expect("parses");
    assert!(matches!(event.entry, ShownEntry::PauseRequested { .. }));
}

#[tokio::test]
async fn what_is_not_there_is_none() {
    let env = Env::new();
    let stranger = id(9);
    assert_eq!(env.journal.snapshot(&stranger).await.expect("reads"), None);
    assert_eq!(env.journal.recording(&stranger).await.expect("reads"), None);
    assert_eq!(env.journal.view(&stranger).await.expect("reads"), None);
    assert_eq!(env.journal.outcome(&stranger).await.expect("reads"), None);
    assert_eq!(env.journal.query(&stranger, 1).await.expect("reads"), None);
    assert_eq!(env.journal.queries_of_call(&stranger, 0).await.expect("reads"), []);
}
