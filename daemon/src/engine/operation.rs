//! Operations: what a script wants of files, processes and stores. They may block, so each is a step
//! of its own, between two of the script's, on a thread where nothing else waits.
//!
//! One that only looks needs no more than its result in the journal. One that changes the world says
//! first what it intends; that must be on disk before it begins. If the process ends in between, the
//! re-run script meets its own intent, and the operation is begun again with it: to find out, to
//! finish the change, or to say that the outcome is unknown.

use std::fmt;

use alc_core::{CallKind, Fingerprint};
use serde::{Deserialize, Serialize};

use super::world::World;

/// What became of an operation: its value as JSON text, or the message that the script gets raised.
pub(crate) type Outcome = Result<String, String>;

/// What a script waits for; see [`Operation::begin`].
pub(crate) struct Operation {
    begin: Box<dyn FnOnce(Option<String>) -> Begun + Send + Sync>,
    /// What the journal has of an earlier try.
    intent: Option<String>,
    pub(super) take: Option<Take>,
}

/// How far an operation came at once.
pub(crate) enum Begun {
    /// It is over, and has changed nothing that outlives the session.
    Over(Outcome),
    /// It will change the world once `intent` is on disk.
    Intends { intent: String, finish: Box<dyn FnOnce() -> Outcome + Send> },
}

impl Operation {
    /// An operation that `begin` begins: given an intent, one that was journaled before the process
    /// ended, so that the change may have been made or not. It must then be over.
    pub(super) fn new(begin: impl FnOnce(Option<String>) -> Begun + Send + Sync + 'static) -> Self {
        Self { begin: Box::new(begin), intent: None, take: None }
    }

    /// A change that nobody can tell was made or not, once its outcome is lost; `shown` says what it is.
    pub(super) fn once(shown: &str, act: impl FnOnce() -> Outcome + Send + Sync + 'static) -> Self {
        let shown = shown.to_owned();
        Self::new(move |intent| match intent {
            None => Begun::Intends { intent: "null".to_owned(), finish: Box::new(act) },
            Some(_) => Begun::Over(Err(format!(
                "outcome unknown: the daemon ended during `{shown}`, which may have happened or not"
            ))),
        })
    }

    /// Has `take` see the value first, each time the script is told.
    pub(super) fn taken_by(self, take: Take) -> Self {
        Self { take: Some(take), ..self }
    }

    pub(super) fn with_intent(self, intent: Option<String>) -> Self {
        Self { intent, ..self }
    }

    /// Begins it. May block.
    pub(crate) fn begin(self) -> Begun {
        (self.begin)(self.intent)
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").field("intent", &self.intent).finish_non_exhaustive()
    }
}

/// An operation's place among the script's calls.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) n: u64,
    pub(super) kind: CallKind,
    pub(super) fingerprint: Fingerprint,
    /// The journal has its intent.
    pub(super) intended: bool,
    pub(super) take: Option<Take>,
}

/// Makes of a value from the journal what the script gets, and keeps the rest for it.
pub(super) type Take = fn(&mut World, &str) -> Outcome;

/// An outcome as the journal keeps it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stored<T> {
    Value(T),
    Error(String),
}

/// Writes an outcome for the journal.
pub(super) fn store(outcome: &Outcome) -> String {
    let raw = |text: &String| serde_json::value::RawValue::from_string(text.clone());
    let stored = match outcome {
        Ok(value) => raw(value).map(Stored::Value),
        Err(message) => Ok(Stored::Error(message.clone())),
    };
    let text = stored.and_then(|stored| serde_json::to_string(&stored));
    text.unwrap_or_else(|error| format!(r#"{{"error":"the result is not JSON: {error}"}}"#))
}

/// Reads an outcome from the journal.
pub(super) fn load(text: &str) -> Outcome {
    match serde_json::from_str::<Stored<Box<serde_json::value::RawValue>>>(text) {
        Ok(Stored::Value(value)) => Ok(value.get().to_owned()),
        Ok(Stored::Error(message)) => Err(message),
        Err(_) => Err(format!("the journal has no result here: {text}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_stored_and_read() {
        for outcome in [Ok(r#"{"a":[1.0,null]}"#.to_owned()), Err("no \"such\" file".to_owned())] {
            assert_eq!(load(&store(&outcome)), outcome);
        }
        assert!(load("{}").is_err());
        assert!(load(&store(&Ok("{".to_owned()))).is_err());
    }
}
