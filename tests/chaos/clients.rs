//! Clients that spawn, answer, cancel, wait and watch at random, and write down what they are told.

use std::{
    ops::ControlFlow,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use alc_core::{CancelReason, QueryId, ReasonCode, Reference, Seq};
use alc_ipc::{
    Answer, Answers, Cancel, Client, ClientError, ErrorCode, Json, Observe, Resume, Spawn, Wait,
    WaitFor,
};
use serde_json::{Value, json};

use super::{random::Random, scripts};
use crate::{
    checker::{Fact, Log, Reply, Wish},
    env::TestEnv,
};

/// So many sessions may wait for answers before no more are spawned.
const OPEN: usize = 40;
/// So many may run without an end; they take a processor each.
const ENDLESS: usize = 1;
/// A request that takes longer never ends.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the clients of a test share.
#[derive(Debug, Default)]
pub(super) struct Crew {
    at_work: AtomicBool,
    named: AtomicU64,
    sessions: Mutex<Sessions>,
}

/// Those whose spawn had its OK.
#[derive(Debug, Default)]
struct Sessions {
    all: Vec<String>,
    open: Vec<String>,
    endless: Vec<String>,
}

impl Crew {
    pub(super) fn begin(&self) {
        self.at_work.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_at_work(&self) -> bool {
        self.at_work.load(Ordering::SeqCst)
    }

    /// All stop when this is dropped.
    pub(super) fn ends_with_me(&self) -> impl Drop + use<'_> {
        struct Ends<'a>(&'a AtomicBool);
        impl Drop for Ends<'_> {
            fn drop(&mut self) {
                self.0.store(false, Ordering::SeqCst);
            }
        }
        Ends(&self.at_work)
    }

    /// A text that is used once.
    fn name(&self, what: &str) -> String {
        format!("{what}-{}", self.named.fetch_add(1, Ordering::Relaxed))
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().expect("no panic under the lock")
    }
}

/// What a client knows of its request.
enum Told<T> {
    Done(T),
    Refused(ErrorCode),
    /// The connection broke; perhaps it was carried out.
    Nothing,
}

/// One client.
pub(super) struct Worker<'a> {
    env: &'a TestEnv,
    log: &'a Log,
    crew: &'a Crew,
    random: Random,
    client: Option<Client>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(env: &'a TestEnv, log: &'a Log, crew: &'a Crew, random: Random) -> Self {
        Self { env, log, crew, random, client: None }
    }

    /// Does something.
    pub(super) fn act(&mut self) {
        let (open, some) = {
            let sessions = self.crew.sessions();
            let open = self.random.pick(&sessions.open).cloned();
            let some = self.random.pick(&sessions.all).cloned();
            (open.filter(|_| sessions.open.len() >= OPEN || self.random.below(8) > 0), some)
        };
        let (Some(open), Some(some)) = (open, some) else { return self.spawn() };
        match self.random.below(40) {
            0 => self.cancel(&open),
            1 => self.cancel(&some),
            2..6 => self.wait(&open),
            6..12 => self.observe(&some),
            12..14 => self.outcome(&some),
            _ => self.answer(&open),
        }
    }

    /// Answers everything that is open and cancels what would not end.
    pub(super) fn finish_all(&mut self) {
        let endless = std::mem::take(&mut self.crew.sessions().endless);
        for id in endless {
            while self.end(&id).is_none() {}
        }
        let all = self.crew.sessions().all.clone();
        for id in all {
            while let Some(queries) = self.open_queries(&id, WaitFor::Actionable) {
                let answers = queries.iter().map(|query| (*query, self.crew.name("last")));
                self.send(&id, answers.collect());
            }
        }
    }

    /// Sends a request; whatever breaks leads to a new connection the next time.
    fn request<T>(
        &mut self,
        request: impl FnOnce(&mut Client) -> Result<T, ClientError>,
    ) -> Told<T> {
        let client = self.client.get_or_insert_with(|| self.env.connect());
        client.set_deadline(Some(Instant::now() + PATIENCE));
        let told = request(client);
        match told {
            Ok(done) => return Told::Done(done),
            Err(ClientError::Refused(failure)) if failure.code == ErrorCode::Unavailable => {}
            Err(ClientError::Refused(failure)) => {
                assert_ne!(failure.code, ErrorCode::Internal, "{failure:?}");
                return Told::Refused(failure.code);
            }
            Err(ClientError::Lost(_)) => {}
            Err(error) => panic!("{error}: {error:?}"),
        }
        self.client = None;
        Told::Nothing
    }

    /// As [`Worker::request`], with what is asked and told in the log; the reply, if there is one.
    fn logged<T>(
        &mut self,
        wish: Wish,
        request: impl FnOnce(&mut Client) -> Result<T, ClientError>,
        reply: impl FnOnce(&T) -> Reply,
    ) -> Option<T> {
        let n = self.log.ask(wish);
        match self.request(request) {
            Told::Done(done) => {
                self.log.write(&[Fact::Told { n, reply: reply(&done) }]);
                Some(done)
            }
            Told::Refused(code) => {
                self.log.write(&[Fact::Refused { n, code: code.as_str().to_owned() }]);
                None
            }
            Told::Nothing => None,
        }
    }

    fn spawn(&mut self) {
        let endless = self.random.below(12) == 0 && self.may_start_endless();
        let source = match self.random.below(20) {
            _ if endless => scripts::endless(),
            0 => scripts::broken(),
            1 => scripts::ending(scripts::CHATTER),
            _ => scripts::ending(self.random.pick(&scripts::ENDING).expect("a script")),
        };
        let mark = self.crew.name("mark");
        let ctx = Json(json!({"mark": mark}).to_string());
        let spawn = Spawn::new(source, "chaos.lua".to_owned(), ctx);
        let spawned = self.logged(
            Wish::Spawn { mark },
            |client| client.spawn(spawn),
            |id| Reply::Spawned { session: id.to_string() },
        );
        let Some(id) = spawned.map(|id| id.to_string()) else { return };
        let mut sessions = self.crew.sessions();
        sessions.all.push(id.clone());
        sessions.open.push(id.clone());
        if endless {
            sessions.endless.push(id);
        }
    }

    /// Whether there are few enough, after one more was cancelled.
    fn may_start_endless(&mut self) -> bool {
        let oldest = {
            let mut sessions = self.crew.sessions();
            if sessions.endless.len() < ENDLESS {
                return true;
            }
            sessions.endless.remove(0)
        };
        let ended = self.end(&oldest).is_some();
        if !ended {
            self.crew.sessions().endless.push(oldest);
        }
        ended
    }

    fn cancel(&mut self, id: &str) {
        self.end(id);
    }

    /// Cancels a session; `None` if that is not certain.
    fn end(&mut self, id: &str) -> Option<()> {
        let detail = Some(self.crew.name("reason"));
        let reason = CancelReason { code: ReasonCode::User, detail, requested_at: 0 };
        let cancel = Cancel { session: reference(id), reason };
        let cancelled = self.logged(
            Wish::Cancel { session: id.to_owned() },
            |client| client.cancel(cancel),
            |(_, first)| Reply::Cancelled { first: *first },
        );
        cancelled.map(|_| ())
    }

    /// The numbers of the open queries; `None` if the session has ended.
    fn open_queries(&mut self, id: &str, until: WaitFor) -> Option<Vec<u32>> {
        let session = reference(id);
        let told = match until {
            WaitFor::Actionable => self.request(|client| client.wait(Wait { session, until })),
            WaitFor::Terminal | WaitFor::Arrival => self.request(|client| client.state(session)),
        };
        let view: Value = match told {
            Told::Done(view) => serde_json::from_str(&view.0).expect("JSON"),
            Told::Refused(code) => panic!("{id}: {code:?}"),
            Told::Nothing => return Some(Vec::new()),
        };
        if matches!(view["state"].as_str(), Some("done" | "failed" | "cancelled")) {
            return None;
        }
        let queries = view["pause"]["queries"].as_array().cloned().unwrap_or_default();
        let number = |query: &Value| {
            let id: QueryId = query["query_id"].as_str().expect("an id").parse().expect("an id");
            id.number
        };
        Some(queries.iter().map(number).collect())
    }

    /// Answers what is open, or what is not.
    fn answer(&mut self, id: &str) {
        let Some(open) = self.open_queries(id, WaitFor::Terminal) else {
            self.crew.sessions().open.retain(|open| open != id);
            return self.outcome(id);
        };
        let Some(&query) =
            self.random.pick(&open).or(Some(&1).filter(|_| self.random.below(8) == 0))
        else {
            return;
        };
        let text = self.crew.name("answer");
        match self.random.below(12) {
            // The same twice.
            0 => {
                self.send(id, vec![(query, text.clone())]);
                self.send(id, vec![(query, text)]);
            }
            // Another one, which comes too late.
            1 => {
                self.send(id, vec![(query, text)]);
                let other = self.crew.name("late");
                self.send(id, vec![(query, other)]);
            }
            // One that was answered before, where there is such.
            2 => self.send(id, vec![(query.saturating_sub(1).max(1), text)]),
            // One that nobody asked.
            3 => self.send(id, vec![(query + 1000, text)]),
            // A batch, in part of what nobody asked.
            4 => {
                let stray = self.crew.name("stray");
                self.send(id, vec![(query, text), (query + 1000, stray)]);
            }
            5..8 => {
                let answers = open.iter().map(|query| (*query, self.crew.name("part")));
                self.send(id, answers.collect());
            }
            _ => self.send(id, vec![(query, text)]),
        }
    }

    fn send(&mut self, id: &str, answers: Vec<(u32, String)>) {
        let resume = match &answers[..] {
            [] => return,
            [(query, text)] => Resume::new(
                Reference { query: Some(*query), ..reference(id) },
                Answers::One { text: text.clone(), usage: None },
            ),
            several => {
                let answer = |(query, text): &(u32, String)| Answer {
                    query: *query,
                    text: text.clone(),
                    usage: None,
                };
                let answers = Answers::Batch(several.iter().map(answer).collect());
                Resume::new(reference(id), answers)
            }
        };
        let next = self.random.below(2) == 0;
        self.logged(
            Wish::Answer { session: id.to_owned(), answers },
            |client| client.resume(Resume { next, ..resume }),
            |_| Reply::Answered,
        );
    }

    /// Waits for the end a little; whoever gives up leaves a request under way.
    fn wait(&mut self, id: &str) {
        let patience = Duration::from_millis(1 + self.random.below(20));
        let wait = Wait { session: reference(id), until: WaitFor::Terminal };
        let client = self.client.get_or_insert_with(|| self.env.connect());
        client.set_deadline(Some(Instant::now() + patience));
        match client.wait(wait) {
            Ok(_) => self.outcome(id),
            Err(ClientError::DeadlinePassed | ClientError::Lost(_)) => self.client = None,
            Err(ClientError::Refused(failure)) if failure.code == ErrorCode::Unavailable => {}
            Err(error) => panic!("{error}: {error:?}"),
        }
    }

    fn outcome(&mut self, id: &str) {
        if let Told::Done((_, _, Some(outcome))) =
            self.request(|client| client.outcome(reference(id)))
        {
            self.log.write(&[Fact::Ended { session: id.to_owned(), outcome: outcome.0 }]);
        }
    }

    /// Reads a part of a history, from anywhere to what is there now or behind it.
    fn observe(&mut self, id: &str) {
        let Told::Done(view) = self.request(|client| client.state(reference(id))) else { return };
        let view: Value = serde_json::from_str(&view.0).expect("JSON");
        let last = view["seq"].as_u64().expect("a seq");
        let after = self.random.below(last);
        let until = after + 1 + self.random.below(last - after);
        let mut entries = Vec::new();
        let observe = Observe { session: reference(id), after: Seq(after) };
        let told = self.request(|client| {
            client.observe(observe, |seq, event| {
                entries.push((seq.0, event.0.clone()));
                if seq.0 < until { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })
        });
        if matches!(told, Told::Done(None)) {
            // The stream is under way still.
            self.client = None;
        }
        // Also a stream that broke told the truth.
        self.log.write(&[Fact::Saw { session: id.to_owned(), after, entries }]);
    }
}

fn reference(id: &str) -> Reference {
    id.parse().expect("an id")
}
