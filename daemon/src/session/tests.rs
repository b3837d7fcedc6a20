//! The session service without a socket, which is invariant 2: a real journal, a real Lua, and places
//! where a step waits.

mod cards;
mod deadline;
mod discarding;
mod evaluation;
mod fork;
mod model;
mod naming;
mod next;
mod operation;
#[cfg(unix)]
mod power;
mod prelude;
mod require;
mod state;
mod world;

use std::sync::Arc;

use alc_core::{
    Caller, CancelReason, Limits, PayloadKind, Program, ReasonCode, Reference, Seq, SessionId,
    StateName,
};
use fail::FailScenario;
use tempfile::TempDir;
use tokio::sync::Barrier;

use super::{Answers, Given, Rejected, SpawnError};
use crate::{
    engine::{LoadError, Pool, Preludes},
    hooks::Hooks,
    journal::{Filter, Identity, Journal},
    registry::{Defaults, Registry, RegistryError, Specification},
};

/// Room for a few thousand scripts.
const MEMORY: usize = 512 << 20;

/// A service with a journal of its own. Fail points are the process's, so only one lives at a time.
struct Service {
    registry: Registry,
    folder: TempDir,
    scenario: Option<FailScenario<'static>>,
}

impl Service {
    fn open() -> Self {
        let scenario = Some(FailScenario::setup());
        let folder = tempfile::tempdir().expect("a folder");
        Self { registry: registry(&folder, MEMORY), folder, scenario }
    }

    /// One in which no slice ends by itself.
    fn unhurried() -> Self {
        let service = Self::open();
        let pool = Pool::unhurried(2).expect("starts");
        let (folder, journal) = (&service.folder, journal(&service.folder));
        let registry = registry_of(folder, journal, pool, preludes(), MEMORY);
        Self { registry, ..service }
    }

    /// One with its journal, which a test closes as a daemon's end does.
    fn with_journal() -> (Self, Journal) {
        let service = Self::open();
        let journal = journal(&service.folder);
        let registry = registry_of(&service.folder, journal.clone(), pool(), preludes(), MEMORY);
        (Self { registry, ..service }, journal)
    }

    /// What a restarted daemon sees: another service on the same journal.
    fn reopen(mut self) -> Self {
        let scenario = self.scenario.take();
        Self { registry: registry(&self.folder, MEMORY), folder: self.folder, scenario }
    }

    async fn spawn(&self, source: &str) -> Result<SessionId, RegistryError> {
        self.registry.spawn(runs(source)).await
    }

    async fn reaches(&self, id: &SessionId, state: StateName) {
        let reference = Reference::from(id.clone());
        self.registry.wait(&reference, |now| now == state).await.expect("gets there");
    }

    async fn paused(&self, source: &str) -> SessionId {
        let id = self.spawn(source).await.expect("spawns");
        self.reaches(&id, StateName::Paused).await;
        id
    }

    async fn answer(&self, id: &SessionId, query: Option<u32>, text: &str) -> Result<bool, String> {
        let session = Reference::from(id.clone());
        match self.registry.resume(&session, one(query, text)).await {
            Ok((_, accepted)) => Ok(accepted.answers.iter().all(|(_, already)| !already)),
            Err(RegistryError::Rejected(rejected)) => Err(name(&rejected).to_owned()),
            Err(error) => panic!("{error}"),
        }
    }

    async fn cancel(&self, id: &SessionId) -> bool {
        let reason = CancelReason { code: ReasonCode::User, detail: None, requested_at: 1 };
        self.registry.cancel(&id.clone().into(), reason).await.expect("cancels").1
    }

    /// What a script returns that asks nothing, or what it fails with.
    async fn says(&self, source: &str) -> String {
        self.answered(source, &[]).await
    }

    /// What a script returns that gets these answers, or what it fails with.
    async fn answered(&self, source: &str, answers: &[&str]) -> String {
        let id = self.spawn(source).await.expect("spawns");
        let session = Reference::from(id.clone());
        for answer in answers {
            let settled = |now: StateName| now == StateName::Paused || now.is_terminal();
            self.registry.wait(&session, settled).await.expect("waits");
            if self.registry.outcome(&session).await.expect("reads").2.is_some() {
                break;
            }
            assert_eq!(self.answer(&id, None, answer).await, Ok(true), "{source}");
        }
        self.registry.wait(&session, StateName::is_terminal).await.expect("waits");
        let outcome = self.registry.outcome(&session).await.expect("reads").2.expect("ended");
        let outcome: serde_json::Value = serde_json::from_str(&outcome).expect("JSON");
        outcome.get("value").unwrap_or(&outcome["error"]["message"]).to_string()
    }

    /// Its history so far.
    async fn kinds(&self, id: &SessionId) -> Vec<String> {
        let mut observer =
            self.registry.observe(&id.clone().into(), Seq(0)).await.expect("observes");
        let mut kinds = Vec::new();
        loop {
            let page = observer.told(false).await.expect("reads");
            if page.is_empty() {
                return kinds;
            }
            for (_, event, _) in page {
                let event: serde_json::Value = serde_json::from_str(&event).expect("JSON");
                kinds.push(event["kind"].as_str().expect("a kind").to_owned());
            }
        }
    }
}

/// A session that runs this source, and nothing else said.
fn runs(source: &str) -> Specification {
    Specification {
        program: Program::Run { source: source.to_owned(), chunk: "test.lua".to_owned() },
        ctx: "{}".to_owned(),
        identity: Identity::default(),
        limits: Limits::default(),
        env: std::collections::BTreeMap::new(),
        caller: Caller::default(),
    }
}

/// One answer, whose commit waits for nothing.
fn one(query: Option<u32>, text: &str) -> Answers {
    let given = vec![Given { query, text: text.to_owned(), usage: None }];
    Answers { given, payload: PayloadKind::Single, key: None, next: false }
}

fn registry(folder: &TempDir, memory: usize) -> Registry {
    registry_of(folder, journal(folder), pool(), preludes(), memory)
}

fn registry_of(
    folder: &TempDir,
    journal: Journal,
    pool: Pool,
    preludes: Preludes,
    memory: usize,
) -> Registry {
    let (home, defaults) = (folder.path().into(), Defaults::new(memory));
    Registry::new(journal, pool, preludes, home, defaults, Hooks::default())
}

fn pool() -> Pool {
    Pool::start(2).expect("starts")
}

fn preludes() -> Preludes {
    Preludes::new().expect("compiles")
}

fn journal(folder: &TempDir) -> Journal {
    Journal::open(&folder.path().join("journal.db")).expect("opens")
}

fn name(rejected: &Rejected) -> &'static str {
    match rejected {
        Rejected::AlreadyCancelled(_) => "already_cancelled",
        Rejected::NotPaused(..) => "not_paused",
        Rejected::UnknownQuery(..) => "unknown_query",
        Rejected::StaleQuery(..) => "stale_query",
        _ => "other",
    }
}

/// Invariant 1.
#[tokio::test]
async fn what_does_not_load_creates_nothing() {
    let service = Service::open();
    let refused = service.spawn("return x x").await;
    assert!(matches!(
        refused,
        Err(RegistryError::Spawn(SpawnError::Load(LoadError::Syntax(message)))) if message.contains("test.lua:1:")
    ));
    let page = service.registry.list(Filter::default(), 10, None).await.expect("lists");
    assert!(page.sessions.is_empty());
}

/// Invariant 3, checkpoint A: before the chunk starts.
#[tokio::test]
async fn a_session_cancelled_before_it_begins_asks_nothing() {
    let service = Service::open();
    fail::cfg("step.before", "pause").expect("configures");
    let id = service.spawn("print('ran') return alc.llm('a')").await.expect("spawns");
    assert!(service.cancel(&id).await);
    fail::remove("step.before");
    service.reaches(&id, StateName::Cancelled).await;
    assert_eq!(service.kinds(&id).await, ["spawned", "cancel_requested", "state_transition"]);
}

/// Invariant 3, checkpoint B: between a question and its publication.
#[tokio::test]
async fn a_question_is_not_published_once_a_cancel_is_on_disk() {
    let service = Service::open();
    fail::cfg("step.after", "pause").expect("configures");
    let id = service.spawn("return alc.llm('a')").await.expect("spawns");
    assert!(service.cancel(&id).await);
    fail::remove("step.after");
    service.reaches(&id, StateName::Cancelled).await;
    assert_eq!(service.kinds(&id).await, ["spawned", "cancel_requested", "state_transition"]);
    assert_eq!(service.answer(&id, Some(1), "x").await, Err("already_cancelled".to_owned()));
}

/// Invariants 3 (checkpoint C: on entry to `resume`), 7 and 8.
#[tokio::test]
async fn a_cancelled_session_takes_no_answer_but_knows_those_it_has() {
    let service = Service::open();
    let id = service.paused("alc.llm('a') alc.llm('b')").await;
    assert_eq!(service.answer(&id, Some(1), "A").await, Ok(true));
    service.reaches(&id, StateName::Paused).await;
    assert!(service.cancel(&id).await);
    assert!(!service.cancel(&id).await);
    let cancelled = Err("already_cancelled".to_owned());
    assert_eq!(service.answer(&id, Some(2), "B").await, cancelled);
    assert_eq!(service.answer(&id, None, "B").await, cancelled);
    assert_eq!(service.answer(&id, Some(1), "other").await, cancelled);
    assert_eq!(service.answer(&id, Some(1), "A").await, Ok(false));
}

/// Invariant 3, checkpoint D: while waiting.
#[tokio::test]
async fn a_waiting_session_is_cancelled_at_once() {
    let service = Service::open();
    let id = service.paused("return alc.llm('a')").await;
    assert!(service.cancel(&id).await);
    let view = service.registry.state(&id.clone().into()).await.expect("reads");
    assert_eq!(view.state, StateName::Cancelled);
}

/// Invariants 7 and 8.
#[tokio::test]
async fn each_answer_that_cannot_be_is_told_apart() {
    let service = Service::open();
    let id = service.paused("return alc.llm('a')").await;
    assert_eq!(service.answer(&id, Some(7), "x").await, Err("unknown_query".to_owned()));
    assert_eq!(service.answer(&id, None, "x").await, Ok(true));
    service.reaches(&id, StateName::Done).await;
    assert_eq!(service.answer(&id, Some(1), "x").await, Ok(false));
    assert_eq!(service.answer(&id, Some(1), "y").await, Err("stale_query".to_owned()));
    assert_eq!(service.answer(&id, None, "x").await, Err("not_paused".to_owned()));
}

/// Invariants 4, 6 and 9: waiters and observers come early, late and many, and all see one end.
#[tokio::test]
async fn everybody_who_waits_is_told_the_same_end() {
    let service = Service::open();
    let id = service.paused("print('hello') return alc.llm('a')").await;
    let barrier = Arc::new(Barrier::new(21));
    let mut waiters = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (registry, id, barrier) = (service.registry.clone(), id.clone(), barrier.clone());
        waiters.spawn(async move {
            let mut observer =
                registry.observe(&id.clone().into(), Seq(0)).await.expect("observes");
            barrier.wait().await;
            let mut seen = Vec::new();
            loop {
                let passage = observer.next().await.expect("reads");
                if passage.entries().is_empty() {
                    break;
                }
                seen.extend(passage.entries().to_vec());
            }
            registry.wait(&id.clone().into(), StateName::is_terminal).await.expect("waits");
            (seen, registry.outcome(&id.into()).await.expect("reads").2)
        });
    }
    barrier.wait().await;
    assert_eq!(service.answer(&id, None, "x").await, Ok(true));
    let told = waiters.join_all().await;
    assert!(told.iter().all(|each| *each == told[0]));
    let seqs: Vec<u64> = told[0].0.iter().map(|(seq, _)| seq.0).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
}

/// Invariant 5: commands that arrive together are carried out one after the other, each wholly.
#[tokio::test]
async fn of_many_answers_to_one_query_one_is_stored() {
    let service = Service::open();
    let id = service.paused("return alc.llm('a')").await;
    let mut answers = tokio::task::JoinSet::new();
    for number in 0..50 {
        let (registry, session) = (service.registry.clone(), Reference::from(id.clone()));
        answers.spawn(async move {
            let answer = one(Some(1), &number.to_string());
            registry.resume(&session, answer).await.is_ok().then_some(number)
        });
    }
    let stored: Vec<i32> = answers.join_all().await.into_iter().flatten().collect();
    assert_eq!(stored.len(), 1);
    service.reaches(&id, StateName::Done).await;
    let outcome = service.registry.outcome(&id.into()).await.expect("reads").2.expect("ended");
    assert!(outcome.contains(&format!("\"value\":\"{}\"", stored[0])), "{outcome}");
}

/// Invariant 11: a service that sees only the journal goes on where the other had got to.
#[tokio::test]
async fn a_service_that_sees_only_the_journal_goes_on() {
    let service = Service::open();
    let id = service.paused("local a = alc.llm('a') return {a, alc.llm('b')}").await;
    assert_eq!(service.answer(&id, None, "A").await, Ok(true));
    service.reaches(&id, StateName::Paused).await;
    let service = service.reopen();
    assert_eq!(service.answer(&id, Some(1), "A").await, Ok(false));
    assert_eq!(service.answer(&id, None, "B").await, Ok(true));
    service.reaches(&id, StateName::Done).await;
    let outcome = service.registry.outcome(&id.into()).await.expect("reads").2.expect("ended");
    assert!(outcome.contains(r#""value":["A","B"]"#), "{outcome}");
}

/// A journal that another script wrote is not guessed over.
#[tokio::test]
async fn a_script_that_leaves_its_journal_fails_and_says_where() {
    let service = Service::open();
    let id = service
        .paused("local a = alc.llm('first ' .. tostring(ctx.x)) return alc.llm('second')")
        .await;
    let _ = service.answer(&id, None, "A").await;
    service.reaches(&id, StateName::Paused).await;
    // Stands for a host that behaves otherwise: the recorded context is another one.
    let database = rusqlite::Connection::open(service.folder.path().join("journal.db"));
    let database = database.expect("opens");
    database.execute("UPDATE session SET ctx = '{\"x\":\"other\"}'", []).expect("updates");
    crate::journal::renew(&database);
    drop(database);
    let service = service.reopen();
    let _ = service.answer(&id, None, "B").await;
    service.reaches(&id, StateName::Failed).await;
    let outcome = service.registry.outcome(&id.into()).await.expect("reads").2.expect("ended");
    for part in ["diverged", "test.lua:1", "first other", "call 1"] {
        assert!(outcome.contains(part), "{part}: {outcome}");
    }
}

/// Many more sessions than fit rest in the journal; each goes on when it is answered, and a batch
/// that was half answered before its script left loses nothing.
#[tokio::test]
async fn sessions_that_do_not_fit_in_memory_sleep_and_wake() {
    let mut service = Service::open();
    service.registry = registry(&service.folder, 200 << 10);
    let source = "local a = alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}}) return a[1] .. a[2] .. alc.llm('c')";
    let mut ids = Vec::new();
    for _ in 0..40 {
        ids.push(service.paused(source).await);
    }
    let awake = service.registry.awake();
    assert!(awake < 20, "{awake} are awake");
    for id in &ids {
        assert_eq!(service.answer(id, Some(2), "B").await, Ok(true));
    }
    for text in ["A", "C"] {
        for id in &ids {
            service.reaches(id, StateName::Paused).await;
            assert_eq!(service.answer(id, None, text).await, Ok(true));
        }
    }
    for id in ids {
        service.reaches(&id, StateName::Done).await;
        let outcome = service.registry.outcome(&id.into()).await.expect("reads").2.expect("ended");
        assert!(outcome.contains(r#""value":"ABC""#), "{outcome}");
    }
}

/// That a script should leave the memory is decided while it rests, and may be heard when it works.
#[tokio::test]
async fn a_session_that_works_does_not_fall_asleep() {
    let service = Service::open();
    let id = service.paused("return alc.llm('a')").await;
    fail::cfg("step.before", "pause").expect("configures");
    assert_eq!(service.answer(&id, None, "x").await, Ok(true));
    service.registry.rests(&id, MEMORY + 1, std::time::Duration::ZERO);
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert_eq!(service.registry.awake(), 1);
    fail::remove("step.before");
    service.reaches(&id, StateName::Done).await;
    assert!(!service.kinds(&id).await.contains(&"recovered".to_owned()));
}
