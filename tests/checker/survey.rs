//! What a fresh daemon tells of every session.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
    thread,
};

use alc_core::{Reference, Seq, StateName};
use alc_ipc::{Answers, Applied, Client, ClientError, List, Observe, Resume, Wait, WaitFor};
use serde_json::Value;

use super::facts::{Entries, Fact, Reply, Wish};
use crate::env::TestEnv;

/// How many clients ask.
const CLIENTS: usize = 8;

/// Everything that the judge hears.
#[derive(Clone, Debug, Default)]
pub(super) struct Survey {
    /// As they are listed.
    pub(super) ids: Vec<String>,
    pub(super) sessions: BTreeMap<String, Told>,
}

/// One session, as it is told.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) state: StateName,
    pub(super) outcome: Option<String>,
    /// The whole history, then parts of it and the whole again: from behind which place, and what.
    pub(super) readings: Vec<(u64, Entries)>,
    /// Answers that had been confirmed, sent again, and what came back: `already`, `now`, or the
    /// code of a refusal.
    pub(super) again: Vec<(u32, String, String)>,
}

impl Survey {
    /// Asks the daemon of `env` for everything.
    pub(super) fn take(env: &TestEnv, facts: &[Fact]) -> Self {
        let confirmed = &confirmed(facts);
        let ids = list(&mut env.connect());
        let sessions = thread::scope(|scope| {
            let share = ids.len().div_ceil(CLIENTS).max(1);
            let clients: Vec<_> = ids
                .chunks(share)
                .map(|ids| scope.spawn(move || ask(env, ids, confirmed)))
                .collect();
            clients.into_iter().flat_map(|client| client.join().expect("asks")).collect()
        });
        Self { ids, sessions }
    }

    /// What these facts do not have yet.
    pub(super) fn news(&self, facts: &[Fact]) -> Vec<Fact> {
        let mut last = BTreeMap::new();
        let mut ended = BTreeSet::new();
        for fact in facts {
            match fact {
                Fact::Saw { session, entries, .. } => {
                    let seen: &mut u64 = last.entry(session).or_default();
                    *seen = entries.last().map_or(*seen, |(seq, _)| *seq.max(seen));
                }
                Fact::Ended { session, .. } => drop(ended.insert(session)),
                _ => {}
            }
        }
        let mut news = Vec::new();
        for (session, told) in &self.sessions {
            let after = last.get(session).copied().unwrap_or_default();
            let (_, whole) = &told.readings[0];
            let entries: Entries = whole.iter().filter(|(seq, _)| *seq > after).cloned().collect();
            let session = session.clone();
            if let Some(outcome) = told.outcome.clone().filter(|_| !ended.contains(&session)) {
                news.push(Fact::Ended { session: session.clone(), outcome });
            }
            if !entries.is_empty() {
                news.push(Fact::Saw { session, after, entries });
            }
        }
        news
    }
}

/// What one client is told of these sessions.
fn ask(env: &TestEnv, ids: &[String], confirmed: &Confirmed) -> Vec<(String, Told)> {
    let mut client = env.connect();
    let sessions = ids.iter().map(|id| {
        if confirmed.cancels.contains(id) {
            // It may have to be stopped first.
            let wait = Wait { session: reference(id), until: WaitFor::Terminal };
            client.wait(wait).expect("the end");
        }
        let mut told = told(env, &mut client, id);
        for (query, text) in confirmed.answers.get(id).into_iter().flatten() {
            told.again.push((*query, text.clone(), send_again(&mut client, id, *query, text)));
        }
        (id.clone(), told)
    });
    sessions.collect()
}

fn reference(id: &str) -> Reference {
    id.parse().expect("an id")
}

/// What had an OK.
#[derive(Default)]
struct Confirmed {
    answers: BTreeMap<String, BTreeSet<(u32, String)>>,
    cancels: BTreeSet<String>,
}

fn confirmed(facts: &[Fact]) -> Confirmed {
    let mut wishes = BTreeMap::new();
    let mut confirmed = Confirmed::default();
    for fact in facts {
        match fact {
            Fact::Asked { n, wish } => drop(wishes.insert(n, wish)),
            Fact::Told { n, reply } => match (wishes.get(n), reply) {
                (Some(Wish::Answer { session, answers }), Reply::Answered) => {
                    let all = confirmed.answers.entry(session.clone()).or_default();
                    all.extend(answers.iter().cloned());
                }
                (Some(Wish::Cancel { session }), _) => {
                    confirmed.cancels.insert(session.clone());
                }
                _ => {}
            },
            _ => {}
        }
    }
    confirmed
}

fn list(client: &mut Client) -> Vec<String> {
    let mut ids = Vec::new();
    let mut after = None;
    loop {
        let page = client.list(List { after, ..List::default() }).expect("a page");
        ids.extend(page.sessions.iter().map(|session| {
            let session: Value = serde_json::from_str(&session.0).expect("JSON");
            session["id"].as_str().expect("an id").to_owned()
        }));
        after = page.next;
        if after.is_none() {
            return ids;
        }
    }
}

fn send_again(client: &mut Client, id: &str, query: u32, text: &str) -> String {
    let session = Reference { query: Some(query), ..reference(id) };
    let answers = Answers::One { text: text.to_owned(), usage: None };
    match client.resume(Resume::new(session, answers)) {
        Ok(resumed) => match resumed.answers[..] {
            [(_, Applied::Already)] => "already".to_owned(),
            _ => "now".to_owned(),
        },
        Err(ClientError::Refused(failure)) => failure.code.as_str().to_owned(),
        Err(error) => panic!("{id}.{query}: {error}"),
    }
}

/// A session as it is at one moment. Where it is running it may be elsewhere the next.
fn told(env: &TestEnv, client: &mut Client, id: &str) -> Told {
    let view = client.state(reference(id)).expect("a session");
    let view: Value = serde_json::from_str(&view.0).expect("JSON");
    let state = StateName::parse(view["state"].as_str().expect("a state")).expect("a state");
    let outcome = client.outcome(reference(id)).expect("an outcome").2;
    let last = view["seq"].as_u64().expect("a seq");
    Told {
        state,
        outcome: outcome.map(|json| json.0).filter(|_| state.is_terminal()),
        readings: readings(env, id, last),
        again: Vec::new(),
    }
}

/// The history up to `last` from its start, from its middle, from before its last entry, and from
/// its start.
fn readings(env: &TestEnv, id: &str, last: u64) -> Vec<(u64, Entries)> {
    // The stream of an unfinished session would not end, so its connection is given up.
    let mut client = env.connect();
    let mut read = |after: u64| {
        let mut entries = Entries::new();
        let observe = Observe { session: reference(id), after: Seq(after) };
        let told = client.observe(observe, |seq, event| {
            entries.push((seq.0, event.0.clone()));
            if seq.0 < last { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        told.expect("a history");
        (after, entries)
    };
    [0, last / 2, last.saturating_sub(1), 0].map(&mut read).into()
}
