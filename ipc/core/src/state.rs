//! The session state machine: which event may follow which, what the history then says and what
//! there is to do.
//!
//! ```text
//!  Running ──asked──► Paused ──last answer──► Running      cancel requested: Running ends
//!     │                  │                                 as Cancelled whatever it does,
//!  finished, failed   cancelled                            Paused at once
//! ```
//!
//! A note may be added in every state and leaves it as it is; so does an import.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Asked, CancelReason, Entry, Event, Pause};

/// Where a session stands. [`State::apply`] says what an event makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Lua is at work, or about to be.
    Running {
        /// The request that will end it, once there is one.
        cancel: Option<CancelReason>,
    },
    /// It waits for answers.
    Paused(Pause),
    /// It returned a value.
    Done,
    /// It failed.
    Failed,
    /// It was cancelled.
    Cancelled,
}

/// A state's public name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    /// Lua is at work.
    Running,
    /// It waits for answers.
    Paused,
    /// It returned a value.
    Done,
    /// It failed.
    Failed,
    /// It was cancelled.
    Cancelled,
}

impl StateName {
    /// Every state, in the order of a session's life.
    pub const ALL: [Self; 5] =
        [Self::Running, Self::Paused, Self::Done, Self::Failed, Self::Cancelled];

    /// The name as it is typed and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing can change it any more.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

impl fmt::Display for StateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What to do once an event is on disk; left out when a journal is only read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Let the script go on.
    Run,
    /// Tell the running script to stop.
    Interrupt,
    /// Nothing more will happen: let go of the script.
    Release,
}

/// What an event leads to, if it is made true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The state to adopt once the entries are on disk.
    pub next: State,
    /// What the history says of it, in order.
    pub entries: Vec<Entry>,
    /// The work to do then.
    pub effect: Option<Effect>,
}

/// The event cannot happen in this state; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The session is cancelled, or about to be.
    #[error("the session is cancelled")]
    Cancelled,
    /// An answer to a query that does not wait for one.
    #[error("query {0} is not open")]
    NotOpen(u32),
    /// The session is in a state where this has no meaning.
    #[error("a {state} session cannot be {event}")]
    Never {
        /// The state it is in.
        state: StateName,
        /// What was to happen.
        event: &'static str,
    },
}

impl State {
    /// A session that has just begun.
    pub const NEW: Self = Self::Running { cancel: None };

    /// The public name.
    #[must_use]
    pub fn name(&self) -> StateName {
        match self {
            Self::Running { .. } => StateName::Running,
            Self::Paused(_) => StateName::Paused,
            Self::Done => StateName::Done,
            Self::Failed => StateName::Failed,
            Self::Cancelled => StateName::Cancelled,
        }
    }

    /// Says what `event` would do; the caller journals it before adopting [`Transition::next`].
    ///
    /// ```
    /// # use alc_core::{Event, State};
    /// assert!(State::Done.apply(&Event::Cancelled).is_err());
    /// ```
    pub fn apply(&self, event: &Event) -> Result<Transition, Refused> {
        match (self, event) {
            (_, Event::Noted(note)) => Ok(Transition {
                next: self.clone(),
                entries: vec![Entry::Note(note.clone())],
                effect: None,
            }),
            (_, Event::Imported(from)) => Ok(Transition {
                next: self.clone(),
                entries: vec![Entry::Imported { from: from.clone() }],
                effect: None,
            }),
            (Self::Paused(_), Event::Branched(from)) => Ok(Transition {
                next: self.clone(),
                entries: vec![Entry::Branched { from: from.clone() }],
                effect: None,
            }),
            (Self::Running { cancel: None }, Event::Spawned) => Ok(Transition {
                next: self.clone(),
                entries: vec![Entry::Spawned {}],
                effect: Some(Effect::Run),
            }),
            (Self::Running { cancel }, Event::Recovered) => Ok(Transition {
                next: self.clone(),
                entries: vec![Entry::Recovered {}],
                effect: Some(if cancel.is_none() { Effect::Run } else { Effect::Interrupt }),
            }),
            (Self::Running { .. }, Event::Logged(line)) => Ok(Transition {
                next: self.clone(),
                entries: vec![Entry::Log(line.clone())],
                effect: None,
            }),
            (Self::Running { .. }, Event::Progressed(progress)) => Ok(Transition {
                next: self.clone(),
                entries: vec![Entry::Progress(progress.clone())],
                effect: None,
            }),
            (Self::Running { cancel: None }, Event::Asked(pause)) => Ok(self.asked(pause)),
            (Self::Running { cancel: None }, Event::Finished) => {
                Ok(self.to(Self::Done, vec![], Some(Effect::Release)))
            }
            (Self::Running { cancel: None }, Event::Failed) => {
                Ok(self.to(Self::Failed, vec![], Some(Effect::Release)))
            }
            (Self::Running { cancel: Some(_) }, Event::Cancelled) => {
                Ok(self.to(Self::Cancelled, vec![], Some(Effect::Release)))
            }
            (Self::Running { cancel: None }, Event::CancelRequested(reason)) => Ok(Transition {
                next: Self::Running { cancel: Some(reason.clone()) },
                entries: vec![Entry::CancelRequested { reason: reason.clone() }],
                effect: Some(Effect::Interrupt),
            }),
            (Self::Paused(_), Event::CancelRequested(reason)) => {
                let requested = Entry::CancelRequested { reason: reason.clone() };
                Ok(self.to(Self::Cancelled, vec![requested], Some(Effect::Release)))
            }
            (Self::Paused(pause), Event::Answered { .. }) => self.answered(pause, event),
            (Self::Cancelled | Self::Running { cancel: Some(_) }, _) => Err(Refused::Cancelled),
            _ => Err(Refused::Never { state: self.name(), event: event.name() }),
        }
    }

    fn asked(&self, pause: &Pause) -> Transition {
        let queries = pause.open().to_vec();
        let begun: Vec<_> =
            queries.iter().map(|&query| Entry::LlmCallBegin { query_id: query }).collect();
        let mut entries =
            vec![Entry::PauseRequested { pause: Asked { kind: pause.kind(), queries } }];
        entries.extend(begun);
        self.to(Self::Paused(pause.clone()), entries, None)
    }

    fn answered(&self, pause: &Pause, event: &Event) -> Result<Transition, Refused> {
        let Event::Answered { answers, payload } = event else {
            return Err(Refused::Never { state: self.name(), event: event.name() });
        };
        let numbers: Vec<u32> = answers.iter().map(|answer| answer.query).collect();
        if let Some(&closed) = numbers.iter().find(|number| !pause.is_open(**number)) {
            return Err(Refused::NotOpen(closed));
        }
        let mut entries = vec![Entry::ResumeAccepted { payload_kind: *payload }];
        entries.extend(
            answers
                .iter()
                .map(|answer| Entry::LlmCallEnd { query_id: answer.query, usage: answer.usage }),
        );
        Ok(match pause.without(&numbers) {
            Some(rest) => Transition { next: Self::Paused(rest), entries, effect: None },
            None => self.to(Self::NEW, entries, Some(Effect::Run)),
        })
    }

    /// A change of state, which the history tells last.
    fn to(&self, next: Self, mut entries: Vec<Entry>, effect: Option<Effect>) -> Transition {
        entries.push(Entry::StateTransition { from: self.name(), to: next.name() });
        Transition { next, entries, effect }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Answered, LogLine, Note, PayloadKind, Progress, ReasonCode, SessionId};

    fn reason() -> CancelReason {
        CancelReason { code: ReasonCode::User, detail: None, requested_at: 7 }
    }

    fn pause() -> Pause {
        Pause::new(3, 2).expect("two queries")
    }

    fn answer(queries: &[u32]) -> Event {
        let answers = queries.iter().map(|&query| Answered { query, usage: None }).collect();
        Event::Answered { answers, payload: PayloadKind::Batch }
    }

    fn states() -> Vec<State> {
        vec![
            State::NEW,
            State::Running { cancel: Some(reason()) },
            State::Paused(pause()),
            State::Done,
            State::Failed,
            State::Cancelled,
        ]
    }

    fn events() -> Vec<Event> {
        let line = LogLine { level: "info".into(), source: "print".into(), message: "hi".into() };
        vec![
            Event::Spawned,
            Event::Recovered,
            Event::Asked(pause()),
            answer(&[3]),
            answer(&[3, 4]),
            answer(&[2]),
            Event::Finished,
            Event::Failed,
            Event::CancelRequested(reason()),
            Event::Cancelled,
            Event::Logged(line),
            Event::Progressed(Progress { step: 1, total: 2, message: None }),
            Event::Noted(Note { title: None, content: "see #7".into() }),
            Event::Imported(None),
            Event::Branched(SessionId::from_random(7).query(3)),
        ]
    }

    #[test]
    fn every_state_allows_these_events_and_no_others() {
        let mut allowed = Vec::new();
        for state in states() {
            for event in events() {
                if let Ok(Transition { next, effect, .. }) = state.apply(&event) {
                    let wanted = matches!(state, State::Running { cancel: Some(_) });
                    let from = if wanted { "cancelling" } else { state.name().as_str() };
                    allowed.push(format!("{from} + {} = {} {effect:?}", event.name(), next.name()));
                }
            }
        }
        assert_eq!(
            allowed,
            [
                "running + spawned = running Some(Run)",
                "running + recovered = running Some(Run)",
                "running + asked = paused None",
                "running + finished = done Some(Release)",
                "running + failed = failed Some(Release)",
                "running + cancel requested = running Some(Interrupt)",
                "running + logged = running None",
                "running + progressed = running None",
                "running + noted = running None",
                "running + imported = running None",
                "cancelling + recovered = running Some(Interrupt)",
                "cancelling + cancelled = cancelled Some(Release)",
                "cancelling + logged = running None",
                "cancelling + progressed = running None",
                "cancelling + noted = running None",
                "cancelling + imported = running None",
                "paused + answered = paused None",
                "paused + answered = running Some(Run)",
                "paused + cancel requested = cancelled Some(Release)",
                "paused + noted = paused None",
                "paused + imported = paused None",
                "paused + branched = paused None",
                "done + noted = done None",
                "done + imported = done None",
                "failed + noted = failed None",
                "failed + imported = failed None",
                "cancelled + noted = cancelled None",
                "cancelled + imported = cancelled None",
            ]
        );
    }

    #[test]
    fn a_refusal_says_which_it_was() {
        let paused = State::Paused(pause());
        assert_eq!(paused.apply(&answer(&[9])), Err(Refused::NotOpen(9)));
        assert_eq!(State::Cancelled.apply(&answer(&[3])), Err(Refused::Cancelled));
        let never = Refused::Never { state: StateName::Done, event: "answered" };
        assert_eq!(State::Done.apply(&answer(&[3])), Err(never));
    }

    #[test]
    fn the_history_tells_a_change_of_state_last() {
        let Ok(asked) = State::NEW.apply(&Event::Asked(pause())) else { panic!("refused") };
        let kinds: Vec<_> = asked.entries.iter().map(Entry::kind).collect();
        let expected = ["pause_requested", "llm_call_begin", "llm_call_begin", "state_transition"];
        assert_eq!(kinds, expected);
    }

    proptest! {
        /// Invariant 9, for any sequence of events.
        #[test]
        fn a_terminal_state_never_changes(picks in prop::collection::vec(0..events().len(), 0..40)) {
            let events = events();
            let mut state = State::NEW;
            for pick in picks {
                if let Ok(transition) = state.apply(&events[pick]) {
                    if state.name().is_terminal() {
                        prop_assert_eq!(&transition.next, &state);
                        prop_assert_eq!(transition.effect, None);
                    }
                    state = transition.next;
                }
            }
        }

        /// A batch may be answered in any order and in parts, and goes on once.
        #[test]
        fn a_batch_ends_with_its_last_answer(count in 1u32..30, seed: u64) {
            let mut order: Vec<u32> = (5..5 + count).collect();
            order.sort_by_key(|number| u64::from(*number).wrapping_mul(seed | 1).rotate_left(17));
            let mut state = State::Paused(Pause::new(5, count).expect("at least one"));
            for (place, number) in order.iter().enumerate() {
                let transition = state.apply(&answer(&[*number])).expect("is open");
                let last = place + 1 == order.len();
                prop_assert_eq!(transition.effect == Some(Effect::Run), last);
                state = transition.next;
            }
            prop_assert_eq!(state, State::NEW);
        }
    }
}
