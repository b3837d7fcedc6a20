//! Names, labels and keys: which session a spawn makes or means.

use alc_core::{Event, IfExists, Key, SessionRef, StateName};

use super::{
    super::{Filter, Found, Journal, NewSession, SpawnKey, WriteError},
    Env, Life, answer, id, new_session, reason, script,
};

fn named(number: u64, name: &str, if_exists: IfExists) -> NewSession {
    let mut new = new_session(number);
    new.identity.name = Some(name.parse().expect("a name"));
    new.identity.if_exists = if_exists;
    new
}

fn keyed(number: u64, key: &str, fingerprint: u8) -> NewSession {
    let mut new = new_session(number);
    let key = key.parse().expect("a key");
    new.identity.key = Some(SpawnKey { key, fingerprint: [fingerprint; 32] });
    new
}

async fn spawn(journal: &Journal, new: NewSession, number: u64) -> Life {
    journal.create(new).await.expect("creates");
    Life::started(number)
}

async fn find(journal: &Journal, text: &str) -> Found {
    journal.find(&SessionRef::Text(text.into())).await.expect("reads")
}

/// What a refused or needless creation says: which session is in its place, and why.
async fn instead(journal: &Journal, new: NewSession) -> String {
    match journal.create(new).await.expect_err("creates nothing") {
        WriteError::Known(known) => format!("known {known}"),
        WriteError::NameInUse { bearer, .. } => format!("name {bearer}"),
        WriteError::KeyInUse(user) => format!("key {user}"),
        WriteError::KeyOfDeleted(deleted) => format!("deleted {deleted}"),
        error => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_name_has_one_live_bearer_and_is_free_once_that_will_end() {
    let env = Env::new();
    let journal = &env.journal;
    let mut life = spawn(journal, named(0, "a", IfExists::Fail), 0).await;
    for number in 1..4 {
        let fail = named(number, "a", IfExists::Fail);
        assert_eq!(instead(journal, fail).await, format!("name {}", id(number - 1)));
        assert_eq!(
            journal.bearer(&"a".parse().expect("a name")).await.expect("reads"),
            Some(life.id.clone())
        );
        let end = match number {
            1 => Event::CancelRequested(reason()),
            2 => Event::Finished,
            _ => {
                life.live(journal, life.ask(1)).await;
                Event::CancelRequested(reason())
            }
        };
        life.live(journal, end).await;
        assert_eq!(journal.bearer(&"a".parse().expect("a name")).await.expect("reads"), None);
        assert_eq!(find(journal, "a").await, Found::One(life.id));
        life = spawn(journal, named(number, "a", IfExists::Fail), number).await;
    }
    spawn(journal, named(9, "A", IfExists::Fail), 9).await;
    assert_eq!(
        journal.view(&id(9)).await.expect("reads").expect("is there").name.as_deref(),
        Some("A")
    );
}

#[tokio::test]
async fn a_reference_is_an_id_then_a_name_then_a_prefix() {
    let env = Env::new();
    let mut first = new_session(0);
    first.id = "k7fq2m9d".parse().expect("an id");
    env.journal.create(first).await.expect("creates");
    assert_eq!(find(&env.journal, "k7fq").await, Found::One("k7fq2m9d".parse().expect("an id")));
    spawn(&env.journal, named(1, "k7fq", IfExists::Fail), 1).await;
    spawn(&env.journal, named(2, "k7fq2m9d", IfExists::Fail), 2).await;
    assert_eq!(find(&env.journal, "k7fq").await, Found::One(id(1)));
    assert_eq!(
        find(&env.journal, "k7fq2m9d").await,
        Found::One("k7fq2m9d".parse().expect("an id"))
    );
    let exact = SessionRef::Text("k7fq".into());
    assert_eq!(env.journal.find_exact(&exact).await.expect("reads"), Found::One(id(1)));
}

#[tokio::test]
async fn of_two_that_come_together_one_gets_the_name() {
    let env = Env::new();
    for round in 0..20 {
        let name = format!("n{round}");
        let [one, two] =
            [0, 1].map(|place| env.journal.create(named(2 * round + place, &name, IfExists::Fail)));
        let (one, two) = tokio::join!(one, two);
        assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
    }
}

#[tokio::test]
async fn reuse_finds_the_live_one_else_the_newest_that_is_done() {
    let env = Env::new();
    let journal = &env.journal;
    let reuse = |number| named(number, "a", IfExists::Reuse);
    let mut done = spawn(journal, reuse(0), 0).await;
    let mut other = reuse(9);
    other.script = script("return 2");
    assert_eq!(instead(journal, other.clone()).await, format!("known {}", id(0)));
    done.live(journal, done.ask(1)).await;
    assert_eq!(instead(journal, reuse(9)).await, format!("known {}", id(0)));
    done.live(journal, answer(&[1])).await;
    done.live(journal, Event::Finished).await;
    assert_eq!(instead(journal, reuse(9)).await, format!("known {}", id(0)));
    assert_eq!(instead(journal, other).await, format!("name {}", id(0)));
    let mut other = reuse(9);
    other.script.ctx = "x".repeat(2000);
    assert_eq!(instead(journal, other).await, format!("name {}", id(0)));
    // Neither one that failed nor one that was cancelled is used again.
    let mut failed = spawn(journal, named(1, "a", IfExists::Fail), 1).await;
    failed.live(journal, Event::Failed).await;
    assert_eq!(instead(journal, reuse(9)).await, format!("known {}", id(0)));
    for (number, end) in [(2, Event::Failed), (3, Event::CancelRequested(reason()))] {
        let mut life = Life::started(number);
        journal.create(named(number, "b", IfExists::Reuse)).await.expect("creates");
        life.live(journal, end).await;
    }
    spawn(journal, named(4, "b", IfExists::Reuse), 4).await;
}

#[tokio::test]
async fn a_successor_begins_with_the_commit_that_ends_the_other_or_neither_happens() {
    let env = Env::new();
    let mut old = spawn(&env.journal, named(0, "a", IfExists::Fail), 0).await;
    let mut append = old.append(&Event::CancelRequested(reason()));
    append.successor = Some(Box::new(keyed(0, "k", 1)));
    let refused = env.journal.append(append.clone()).await;
    assert!(matches!(refused, Err(WriteError::IdTaken(_))));
    let snapshot = env.journal.snapshot(&old.id).await.expect("reads").expect("is there");
    assert_eq!((snapshot.state, snapshot.seq), (old.state.clone(), old.seq));
    append.successor = Some(Box::new(named(1, "a", IfExists::Replace)));
    old.store(&env.journal, append).await.expect("appends");
    assert_eq!(find(&env.journal, "a").await, Found::One(id(1)));
    old.live(&env.journal, Event::Cancelled).await;
    assert_eq!(find(&env.journal, "a").await, Found::One(id(1)));
}

#[tokio::test]
async fn a_key_stands_for_one_request_as_long_as_the_journal_knows_it() {
    let env = Env::new();
    let mut life = spawn(&env.journal, keyed(0, "k", 1), 0).await;
    let same = || keyed(9, "k", 1);
    assert_eq!(instead(&env.journal, same()).await, format!("known {}", id(0)));
    assert_eq!(instead(&env.journal, keyed(9, "k", 2)).await, format!("key {}", id(0)));
    life.live(&env.journal, Event::Finished).await;
    let env = env.reopen().await;
    assert_eq!(instead(&env.journal, same()).await, format!("known {}", id(0)));
    env.journal.delete(&id(0), 7).await.expect("deletes");
    assert_eq!(instead(&env.journal, same()).await, format!("deleted {}", id(0)));
    assert_eq!(instead(&env.journal, keyed(9, "k", 2)).await, format!("deleted {}", id(0)));
    spawn(&env.journal, keyed(1, "K", 1), 1).await;
}

/// A request that is sent again is known before its name is in the way.
#[tokio::test]
async fn a_key_counts_before_a_name() {
    let env = Env::new();
    let new = |number| {
        let mut new = named(number, "a", IfExists::Fail);
        new.identity.key = keyed(number, "k", 1).identity.key;
        new
    };
    spawn(&env.journal, new(0), 0).await;
    assert_eq!(instead(&env.journal, new(1)).await, format!("known {}", id(0)));
}

#[tokio::test]
async fn labels_are_shown_and_select_together() {
    let env = Env::new();
    for (number, labels) in
        [(0, vec![]), (1, vec!["a=1"]), (2, vec!["a=1", "b=x=y"]), (3, vec!["a=2", "b=x=y"])]
    {
        let mut new = new_session(number);
        new.identity.labels = labels.iter().map(|label| label.parse().expect("a label")).collect();
        spawn(&env.journal, new, number).await;
    }
    Life::started(2).live(&env.journal, Event::Finished).await;
    let view = env.journal.view(&id(2)).await.expect("reads").expect("is there");
    let shown: Vec<_> = view.labels.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(shown, [("a", "1"), ("b", "x=y")]);
    let cases: [(&[&str], &[StateName], &[u64]); 7] = [
        (&[], &[], &[3, 2, 1, 0]),
        (&["a=1"], &[], &[2, 1]),
        (&["a=1", "b=x=y"], &[], &[2]),
        (&["a=1", "a=2"], &[], &[]),
        (&["b=x=y"], &[StateName::Running], &[3]),
        (&["b=x=y"], &[StateName::Done, StateName::Running], &[3, 2]),
        (&["c=1"], &[], &[]),
    ];
    for (labels, states, wanted) in cases {
        let labels = labels.iter().map(|label| label.parse().expect("a label")).collect();
        let filter = Filter { labels, states: states.to_vec(), ..Filter::default() };
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let page = env.journal.list(filter.clone(), 1, after).await.expect("lists");
            found.extend(page.sessions.into_iter().map(|session| session.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let wanted: Vec<_> = wanted.iter().map(|number| id(*number)).collect();
        assert_eq!(found, wanted, "{filter:?}");
    }
}

#[tokio::test]
async fn an_answer_is_found_by_its_key() {
    let env = Env::new();
    let mut life = Life::spawn(&env.journal, 0).await;
    life.live(&env.journal, life.ask(3)).await;
    let key: Key = "k".parse().expect("a key");
    let mut append = life.append(&answer(&[2, 3]));
    for answer in &mut append.answers {
        answer.key = Some(key.clone());
    }
    life.store(&env.journal, append).await.expect("appends");
    life.live(&env.journal, answer(&[1])).await;
    let stored = async |query| env.journal.query(&life.id, query).await.expect("reads");
    assert_eq!(stored(1).await.expect("was asked").key, None);
    assert_eq!(stored(2).await.expect("was asked").key, Some(key.clone()));
    let found = async |session, key: &Key| env.journal.answered_with(&session, key).await;
    assert_eq!(found(id(0), &key).await.expect("reads"), Some(2));
    assert_eq!(found(id(1), &key).await.expect("reads"), None);
    assert_eq!(found(id(0), &Key::from_random(1)).await.expect("reads"), None);
}
