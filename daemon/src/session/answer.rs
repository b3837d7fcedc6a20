//! What others may do to a session: answer its queries, and cancel it.

use std::collections::BTreeMap;

use alc_core::{Answered, CancelReason, Effect, Event, Outcome, PayloadKind, State};

use super::{
    actor::Actor,
    handle::{Accepted, Given, Rejected},
    record::With,
};
use crate::{engine::PAYLOAD_LIMIT, journal::NewAnswer};

impl Actor {
    /// Stores answers, all or none. Checkpoint C: a cancelled session takes none.
    pub(super) async fn answer(
        &mut self,
        given: Vec<Given>,
        payload: PayloadKind,
    ) -> Result<(Accepted, Option<Effect>), Rejected> {
        let mut fresh: BTreeMap<u32, NewAnswer> = BTreeMap::new();
        let mut results = Vec::new();
        for Given { query, text, usage } in given {
            let query = self.meant(query)?;
            if text.len() > PAYLOAD_LIMIT {
                return Err(Rejected::TooLarge(query, text.len()));
            }
            if matches!(&self.state, State::Paused(pause) if pause.is_open(query)) {
                let first =
                    fresh.entry(query).or_insert(NewAnswer { query, text: text.clone(), usage });
                if first.text != text {
                    return Err(Rejected::StaleQuery(self.id.clone(), query));
                }
                results.push((query, false));
            } else {
                self.check_already(query, &text).await?;
                results.push((query, true));
            }
        }
        let mut effect = None;
        if !fresh.is_empty() {
            let answers = fresh
                .values()
                .map(|answer| Answered { query: answer.query, usage: answer.usage })
                .collect();
            let event = Event::Answered { answers, payload };
            let kept: Vec<_> =
                fresh.values().map(|answer| (answer.query, answer.text.clone())).collect();
            let with = With { answers: fresh.into_values().collect(), ..With::default() };
            effect = self.record(vec![event], with).await?;
            if self.vm.is_some() {
                self.given.extend(kept);
            }
        }
        Ok((Accepted { answers: results, state: self.state.name() }, effect))
    }

    /// The query that an answer is for.
    fn meant(&self, query: Option<u32>) -> Result<u32, Rejected> {
        match (query, &self.state) {
            (Some(query), _) => Ok(query),
            (None, State::Paused(pause)) => Ok(pause.lowest()),
            (None, State::Cancelled | State::Running { cancel: Some(_) }) => {
                Err(Rejected::AlreadyCancelled(self.id.clone()))
            }
            (None, state) => Err(Rejected::NotPaused(self.id.clone(), state.name())),
        }
    }

    /// Says whether a query that is not open has just this answer, and else what is wrong with it.
    async fn check_already(&self, query: u32, text: &str) -> Result<(), Rejected> {
        let stored = self.journal.query(&self.id, query).await?;
        match (&stored, &self.state) {
            (Some(stored), _) if stored.answer.as_deref() == Some(text) => Ok(()),
            (_, State::Cancelled | State::Running { cancel: Some(_) }) => {
                Err(Rejected::AlreadyCancelled(self.id.clone()))
            }
            (None, _) => Err(Rejected::UnknownQuery(self.id.clone(), query)),
            (Some(_), _) => Err(Rejected::StaleQuery(self.id.clone(), query)),
        }
    }

    /// Makes the session's end certain; true if this request is the one that did. Checkpoint D: a
    /// waiting session ends at once.
    pub(super) async fn cancel(
        &mut self,
        reason: CancelReason,
    ) -> Result<(bool, Option<Effect>), Rejected> {
        if self.state.name().is_terminal()
            || matches!(self.state, State::Running { cancel: Some(_) })
        {
            return Ok((false, None));
        }
        let outcome =
            matches!(self.state, State::Paused(_)).then(|| Outcome::Cancelled(reason.clone()));
        let with = With { outcome, ..With::default() };
        let effect = self.record(vec![Event::CancelRequested(reason)], with).await?;
        Ok((true, effect))
    }
}
