//! What others may do to a session: answer its queries, cancel it, and add notes to its history.

use std::collections::BTreeMap;

use alc_core::{
    Answered, CancelReason, Effect, Event, Key, Note, Outcome, Reply, Seq, SessionId, State,
};

use super::{
    actor::{Actor, Lost},
    handle::{Accepted, Answers, Given, Rejected},
    held::Waiter,
    history::longest,
    record::{Recorded, With},
};
use crate::{
    engine::PAYLOAD_LIMIT,
    journal::{Journal, Mark, NewAnswer, NewSession, WriteError},
};

/// Answers that are good, and what to record of them.
pub(super) struct Decided {
    /// Each query, and whether its answer was there before.
    answers: Vec<(u32, bool)>,
    /// `None` if all were there.
    recorded: Option<Recorded>,
}

impl Actor {
    /// Says what becomes of answers, all or none. Checkpoint C: a cancelled session takes none.
    pub(super) async fn decide(&self, answers: Answers) -> Result<Decided, Rejected> {
        let Answers { given, payload, key, .. } = answers;
        let mut fresh: BTreeMap<u32, NewAnswer> = BTreeMap::new();
        let mut results = Vec::new();
        for Given { query, text, usage } in given {
            let query = match query {
                Some(query) => query,
                None => unnamed(&self.journal, &self.id, &self.state, key.as_ref()).await?,
            };
            if text.len() > PAYLOAD_LIMIT {
                return Err(Rejected::TooLarge(query, text.len()));
            }
            if matches!(&self.state, State::Paused(pause) if pause.is_open(query)) {
                let new = NewAnswer { query, text: text.clone(), usage, key: key.clone() };
                let first = fresh.entry(query).or_insert(new);
                if first.text != text {
                    return Err(Rejected::StaleQuery(self.id.clone(), query));
                }
                results.push((query, false));
            } else {
                self.check_already(query, &text, key.as_ref()).await?;
                results.push((query, true));
            }
        }
        if fresh.is_empty() {
            return Ok(Decided { answers: results, recorded: None });
        }
        let answers = fresh
            .values()
            .map(|answer| Answered { query: answer.query, usage: answer.usage })
            .collect();
        let event = Event::Answered { answers, payload };
        let with = With { answers: fresh.into_values().collect(), ..With::default() };
        let recorded =
            self.prepare(vec![event], with).map_err(|refused| self.rejected(&refused))?;
        Ok(Decided { answers: results, recorded: Some(recorded) })
    }

    /// Stores answers and tells `reply` so. With `next` that may wait for what the script, which has
    /// them at once, does next.
    pub(super) async fn answer(
        &mut self,
        decided: Decided,
        next: bool,
        reply: Waiter,
    ) -> Result<Option<Effect>, Lost> {
        let Decided { answers, recorded } = decided;
        let Some(recorded) = recorded else {
            // Whoever asked may have left.
            let _ = reply.send(Ok(Accepted { answers, state: self.state.name(), next: None }));
            return Ok(None);
        };
        let effect = recorded.effect;
        let kept =
            recorded.append.answers.iter().map(|answer| {
                (answer.query, Reply { text: answer.text.clone(), usage: answer.usage })
            });
        let kept: Vec<_> = kept.filter(|_| self.vm.is_some()).collect();
        // A script that is not in memory is run again with what the journal has.
        let waits = next && effect == Some(Effect::Run) && self.vm.is_some();
        self.hold(recorded, answers, reply);
        if !waits && !self.flush().await? {
            return Ok(None);
        }
        self.given.extend(kept);
        Ok(effect)
    }

    /// Says whether a query that is not open has just this answer, or one with the same key, and
    /// else what is wrong with it.
    async fn check_already(
        &self,
        query: u32,
        text: &str,
        key: Option<&Key>,
    ) -> Result<(), Rejected> {
        let stored = self.journal.query(&self.id, query).await?;
        match (&stored, &self.state) {
            (Some(stored), _) if stored.answer.as_deref() == Some(text) => Ok(()),
            (Some(stored), _) if key.is_some() && stored.key.as_ref() == key => Ok(()),
            (_, State::Cancelled | State::Running { cancel: Some(_) }) => {
                Err(Rejected::AlreadyCancelled(self.id.clone()))
            }
            (None, _) => Err(Rejected::UnknownQuery(self.id.clone(), query)),
            (Some(_), _) => Err(Rejected::StaleQuery(self.id.clone(), query)),
        }
    }

    /// Makes the session's end certain; true if this request is the one that did, and then its
    /// successor begins with the same commit; with `at`, only if it has come no further. Checkpoint D: a waiting session ends at once.
    pub(super) async fn cancel(
        &mut self,
        reason: CancelReason,
        successor: Option<Box<NewSession>>,
        at: Option<Mark>,
    ) -> Result<(bool, Option<Effect>), Rejected> {
        if at.is_some() && self.journal.mark(&self.id).await? != at {
            return Err(Rejected::WentOn(self.id.clone()));
        }
        if self.is_final() {
            return Ok((false, None));
        }
        let (events, outcome) = self.ending(reason);
        let effect = self.record(events, With { outcome, successor, ..With::default() }).await?;
        Ok((true, effect))
    }

    /// What happens when the session is cancelled, and its outcome if it ends with that: one that has
    /// nothing under way does.
    pub(super) fn ending(&self, reason: CancelReason) -> (Vec<Event>, Option<Outcome>) {
        let outcome = Outcome::Cancelled(reason.clone());
        let mut events = vec![Event::CancelRequested(reason)];
        if self.stands_still() {
            events.push(Event::Cancelled);
        }
        let ends = matches!(self.state, State::Paused(_)) || self.stands_still();
        (events, ends.then_some(outcome))
    }

    /// Whether the session has ended, or can only end cancelled.
    pub(super) fn is_final(&self) -> bool {
        self.state.name().is_terminal() || matches!(self.state, State::Running { cancel: Some(_) })
    }

    /// Adds a note to the history; the script does not see it, and its replay neither.
    pub(super) async fn note(&mut self, note: Note) -> Result<Seq, Rejected> {
        if self.is_full(&[]) {
            return Err(Rejected::Full(self.id.clone(), longest()));
        }
        let noted = self.record(vec![Event::Noted(note)], With::default()).await;
        // Only this task writes a session's history, so if its end is elsewhere, the session is gone.
        if matches!(noted, Err(Rejected::Write(WriteError::OutOfOrder(_)))) {
            return Err(Rejected::Gone(self.id.clone()));
        }
        noted.map(|_| self.seq)
    }
}

/// The query that an answer is for that names none: the one that was answered with the same key, else
/// the lowest open one.
pub(crate) async fn unnamed(
    journal: &Journal,
    id: &SessionId,
    state: &State,
    key: Option<&Key>,
) -> Result<u32, Rejected> {
    if let Some(key) = key
        && let Some(query) = journal.answered_with(id, key).await?
    {
        return Ok(query);
    }
    match state {
        State::Paused(pause) => Ok(pause.lowest()),
        State::Cancelled | State::Running { cancel: Some(_) } => {
            Err(Rejected::AlreadyCancelled(id.clone()))
        }
        state => Err(Rejected::NotPaused(id.clone(), state.name())),
    }
}
