//! A journal in a folder of its own, and sessions whose lives the state machine drives.

mod discarding;
#[cfg(unix)]
pub(super) mod failing;
mod flipped;
mod lives;
mod naming;
mod opening;
mod reading;
mod recorded;
mod refusing;
mod tidying;
mod travelling;

use std::{path::PathBuf, sync::Arc};

use alc_core::{
    Answered, CallKind, CancelReason, ErrorKind, Event, LogLine, Outcome, Pause, PayloadKind,
    Query, ReasonCode, Script, Seq, SessionError, SessionId, State, Usage,
};
use rusqlite::Connection;
use tempfile::TempDir;

use super::{Append, Identity, Journal, NewAnswer, NewCall, NewSession, WriteError};

pub(super) struct Env {
    pub(super) journal: Journal,
    folder: TempDir,
}

impl Env {
    pub(super) fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let journal = Journal::open(&folder.path().join("journal.db")).expect("opens");
        Self { journal, folder }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("journal.db")
    }

    pub(super) async fn reopen(self) -> Self {
        self.journal.close().await;
        let journal = Journal::open(&self.folder.path().join("journal.db")).expect("opens");
        Self { journal, folder: self.folder }
    }

    /// Another connection, for what the API does not do.
    pub(super) fn raw(&self) -> Connection {
        Connection::open(self.path()).expect("opens")
    }
}

pub(super) fn id(number: u64) -> SessionId {
    SessionId::from_random(number)
}

pub(super) fn script(source: &str) -> Script {
    Script {
        source: source.into(),
        chunk: "=test".into(),
        ctx: "{}".into(),
        seed: u64::MAX - 1,
        started_at: 100,
        ..Script::default()
    }
}

pub(super) fn prelude() -> ([u8; 32], Arc<str>) {
    (*blake3::hash(b"-- prelude").as_bytes(), "-- prelude".into())
}

pub(super) fn new_session(number: u64) -> NewSession {
    let Ok(spawned) = State::NEW.apply(&Event::Spawned) else { panic!("refused") };
    NewSession {
        id: id(number),
        identity: Identity::default(),
        script: script("return 1"),
        prelude: prelude(),
        deadline_at: None,
        entries: spawned.entries,
        state: spawned.next,
    }
}

pub(super) fn query(prompt: &str) -> Query {
    Query {
        prompt: prompt.into(),
        system: None,
        max_tokens: 1024,
        grounded: false,
        underspecified: false,
        cache_breakpoint: None,
        role: None,
        child: None,
    }
}

pub(super) fn reason() -> CancelReason {
    CancelReason { code: ReasonCode::User, detail: Some("enough".into()), requested_at: 7 }
}

pub(super) fn error() -> SessionError {
    SessionError { kind: ErrorKind::LuaError, message: "boom".into(), traceback: None }
}

pub(super) fn line(message: &str) -> LogLine {
    LogLine { level: "info".into(), source: "print".into(), message: message.into() }
}

/// A session as its actor would know it.
#[derive(Clone, Debug)]
pub(super) struct Life {
    pub(super) id: SessionId,
    pub(super) state: State,
    pub(super) seq: Seq,
    pub(super) asked: u32,
    pub(super) calls: u64,
    pub(super) at: i64,
}

impl Life {
    /// Session `number` as [`new_session`] makes it.
    pub(super) fn started(number: u64) -> Self {
        Self { id: id(number), state: State::NEW, seq: Seq(1), asked: 0, calls: 0, at: 100 }
    }

    pub(super) async fn spawn(journal: &Journal, number: u64) -> Self {
        journal.create(new_session(number)).await.expect("creates");
        Self::started(number)
    }

    /// What `event` puts into the journal; the state machine must allow it.
    pub(super) fn append(&self, event: &Event) -> Append {
        let transition = self.state.apply(event).expect("is allowed");
        let cancelled = match (&self.state, event) {
            (_, Event::CancelRequested(reason)) => Some(reason.clone()),
            (State::Running { cancel }, _) => cancel.clone(),
            _ => None,
        };
        let outcome = match transition.next {
            _ if matches!(event, Event::Noted(_)) => None,
            State::Done => Some(Outcome::Done(format!(r#"{{"z":1,"a":[{}]}}"#, self.calls))),
            State::Failed => Some(Outcome::Failed(error())),
            State::Cancelled => cancelled.map(Outcome::Cancelled),
            _ => None,
        };
        Append {
            session: self.id.clone(),
            after: self.seq,
            at: self.at + 1,
            entries: transition.entries,
            calls: self.call(event).into_iter().collect(),
            answers: answers(event),
            state: transition.next,
            outcome,
            successor: None,
        }
    }

    fn call(&self, event: &Event) -> Option<NewCall> {
        let (kind, result, queries) = match event {
            Event::Asked(pause) => {
                let ask = |&number| (number, query(&format!("question {number}")));
                (CallKind::Llm, None, pause.open().iter().map(ask).collect())
            }
            Event::Logged(_) => (CallKind::Log, Some("null".to_owned()), vec![]),
            _ => return None,
        };
        let mut fingerprint = [0; 16];
        fingerprint[..8].copy_from_slice(&self.calls.to_be_bytes());
        let (intent, intended) = (None, false);
        Some(NewCall { n: self.calls, kind, fingerprint, result, intent, intended, queries })
    }

    /// Adopts what was stored.
    pub(super) fn adopt(&mut self, append: &Append) {
        self.state = append.state.clone();
        self.seq = self.seq.plus(append.entries.len());
        self.calls += append.calls.len() as u64;
        let numbers = append.calls.iter().flat_map(|call| &call.queries).map(|(number, _)| *number);
        self.asked = numbers.fold(self.asked, u32::max);
        self.at = append.at;
    }

    pub(super) async fn store(
        &mut self,
        journal: &Journal,
        append: Append,
    ) -> Result<(), WriteError> {
        journal.append(append.clone()).await?;
        self.adopt(&append);
        Ok(())
    }

    pub(super) async fn live(&mut self, journal: &Journal, event: Event) {
        let append = self.append(&event);
        self.store(journal, append).await.expect("appends");
    }

    pub(super) fn ask(&self, count: u32) -> Event {
        Event::Asked(Pause::new(self.asked + 1, count).expect("at least one"))
    }
}

pub(super) fn answer(numbers: &[u32]) -> Event {
    let usage = Some(Usage { prompt_tokens: Some(10), completion_tokens: None });
    let answers = numbers.iter().map(|&query| Answered { query, usage }).collect();
    Event::Answered { answers, payload: PayloadKind::Batch }
}

/// The text that answers a query in these tests.
pub(super) fn answer_text(number: u32) -> String {
    format!("answer {number}")
}

fn answers(event: &Event) -> Vec<NewAnswer> {
    let Event::Answered { answers, .. } = event else { return vec![] };
    let answer = |answer: &Answered| NewAnswer {
        query: answer.query,
        text: answer_text(answer.query),
        usage: answer.usage,
        key: None,
    };
    answers.iter().map(answer).collect()
}
