//! Looks a re-run script's calls up in what was recorded of its first run.
//!
//! Calls are matched in sequence, each by kind and by a fingerprint of its arguments. What follows
//! the last recorded call is new.

use std::{collections::VecDeque, fmt};

use serde::{Deserialize, Serialize};

use crate::Usage;

/// A short hash of a call's arguments.
pub type Fingerprint = [u8; 16];

/// What a script asked of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// Questions: `alc.llm`, `alc.llm_batch`.
    Llm,
    /// A line for the log.
    Log,
    /// How far the script is.
    Progress,
    /// The clock.
    Time,
    /// How much memory the script uses.
    Memory,
    /// A file, read or written.
    File,
    /// A stored value, read or changed.
    State,
    /// A command, run.
    Process,
    /// A module, looked for.
    Require,
    /// A card, looked for or changed.
    Card,
    /// A figure, recorded.
    Stats,
}

impl CallKind {
    /// The kind as it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Llm => "llm",
            Self::Log => "log",
            Self::Progress => "progress",
            Self::Time => "time",
            Self::Memory => "memory",
            Self::File => "file",
            Self::Process => "process",
            Self::State => "state",
            Self::Require => "require",
            Self::Card => "card",
            Self::Stats => "stats",
        }
    }

    /// The kind stored as `text`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let all = [
            Self::Llm,
            Self::Log,
            Self::Progress,
            Self::Time,
            Self::Memory,
            Self::File,
            Self::Process,
            Self::State,
            Self::Require,
            Self::Card,
            Self::Stats,
        ];
        all.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for CallKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the world said to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallResult {
    /// A value, as JSON text.
    Value(String),
    /// An answer to each query of the call; `None` where one is still open.
    Answers(Vec<Option<Reply>>),
    /// Nobody knows: it was to change the world, and this is what it meant to do.
    Intended(String),
}

/// An answer as the script gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Its text.
    pub text: String,
    /// What it cost, if that was said.
    pub usage: Option<Usage>,
}

/// One recorded call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What sort of call.
    pub kind: CallKind,
    /// Its arguments, hashed.
    pub fingerprint: Fingerprint,
    /// What it returned.
    pub result: CallResult,
}

/// Where a re-run script and its record part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// How many calls had matched.
    pub after: u64,
    /// The call on record; `None` if there is none left.
    pub recorded: Option<Call>,
}

/// What the record says of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// It was made before and this is what it returned.
    Recorded(CallResult),
    /// It was made before and still waits for an answer.
    Open,
    /// It was made before, as far as this intent; whether the world has changed must be found out.
    Intended(String),
    /// It was never made: ask the world.
    New,
    /// Another call was made in its place.
    Diverged(Box<Difference>),
}

/// The recorded calls that a re-run script has not made yet.
#[derive(Debug, Default)]
pub struct Replay {
    rest: VecDeque<Call>,
    made: u64,
}

impl Replay {
    /// Replays these calls, in the order in which they were made.
    #[must_use]
    pub fn new(calls: Vec<Call>) -> Self {
        Self { rest: calls.into(), made: 0 }
    }

    /// How many calls the script has made, new ones included; the next one's place in the record.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.made
    }

    /// Looks the script's next call up.
    ///
    /// ```
    /// # use alc_core::{CallKind, Lookup, Replay};
    /// assert_eq!(Replay::new(vec![]).next(CallKind::Time, &[0; 16]), Lookup::New);
    /// ```
    pub fn next(&mut self, kind: CallKind, fingerprint: &Fingerprint) -> Lookup {
        let Some(call) = self.rest.pop_front() else {
            self.made += 1;
            return Lookup::New;
        };
        if call.kind != kind || call.fingerprint != *fingerprint {
            return Lookup::Diverged(Box::new(Difference {
                after: self.made,
                recorded: Some(call),
            }));
        }
        self.made += 1;
        match call.result {
            CallResult::Answers(answers) if answers.iter().any(Option::is_none) => Lookup::Open,
            CallResult::Intended(intent) => Lookup::Intended(intent),
            result => Lookup::Recorded(result),
        }
    }

    /// Says whether the script, having ended, made every call on record.
    pub fn finish(&mut self) -> Result<(), Difference> {
        match self.rest.pop_front() {
            None => Ok(()),
            recorded => Err(Difference { after: self.made, recorded }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn call(mark: u8, result: CallResult) -> Call {
        let kind =
            if matches!(result, CallResult::Value(_)) { CallKind::Time } else { CallKind::Llm };
        Call { kind, fingerprint: [mark; 16], result }
    }

    fn answers(texts: &[Option<&str>]) -> CallResult {
        let reply = |text: &str| Reply { text: text.to_owned(), usage: None };
        CallResult::Answers(texts.iter().map(|text| text.map(reply)).collect())
    }

    #[test]
    fn a_recorded_call_returns_what_it_returned() {
        let mut replay = Replay::new(vec![call(1, answers(&[Some("4")]))]);
        assert_eq!(replay.next(CallKind::Llm, &[1; 16]), Lookup::Recorded(answers(&[Some("4")])));
        assert_eq!(replay.next(CallKind::Llm, &[1; 16]), Lookup::New);
        assert_eq!(replay.made(), 2);
    }

    #[test]
    fn a_half_answered_call_is_open() {
        let mut replay = Replay::new(vec![call(1, answers(&[Some("4"), None]))]);
        assert_eq!(replay.next(CallKind::Llm, &[1; 16]), Lookup::Open);
    }

    #[test]
    fn another_kind_or_other_arguments_diverge() {
        for (kind, mark) in [(CallKind::Time, 1), (CallKind::Llm, 2)] {
            let recorded = call(1, answers(&[None]));
            let mut replay = Replay::new(vec![recorded.clone()]);
            let difference = Difference { after: 0, recorded: Some(recorded) };
            assert_eq!(replay.next(kind, &[mark; 16]), Lookup::Diverged(Box::new(difference)));
        }
    }

    #[test]
    fn a_script_that_ends_early_diverges() {
        let recorded = call(1, CallResult::Value("1".into()));
        let mut replay = Replay::new(vec![recorded.clone()]);
        assert_eq!(replay.finish(), Err(Difference { after: 0, recorded: Some(recorded) }));
        assert_eq!(Replay::new(vec![]).finish(), Ok(()));
    }

    proptest! {
        #[test]
        fn the_same_calls_get_the_same_results(marks in prop::collection::vec(0u8..4, 0..50)) {
            let value = |mark: &u8| CallResult::Value(mark.to_string());
            let mut replay = Replay::new(marks.iter().map(|mark| call(*mark, value(mark))).collect());
            for mark in &marks {
                prop_assert_eq!(replay.next(CallKind::Time, &[*mark; 16]), Lookup::Recorded(value(mark)));
            }
            prop_assert_eq!(replay.finish(), Ok(()));
        }
    }
}
