//! Power is lost at any moment of a busy service, with real scripts. What anybody was told is true in
//! the next one, and every session goes on to the end that it would have had.

use std::sync::Mutex;

use alc_core::{Note, QueryView};

use super::*;
use crate::{
    journal::disk::{self, Disk, Loss},
    registry::Policy,
};

/// How many moments are tried, where `ALC_FAULT_ROUNDS` says nothing.
const ROUNDS: usize = 12;

/// Each returns every answer that it got; what it asks depends on those before.
const SCRIPTS: [&str; 4] = [
    "local t = {} for i = 1, 5 do print(i) t[i] = alc.llm(i .. ' after ' .. tostring(t[i - 1])) end \
     return t",
    "math.randomseed() local t = {} \
     for i = 1, 3 do \
       local items = {} for j = 1, 3 do items[j] = {prompt = math.random(1 << 40) .. (t[#t] or '')} end \
       for _, answer in ipairs(alc.llm_batch(items)) do t[#t + 1] = answer end \
     end return t",
    "local t = {} \
     local next = coroutine.wrap(function() while true do coroutine.yield(alc.llm('x' .. #t .. alc.time())) end end) \
     for i = 1, 4 do alc.progress(i, 4) t[i] = next() end return t",
    "local t = {} print(('long '):rep(2000)) \
     table.sort({3, 1, 2}, function(a, b) t[#t + 1] = alc.llm(a .. '<' .. b) return a < b end) return t",
];

/// Something that somebody was told.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fact {
    Spawned(SessionId),
    Answered(SessionId, u32, String),
    Noted(SessionId, Seq),
    Cancelled(SessionId),
    Deleted(SessionId),
}

/// What was told, in order, and on which disk that was true.
struct Facts {
    told: Mutex<Vec<Fact>>,
    disk: Arc<Disk>,
}

impl Facts {
    fn told(&self, fact: Fact) {
        let mut told = self.told.lock().expect("no panic under the lock");
        told.push(fact);
        self.disk.told(told.len());
    }
}

/// What every query is answered.
fn answer_to(prompt: &str) -> String {
    blake3::hash(prompt.as_bytes()).to_hex()[..12].to_owned()
}

#[tokio::test]
async fn a_service_that_loses_power_keeps_what_it_told_and_goes_on() {
    let _scenario = FailScenario::setup();
    let folder = tempfile::tempdir().expect("a folder");
    Journal::open(&folder.path().join("journal.db")).expect("opens").close().await;
    let before = disk::files(folder.path());
    let (disk, _watch) = Disk::of(folder.path());
    let facts = Arc::new(Facts { told: Mutex::default(), disk: disk.clone() });
    let service = registry(&folder, MEMORY);
    let mut drivers = tokio::task::JoinSet::new();
    for number in 0..7 {
        drivers.spawn(drive(service.clone(), facts.clone(), number));
    }
    drivers.join_all().await;
    let facts = facts.told.lock().expect("no panic under the lock").clone();
    let mut random = disk::random();
    for moment in disk::some(disk.moments(), ROUNDS, &mut random) {
        for mut loss in [Loss::All, Loss::Some(random.fork())] {
            let left = disk.after_power_loss(&before, moment, &mut loss);
            goes_on(&left, &facts[..disk.told_by(moment)], &facts).await;
        }
    }
}

/// Has a session of its own, and does with it what its number says.
async fn drive(service: Registry, facts: Arc<Facts>, number: usize) {
    let script = SCRIPTS[number % SCRIPTS.len()];
    let id = service.spawn(runs(script)).await.expect("spawns");
    facts.told(Fact::Spawned(id.clone()));
    let mut answered = 0;
    while let Some(query) = next_query(&service, &id).await {
        let text = answer(&service, &id, &query).await;
        facts.told(Fact::Answered(id.clone(), query.query_id.number, text));
        answered += 1;
        if (answered, number) == (3, 0) {
            let note = Note { title: None, content: "noted".to_owned() };
            let (_, seq) = service.note(&id.clone().into(), note).await.expect("notes");
            facts.told(Fact::Noted(id.clone(), seq));
        }
        if (answered, number % 3) == (2, 1) {
            let reason = CancelReason { code: ReasonCode::User, detail: None, requested_at: 1 };
            service.cancel(&id.clone().into(), reason).await.expect("cancels");
            facts.told(Fact::Cancelled(id.clone()));
        }
    }
    if number > 3 {
        service.delete(&id.clone().into()).await.expect("deletes");
        facts.told(Fact::Deleted(id));
        let nothing = Policy { older_than: i64::MAX, keep_bytes: None };
        service.collect(nothing).await.expect("collects");
    }
}

/// What the session waits for; `None` once it has ended.
async fn next_query(service: &Registry, id: &SessionId) -> Option<QueryView> {
    let waits = |state: StateName| state == StateName::Paused || state.is_terminal();
    let view = service.wait(&id.clone().into(), waits).await.expect("gets there");
    view.pause.map(|pause| pause.queries.last().expect("an open query").clone())
}

async fn answer(service: &Registry, id: &SessionId, query: &QueryView) -> String {
    let text = answer_to(&query.query.prompt);
    let number = query.query_id.number;
    // Every other one goes to disk with what the script asks next.
    let answers = Answers { next: number.is_multiple_of(2), ..one(Some(number), &text) };
    service.resume(&id.clone().into(), answers).await.expect("is answered");
    text
}

/// Whoever opens these files finds what was `told`, and ends every session; `all` is what will have
/// been told.
async fn goes_on(files: &disk::Files, told: &[Fact], all: &[Fact]) {
    let folder = tempfile::tempdir().expect("a folder");
    disk::restore(folder.path(), files);
    let (_, _watch) = Disk::of(folder.path());
    let service = registry(&folder, MEMORY);
    service.recover().await.expect("recovers");
    for fact in told {
        keeps(&service, fact, all).await;
    }
    let sessions = service.list(Filter::default(), 99, None).await.expect("lists").sessions;
    for session in sessions {
        let id = session.id;
        while let Some(query) = next_query(&service, &id).await {
            answer(&service, &id, &query).await;
        }
        let view = service.state(&id.clone().into()).await.expect("reads");
        if view.state == StateName::Cancelled {
            assert!(all.contains(&Fact::Cancelled(id)), "nobody cancelled it");
            continue;
        }
        let mut answers = Vec::new();
        for number in 1..=u32::try_from(view.usage.llm_calls).expect("fits") {
            let (_, stored) = service.query(&id.clone().into(), number).await.expect("reads");
            assert_eq!(stored.answer, Some(answer_to(&stored.query.prompt)));
            answers.extend(stored.answer);
        }
        let outcome = service.outcome(&id.into()).await.expect("reads").2.expect("ended");
        let outcome: serde_json::Value = serde_json::from_str(&outcome).expect("JSON");
        assert_eq!(outcome["value"], serde_json::json!(answers), "{outcome}");
    }
}

/// Asserts that what was told is so, or that its session was deleted since.
async fn keeps(service: &Registry, fact: &Fact, all: &[Fact]) {
    let (Fact::Spawned(id)
    | Fact::Answered(id, ..)
    | Fact::Noted(id, _)
    | Fact::Cancelled(id)
    | Fact::Deleted(id)) = fact;
    let session = Reference::from(id.clone());
    let view = match service.state(&session).await {
        Err(RegistryError::NotFound(_)) if all.contains(&Fact::Deleted(id.clone())) => return,
        view => view.expect("is there"),
    };
    match fact {
        Fact::Spawned(_) => {}
        Fact::Answered(_, query, text) => {
            let stored = service.query(&session, *query).await.expect("reads").1;
            assert_eq!(stored.answer.as_ref(), Some(text));
        }
        Fact::Noted(_, seq) => {
            let before = Seq(seq.0 - 1);
            let mut observer = service.observe(&session, before).await.expect("observes");
            let passage = observer.next().await.expect("reads");
            let page = passage.entries();
            assert!(page[0].1.contains("\"kind\":\"note\""), "{page:?}");
        }
        Fact::Cancelled(_) => assert_eq!(view.state, StateName::Cancelled),
        Fact::Deleted(_) => panic!("{id} is back"),
    }
}
