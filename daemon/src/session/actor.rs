//! The one task that owns a session: it decides, writes, tells and acts, in that order.
//!
//! Only this folder knows both the engine and the journal. What somebody was told is on disk before
//! they were told, so wherever the process ends, a restart goes on from there.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};

use alc_core::{
    Call, Effect, ErrorKind, Event, Outcome, Pause, Reply, Script, Seq, SessionError, SessionId,
    State,
};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{
    divergence::explain,
    handle::{Command, Damage, Position, Rejected, SessionHandle},
    held::Held,
    origin::Origin,
    record::With,
    work::{Done, Work, done},
};
use crate::{
    cause::chain,
    engine::{BrokeOff, LoadError, Made, Outside, Pool, Step, Stepped, Turn, Vm},
    journal::{Journal, ReadError, WriteError},
    log,
    point::point,
    registry::Registry,
};

/// How many commands wait before those who send them do.
const MAILBOX: usize = 16;
/// How long a session without work stays in memory with its script.
const REST: Duration = Duration::from_mins(10);
/// How long it stays without: it is quickly found again.
const BRIEF_REST: Duration = Duration::from_secs(5);

/// The session cannot be read or written, or is not there: the task ends.
#[derive(Debug, Default)]
pub(super) struct Lost {
    /// The journal's part of it that is damaged.
    damage: Option<Damage>,
}

impl From<WriteError> for Lost {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Unreadable { source } => Self { damage: Some(source) },
            _ => Self::default(),
        }
    }
}

impl From<ReadError> for Lost {
    fn from(error: ReadError) -> Self {
        Self { damage: error.is_damage().then(|| Arc::new(error)) }
    }
}

impl From<Rejected> for Lost {
    fn from(error: Rejected) -> Self {
        match error {
            Rejected::Write(error) => error.into(),
            Rejected::Read(error) => error.into(),
            _ => Self::default(),
        }
    }
}

/// The owner of one session.
pub(crate) struct Actor {
    pub(super) id: SessionId,
    pub(super) state: State,
    pub(super) seq: Seq,
    /// When it is cancelled if it has not ended, in Unix milliseconds.
    pub(super) deadline_at: Option<i64>,
    /// The script, where it is in memory and waits for answers.
    pub(super) vm: Option<Vm>,
    /// Answers to the queries of the pause, until it is complete.
    pub(super) given: BTreeMap<u32, Reply>,
    /// What is under way.
    pub(super) work: Option<Work>,
    /// The answer that the step under way was told, if it is not on disk yet.
    pub(super) held: Option<Box<Held>>,
    pub(super) outside: Outside,
    pub(super) commands: mpsc::Receiver<Box<Command>>,
    pub(super) position: watch::Sender<Option<Position>>,
    /// Set once the session cannot go on, since the journal's part of it is damaged.
    damage: Arc<OnceLock<Damage>>,
    pub(super) journal: Journal,
    pub(super) pool: Pool,
    pub(super) registry: Registry,
}

impl Actor {
    /// An actor for session `id`, and the handle to it. It does nothing until it is run.
    pub(crate) fn new(
        id: SessionId,
        journal: Journal,
        pool: Pool,
        home: Arc<Path>,
        registry: Registry,
    ) -> (Self, SessionHandle) {
        let (prelude, spare) = (registry.preludes().own(), registry.preludes().spare());
        let memory = registry.script_memory();
        let outside = Outside { token: CancellationToken::new(), home, prelude, spare, memory };
        let (sender, commands) = mpsc::channel(MAILBOX);
        let (position, receiver) = watch::channel(None);
        let damage = Arc::default();
        let handle = SessionHandle::new(id.clone(), sender, receiver, Arc::clone(&damage));
        let actor = Self {
            id,
            state: State::NEW,
            seq: Seq(0),
            deadline_at: None,
            vm: None,
            given: BTreeMap::new(),
            work: None,
            held: None,
            outside,
            commands,
            position,
            damage,
            journal,
            pool,
            registry,
        };
        (actor, handle)
    }

    /// Owns the session until nobody needs it in memory any more. What it does now and then is in
    /// boxes of its own, since one that rests keeps room for all that is not.
    pub(crate) async fn run(mut self: Box<Self>, origin: Origin) {
        if let Err(lost) = Box::pin(self.begin(origin)).await {
            return self.leave(lost);
        }
        loop {
            let idle = self.work.is_none();
            let rest = if self.vm.is_some() { REST } else { BRIEF_REST };
            let went_on = tokio::select! {
                biased; // A cancel that came before a question was published wins: checkpoint B.
                command = self.commands.recv() => match command {
                    Some(command) => Box::pin(self.obey(*command)).await,
                    None => return,
                },
                done = done(&mut self.work) => Box::pin(self.advance(*done)).await,
                () = Held::overdue(self.held.as_deref()) => {
                    Box::pin(self.flush()).await.map(|_| ())
                }
                () = tokio::time::sleep(rest), if idle => {
                    self.registry.release(&self.id);
                    Ok(())
                }
            };
            if let Err(lost) = went_on {
                return self.leave(lost);
            }
        }
    }

    fn leave(mut self: Box<Self>, lost: Lost) {
        if let Some(damage) = lost.damage {
            self.stand_still(damage);
        }
        self.registry.forget(&self.id);
    }

    /// Whether the session is running, and cannot go on.
    pub(super) fn stands_still(&self) -> bool {
        matches!(self.state, State::Running { .. }) && self.damage.get().is_some()
    }

    /// Tells whoever waits that the session cannot go on.
    pub(super) fn stand_still(&mut self, damage: Damage) {
        log::line(&chain(&damage));
        // The first is as good as any other.
        self.damage.set(damage).ok();
        self.tell();
    }

    async fn obey(&mut self, command: Command) -> Result<(), Lost> {
        self.flush().await?;
        if self.is_overdue() {
            self.expire().await?;
        }
        self.carry_out(command).await
    }

    /// [`Actor::obey`], whatever the time is.
    pub(super) async fn carry_out(&mut self, command: Command) -> Result<(), Lost> {
        match command {
            Command::Answer { answers, reply } => {
                let next = answers.next;
                let effect = match self.decide(answers).await {
                    Ok(decided) => self.answer(decided, next, reply).await?,
                    Err(rejected) => {
                        let _ = reply.send(Err(rejected));
                        None
                    }
                };
                self.perform(effect).await
            }
            Command::Note { note, reply } => {
                let _ = reply.send(self.note(note).await);
                Ok(())
            }
            Command::Expire { reply } => {
                self.expire().await?;
                let _ = reply.send(Ok(()));
                Ok(())
            }
            Command::Sleep => {
                // It may be at work again since it was asked to.
                if matches!(self.state, State::Paused(_)) {
                    if let Some(vm) = self.take_vm() {
                        self.given.clear();
                        self.drop_vm(vm);
                    }
                    self.registry.release(&self.id);
                }
                Ok(())
            }
            Command::Cancel { reason, successor, at, reply } => {
                let (result, effect) = match self.cancel(reason, successor, at).await {
                    Ok((first, effect)) => (Ok(first), effect),
                    Err(rejected) => (Err(rejected), None),
                };
                let _ = reply.send(result);
                self.perform(effect).await
            }
        }
    }

    /// What was under way has ended.
    async fn advance(&mut self, done: Done) -> Result<(), Lost> {
        self.work = None;
        match done {
            Done::Stepped(Ok(stepped)) => self.stepped(stepped).await,
            Done::Stepped(Err(broke_off)) => self.broke_off(broke_off).await,
            Done::Begun(vm, _) | Done::Operated(vm, _) if self.cancelled().is_some() => {
                self.stepped(Stepped { vm, step: Step::Slice, made: vec![] }).await
            }
            Done::Begun(vm, begun) => self.begun(vm, begun).await,
            Done::Operated(vm, outcome) => self.operated(vm, outcome).await,
        }
    }

    /// The script has come to the end of a step.
    async fn stepped(&mut self, stepped: Stepped) -> Result<(), Lost> {
        let Stepped { vm, step, made } = stepped;
        if let Some(cancelled) = self.cancelled() {
            self.drop_vm(vm);
            return self.end(Event::Cancelled, vec![], Some(cancelled)).await;
        }
        // An answer that is held waits for no more than this step.
        let takes_it_along =
            matches!(step, Step::Asked { .. } | Step::Finished(_) | Step::Failed(_));
        if !takes_it_along && !self.flush().await? {
            self.drop_vm(vm);
            return Ok(());
        }
        let goes_on = matches!(step, Step::Slice | Step::Asked { .. } | Step::Operates(_));
        if goes_on && self.is_full(&made) {
            self.drop_vm(vm);
            return self.outgrown(made).await;
        }
        match step {
            Step::Slice => self.used_slice(vm, made).await,
            Step::Asked { first, count } => self.asked(vm, made, first, count).await,
            Step::Operates(operation) => self.operate(vm, made, operation).await,
            Step::Finished(value) => {
                self.drop_vm(vm);
                self.end(Event::Finished, made, Some(Outcome::Done(value))).await
            }
            Step::Failed(error) => {
                self.drop_vm(vm);
                self.fail(made, error).await
            }
            Step::Diverged(divergence) => {
                self.drop_vm(vm);
                let queries = self.journal.queries_of_call(&self.id, divergence.after).await?;
                self.fail(made, explain(divergence, &queries)).await
            }
        }
    }

    async fn used_slice(&mut self, vm: Vm, made: Vec<Made>) -> Result<(), Lost> {
        if let Some(vm) = self.note_calls(vm, made).await? {
            self.go_on(vm, Turn::Slice);
        }
        Ok(())
    }

    async fn asked(&mut self, vm: Vm, made: Vec<Made>, first: u32, count: u32) -> Result<(), Lost> {
        let Some(pause) = Pause::new(first, count) else {
            return self.fail(made, engine_failure("the script asked nothing")).await;
        };
        self.vm = Some(vm);
        self.given.clear();
        let mut events = told(&made);
        events.push(Event::Asked(pause));
        let with = With { calls: made, ..With::default() };
        let effect = self.record_surely(events, with).await?;
        if let Some(vm) = &self.vm {
            self.registry.rests(&self.id, vm.size(), vm.worked());
        }
        self.perform(effect).await
    }

    /// How a running session must end, once somebody asked for that.
    fn cancelled(&self) -> Option<Outcome> {
        match &self.state {
            State::Running { cancel: Some(reason) } => Some(Outcome::Cancelled(reason.clone())),
            _ => None,
        }
    }

    /// The script will never come back from where it is.
    async fn broke_off(&mut self, broke_off: BrokeOff) -> Result<(), Lost> {
        if let Some(cancelled) = self.cancelled() {
            return self.end(Event::Cancelled, vec![], Some(cancelled)).await;
        }
        self.fail(vec![], engine_failure(broke_off.to_string())).await
    }

    pub(super) async fn fail(&mut self, made: Vec<Made>, error: SessionError) -> Result<(), Lost> {
        self.end(Event::Failed, made, Some(Outcome::Failed(error))).await
    }

    async fn end(
        &mut self,
        event: Event,
        made: Vec<Made>,
        outcome: Option<Outcome>,
    ) -> Result<(), Lost> {
        let mut events = told(&made);
        events.push(event);
        let effect =
            self.record_surely(events, With { calls: made, outcome, ..With::default() }).await?;
        self.perform(effect).await
    }

    pub(super) async fn perform(&mut self, effect: Option<Effect>) -> Result<(), Lost> {
        match effect {
            None => Ok(()),
            Some(Effect::Run) => self.resume().await,
            Some(Effect::Interrupt) => {
                self.outside.token.cancel();
                // Checkpoint A: a script that is not at work is not begun.
                let Some(cancelled) = self.cancelled().filter(|_| self.work.is_none()) else {
                    return Ok(());
                };
                Box::pin(self.end(Event::Cancelled, vec![], Some(cancelled))).await
            }
            Some(Effect::Release) => {
                self.abandon_script();
                Ok(())
            }
        }
    }

    /// Has the script loaded on a worker.
    pub(super) async fn loaded(
        &self,
        script: Script,
        calls: Vec<Call>,
    ) -> Result<Result<Vm, LoadError>, BrokeOff> {
        let outside = self.outside.clone();
        let spare = outside.spare.clone();
        let mut loaded = self.pool.run(Turn::Fresh, move || Vm::load(&script, calls, outside));
        let loaded = loaded.end().await;
        // For the next script, when nothing is more pressing.
        drop(self.pool.run(Turn::Slice, move || spare.refill()));
        loaded
    }

    pub(super) fn go_on(&mut self, vm: Vm, turn: Turn) {
        self.work = Some(Work::Steps(self.pool.run(turn, move || {
            point("step.before");
            let stepped = vm.step();
            point("step.after");
            stepped
        })));
    }

    /// Lets go of the script, wherever it is; the journal has all that counts.
    pub(super) fn abandon_script(&mut self) {
        self.work = None;
        self.given.clear();
        if let Some(vm) = self.take_vm() {
            self.drop_vm(vm);
        }
    }

    /// The script, if it rests in memory.
    pub(super) fn take_vm(&mut self) -> Option<Vm> {
        let vm = self.vm.take()?;
        self.registry.wakes(&self.id);
        Some(vm)
    }

    /// Frees a script on a worker, since that can take long.
    pub(super) fn drop_vm(&self, vm: Vm) {
        drop(self.pool.run(Turn::Fresh, move || drop(vm)));
    }
}

pub(super) fn told(made: &[Made]) -> Vec<Event> {
    made.iter().filter_map(|made| made.told.clone()).collect()
}

pub(super) fn engine_failure(message: impl Into<String>) -> SessionError {
    SessionError { kind: ErrorKind::EngineError, message: message.into(), traceback: None }
}
