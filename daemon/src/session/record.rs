//! Makes events true: on disk first, then in memory, then for those who watch.

use std::time::Duration;

use alc_core::{Effect, Event, Outcome, Refused, Seq, State};

use super::{
    actor::{Actor, Lost},
    handle::{Position, Rejected},
};
use crate::{
    clock,
    engine::Made,
    journal::{Append, NewAnswer, NewCall, NewSession, WriteError},
    point::point,
};

/// How long to wait for room on a full disk before the next attempt.
const FULL_DISK: Duration = Duration::from_secs(1);

/// What goes into the journal beside the events.
#[derive(Clone, Default)]
pub(super) struct With {
    pub(super) calls: Vec<Made>,
    pub(super) answers: Vec<NewAnswer>,
    pub(super) outcome: Option<Outcome>,
    pub(super) successor: Option<Box<NewSession>>,
}

/// Events that are about to be recorded.
pub(super) struct Recorded {
    pub(super) next: State,
    pub(super) effect: Option<Effect>,
    pub(super) append: Append,
}

impl Actor {
    /// Makes events true: on disk first, then in memory, then for those who watch. Refused or not
    /// written, nothing has changed.
    pub(super) async fn record(
        &mut self,
        events: Vec<Event>,
        with: With,
    ) -> Result<Option<Effect>, Rejected> {
        let Recorded { next, effect, append } =
            self.prepare(events, with).map_err(|refused| self.rejected(&refused))?;
        let seq = self.seq.plus(append.entries.len());
        self.append(append).await?;
        self.adopt(next, seq);
        Ok(effect)
    }

    /// [`Actor::record`] for what the script did: it cannot be refused, and waits for a full disk. If
    /// the session is cancelled meanwhile, that is its end, and this never happened. Nor did it if an
    /// answer is held that goes with it and there is no room.
    pub(super) async fn record_surely(
        &mut self,
        events: Vec<Event>,
        with: With,
    ) -> Result<Option<Effect>, Lost> {
        if let Some(held) = self.held.take() {
            let recorded = self.prepare(events, with).map_err(|_| Lost::default())?;
            let effect = recorded.effect;
            let written = self.settle(*held, Some(recorded)).await?;
            return Ok(effect.filter(|_| written));
        }
        loop {
            match self.record(events.clone(), with.clone()).await {
                Err(Rejected::Write(error)) if error.is_for_lack_of_room() => {
                    self.wait_for_room().await?;
                }
                Err(Rejected::AlreadyCancelled(_)) => return Ok(None),
                recorded => return Ok(recorded?),
            }
        }
    }

    /// Waits a while for the disk to have room, and obeys meanwhile.
    async fn wait_for_room(&mut self) -> Result<(), Lost> {
        tokio::select! {
            command = self.commands.recv() => Box::pin(self.carry_out(*command.ok_or_else(Lost::default)?)).await,
            () = tokio::time::sleep(FULL_DISK) => Ok(()),
        }
    }

    /// Decides what events make of the session.
    pub(super) fn prepare(&self, events: Vec<Event>, with: With) -> Result<Recorded, Refused> {
        let mut next = self.state.clone();
        let mut entries = Vec::new();
        let mut effect = None;
        for event in events {
            let transition = next.apply(&event)?;
            next = transition.next;
            entries.extend(transition.entries);
            effect = transition.effect;
        }
        let append = Append {
            session: self.id.clone(),
            after: self.seq,
            at: clock::now(),
            entries,
            calls: with.calls.into_iter().map(new_call).collect(),
            answers: with.answers,
            state: next.clone(),
            outcome: with.outcome,
            successor: with.successor,
        };
        Ok(Recorded { next, effect, append })
    }

    /// Returns when this is on disk.
    pub(super) async fn append(&self, append: Append) -> Result<(), WriteError> {
        fail::fail_point!("append.before", |_| Err(WriteError::Full));
        let hooks = self.registry.hooks();
        let changes = hooks.changes(&self.id, append.after, &append.entries);
        let written = self.journal.append(append).await;
        fail::fail_point!("append.after");
        if written.is_ok() {
            hooks.tell(changes);
            self.registry.changed(&self.id);
        }
        written
    }

    fn adopt(&mut self, next: State, seq: Seq) {
        self.state = next;
        self.seq = seq;
        self.tell();
    }

    pub(super) fn tell(&self) {
        let position = Position { seq: self.seq, state: self.state.name() };
        point("tell.before");
        self.position.send_replace(Some(position));
        point("tell.after");
    }

    pub(super) fn rejected(&self, refused: &Refused) -> Rejected {
        match *refused {
            Refused::Cancelled => Rejected::AlreadyCancelled(self.id.clone()),
            Refused::NotOpen(query) => Rejected::StaleQuery(self.id.clone(), query),
            Refused::Never { state, .. } => Rejected::NotPaused(self.id.clone(), state),
        }
    }
}

fn new_call(made: Made) -> NewCall {
    let Made { n, kind, fingerprint, result, intent, intended, queries, told: _ } = made;
    NewCall { n, kind, fingerprint, result, intent, intended, queries }
}
