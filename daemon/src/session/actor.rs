//! The one task that owns a session: it decides, writes, tells and acts, in that order.
//!
//! Only this file knows both the engine and the journal. What somebody was told is on disk before
//! they were told, so wherever the process ends, a restart goes on from there.

use std::{collections::BTreeMap, time::Duration};

use alc_core::{
    Answered, CancelReason, Effect, ErrorKind, Event, Outcome, Pause, PayloadKind, Refused, Script,
    Seq, SessionError, SessionId, SessionKind, State, Transition,
};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::handle::{Accepted, Command, Given, Position, Rejected, SessionHandle};
use crate::{
    clock,
    engine::{Divergence, LoadError, Made, PAYLOAD_LIMIT, Pool, Step, Stepped, Turn, Vm},
    journal::{Append, Journal, NewAnswer, NewCall, NewSession, ReadError, WriteError},
    registry::Registry,
};

/// How many commands wait before those who send them do.
const MAILBOX: usize = 16;
/// How long a session without work stays in memory.
const REST: Duration = Duration::from_secs(600);
/// How long to wait for room on a full disk before the next attempt.
const FULL_DISK: Duration = Duration::from_secs(1);

/// Where an actor's session comes from.
#[derive(Debug)]
pub(crate) enum Origin {
    /// It does not exist yet; the reply tells when it is on disk.
    New { script: Script, reply: oneshot::Sender<Result<(), SpawnError>> },
    /// The journal has it.
    Journal,
}

/// A session was not created.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SpawnError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The engine panicked.
    #[error("the engine broke off")]
    BrokeOff,
}

/// The journal can no longer be trusted, or the session is not there: the task ends.
#[derive(Debug)]
struct Lost;

impl From<WriteError> for Lost {
    fn from(_: WriteError) -> Self {
        Self
    }
}

impl From<ReadError> for Lost {
    fn from(_: ReadError) -> Self {
        Self
    }
}

/// What goes into the journal beside the events.
#[derive(Default)]
struct With {
    calls: Vec<Made>,
    answers: Vec<NewAnswer>,
    outcome: Option<Outcome>,
}

/// The owner of one session.
pub(crate) struct Actor {
    id: SessionId,
    state: State,
    seq: Seq,
    /// The script, where it is in memory and waits for answers.
    vm: Option<Vm>,
    /// Answers to the queries of the pause, until it is complete.
    given: BTreeMap<u32, String>,
    /// The step under way.
    work: Option<oneshot::Receiver<Stepped>>,
    token: CancellationToken,
    commands: mpsc::Receiver<Command>,
    position: watch::Sender<Option<Position>>,
    journal: Journal,
    pool: Pool,
    registry: Registry,
}

impl Actor {
    /// An actor for session `id`, and the handle to it. It does nothing until it is run.
    pub(crate) fn new(
        id: SessionId,
        journal: Journal,
        pool: Pool,
        registry: Registry,
    ) -> (Self, SessionHandle) {
        let (sender, commands) = mpsc::channel(MAILBOX);
        let (position, receiver) = watch::channel(None);
        let handle = SessionHandle::new(id.clone(), sender, receiver);
        let actor = Self {
            id,
            state: State::NEW,
            seq: Seq(0),
            vm: None,
            given: BTreeMap::new(),
            work: None,
            token: CancellationToken::new(),
            commands,
            position,
            journal,
            pool,
            registry,
        };
        (actor, handle)
    }

    /// Owns the session until nobody needs it in memory any more.
    pub(crate) async fn run(mut self, origin: Origin) {
        let begun = match origin {
            Origin::New { script, reply } => self.create(script, reply).await,
            Origin::Journal => self.load().await,
        };
        if begun.is_err() {
            self.registry.forget(&self.id);
            return;
        }
        loop {
            let idle = self.work.is_none();
            let went_on = tokio::select! {
                biased; // A cancel that came before a question was published wins: checkpoint B.
                command = self.commands.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => return,
                },
                stepped = finished(&mut self.work) => self.advance(stepped).await,
                () = tokio::time::sleep(REST), if idle => {
                    self.registry.release(&self.id);
                    Ok(())
                }
            };
            if went_on.is_err() {
                return;
            }
        }
    }

    /// Compiles the script, journals the session, says so, and begins.
    async fn create(
        &mut self,
        script: Script,
        reply: oneshot::Sender<Result<(), SpawnError>>,
    ) -> Result<(), Lost> {
        let created = self.try_create(script).await;
        let result = created.as_ref().map(|_| ()).map_err(|_| Lost);
        let vm = match created {
            Ok(vm) => Ok(vm),
            Err(error) => {
                // Whoever asked may have left.
                let _ = reply.send(Err(error));
                return result;
            }
        };
        self.tell();
        let _ = reply.send(Ok(()));
        vm.map(|vm| self.go_on(vm, Turn::Fresh))
    }

    async fn try_create(&mut self, script: Script) -> Result<Vm, SpawnError> {
        let token = self.token.clone();
        let loaded = self.pool.run(Turn::Fresh, {
            let script = script.clone();
            move || Vm::load(&script, Vec::new(), token)
        });
        let vm = loaded.await.map_err(|_| SpawnError::BrokeOff)??;
        let Ok(Transition { next, entries, .. }) = self.state.apply(&Event::Spawned) else {
            return Err(SpawnError::BrokeOff);
        };
        let seq = self.seq.plus(entries.len());
        let (id, at, state) = (self.id.clone(), clock::now(), next.clone());
        let kind = SessionKind::Run;
        self.journal.create(NewSession { id, kind, script, at, entries, state }).await?;
        self.state = next;
        self.seq = seq;
        Ok(vm)
    }

    /// Takes the session up from the journal; one that was running goes on.
    async fn load(&mut self) -> Result<(), Lost> {
        let snapshot = self.journal.snapshot(&self.id).await?.ok_or(Lost)?;
        self.state = snapshot.state;
        self.seq = snapshot.seq;
        if matches!(self.state, State::Running { .. }) {
            let effect = self.record_surely(vec![Event::Recovered], With::default()).await?;
            return self.perform(effect).await;
        }
        self.tell();
        Ok(())
    }

    async fn obey(&mut self, command: Command) -> Result<(), Lost> {
        match command {
            Command::Answer { answers, payload, reply } => {
                let (result, effect) = match self.answer(answers, payload).await {
                    Ok((accepted, effect)) => (Ok(accepted), effect),
                    Err(rejected) => (Err(rejected), None),
                };
                // Whoever asked may have left; the answer counts all the same.
                let _ = reply.send(result);
                self.perform(effect).await
            }
            Command::Cancel { reason, reply } => {
                let (result, effect) = match self.cancel(reason).await {
                    Ok((first, effect)) => (Ok(first), effect),
                    Err(rejected) => (Err(rejected), None),
                };
                let _ = reply.send(result);
                self.perform(effect).await
            }
        }
    }

    /// Stores answers, all or none. Checkpoint C: a cancelled session takes none.
    async fn answer(
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
    async fn cancel(&mut self, reason: CancelReason) -> Result<(bool, Option<Effect>), Rejected> {
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

    /// The script has come to the end of a step.
    async fn advance(
        &mut self,
        stepped: Result<Stepped, oneshot::error::RecvError>,
    ) -> Result<(), Lost> {
        self.work = None;
        let Ok(Stepped { vm, step, made }) = stepped else {
            return self.fail(vec![], engine_failure("the engine broke off")).await;
        };
        if let State::Running { cancel: Some(reason) } = &self.state {
            let outcome = Some(Outcome::Cancelled(reason.clone()));
            self.drop_vm(vm);
            return self.end(Event::Cancelled, vec![], outcome).await;
        }
        match step {
            Step::Slice => {
                if !made.is_empty() {
                    let events = logged(&made);
                    self.record_surely(events, With { calls: made, ..With::default() }).await?;
                }
                self.go_on(vm, Turn::Slice);
                Ok(())
            }
            Step::Asked { first, count, known: false } => {
                let Some(pause) = Pause::new(first, count) else {
                    return self.fail(made, engine_failure("the script asked nothing")).await;
                };
                self.vm = Some(vm);
                self.given.clear();
                let mut events = logged(&made);
                events.push(Event::Asked(pause));
                let with = With { calls: made, ..With::default() };
                let effect = self.record_surely(events, with).await?;
                self.perform(effect).await
            }
            Step::Asked { known: true, .. } => {
                self.drop_vm(vm);
                self.fail(made, engine_failure("a running session has an open query")).await
            }
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
                let error = self.diverged(divergence).await?;
                self.fail(made, error).await
            }
        }
    }

    async fn fail(&mut self, made: Vec<Made>, error: SessionError) -> Result<(), Lost> {
        self.end(Event::Failed, made, Some(Outcome::Failed(error))).await
    }

    async fn end(
        &mut self,
        event: Event,
        made: Vec<Made>,
        outcome: Option<Outcome>,
    ) -> Result<(), Lost> {
        let mut events = logged(&made);
        events.push(event);
        let effect =
            self.record_surely(events, With { calls: made, outcome, ..With::default() }).await?;
        self.perform(effect).await
    }

    /// Makes events true: on disk first, then in memory, then for those who watch. Refused or not
    /// written, nothing has changed.
    async fn record(&mut self, events: Vec<Event>, with: With) -> Result<Option<Effect>, Rejected> {
        let Recorded { next, effect, append } =
            self.prepare(events, with).map_err(|refused| self.rejected(refused))?;
        let seq = self.seq.plus(append.entries.len());
        self.journal.append(append).await?;
        self.adopt(next, seq);
        Ok(effect)
    }

    /// [`Actor::record`] for what the script did: it cannot be refused, and waits for a full disk.
    async fn record_surely(
        &mut self,
        events: Vec<Event>,
        with: With,
    ) -> Result<Option<Effect>, Lost> {
        let Recorded { next, effect, append } = self.prepare(events, with).map_err(|_| Lost)?;
        let seq = self.seq.plus(append.entries.len());
        loop {
            match self.journal.append(append.clone()).await {
                Err(WriteError::Full) => tokio::time::sleep(FULL_DISK).await,
                written => break written?,
            }
        }
        self.adopt(next, seq);
        Ok(effect)
    }

    fn prepare(&self, events: Vec<Event>, with: With) -> Result<Recorded, Refused> {
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
        };
        Ok(Recorded { next, effect, append })
    }

    fn adopt(&mut self, next: State, seq: Seq) {
        self.state = next;
        self.seq = seq;
        self.tell();
    }

    fn tell(&self) {
        let position = Position { seq: self.seq, state: self.state.name() };
        self.position.send_replace(Some(position));
    }

    async fn perform(&mut self, effect: Option<Effect>) -> Result<(), Lost> {
        match effect {
            None => Ok(()),
            Some(Effect::Run) => self.resume().await,
            Some(Effect::Interrupt) => {
                self.token.cancel();
                // Checkpoint A: a script that is not at work is not begun.
                let State::Running { cancel: Some(reason) } = &self.state else { return Ok(()) };
                if self.work.is_some() {
                    return Ok(());
                }
                let outcome = Some(Outcome::Cancelled(reason.clone()));
                Box::pin(self.end(Event::Cancelled, vec![], outcome)).await
            }
            Some(Effect::Release) => {
                self.given.clear();
                if let Some(vm) = self.vm.take() {
                    self.drop_vm(vm);
                }
                Ok(())
            }
        }
    }

    /// Lets the script go on: with the answers it waits for, or, if it is not in memory, by running
    /// it again against what the journal says.
    async fn resume(&mut self) -> Result<(), Lost> {
        let answers: Vec<String> = std::mem::take(&mut self.given).into_values().collect();
        let loaded = if let Some(mut vm) = self.vm.take() {
            vm.answer(answers).map(|()| vm).map_err(LoadError::Engine)
        } else {
            let recording = self.journal.recording(&self.id).await?.ok_or(Lost)?;
            let token = self.token.clone();
            let load = move || Vm::load(&recording.script, recording.calls, token);
            match self.pool.run(Turn::Fresh, load).await {
                Ok(loaded) => loaded,
                Err(_) => {
                    let broke_off = engine_failure("the engine broke off");
                    return Box::pin(self.fail(vec![], broke_off)).await;
                }
            }
        };
        match loaded {
            Ok(vm) => {
                self.go_on(vm, Turn::Fresh);
                Ok(())
            }
            Err(error) => Box::pin(self.fail(vec![], engine_failure(error.to_string()))).await,
        }
    }

    fn go_on(&mut self, vm: Vm, turn: Turn) {
        self.work = Some(self.pool.run(turn, move || {
            fail::fail_point!("step.before");
            let stepped = vm.step();
            fail::fail_point!("step.after");
            stepped
        }));
    }

    /// Frees a script on a worker, since that can take long.
    fn drop_vm(&self, vm: Vm) {
        drop(self.pool.run(Turn::Fresh, move || drop(vm)));
    }

    fn rejected(&self, refused: Refused) -> Rejected {
        match refused {
            Refused::Cancelled => Rejected::AlreadyCancelled(self.id.clone()),
            Refused::NotOpen(query) => Rejected::StaleQuery(self.id.clone(), query),
            Refused::Never { state, .. } => Rejected::NotPaused(self.id.clone(), state),
        }
    }

    /// What is told of a script that left its journal: both calls, and where they part.
    async fn diverged(&self, divergence: Divergence) -> Result<SessionError, Lost> {
        let Divergence { after, recorded, instead, line } = divergence;
        let queries = self.journal.queries_of_call(&self.id, after).await?;
        let before = match recorded {
            None => "nothing".to_owned(),
            Some(kind) if queries.is_empty() => kind.to_string(),
            Some(kind) => format!("{kind} {}", serde_json::to_string(&queries).unwrap_or_default()),
        };
        let now = instead.map_or("the script's end".to_owned(), |(kind, text)| {
            if text.is_empty() { kind.to_string() } else { format!("{kind} {text}") }
        });
        let common = before.chars().zip(now.chars()).take_while(|(a, b)| a == b).count();
        let place = line.map(|line| format!("{line}: ")).unwrap_or_default();
        let message = format!(
            "{place}the script does not do what its journal says: call {} was {}, now it is {}; \
             they part at character {}",
            after + 1,
            excerpt(&before, common),
            excerpt(&now, common),
            common + 1,
        );
        Ok(SessionError { kind: ErrorKind::Diverged, message, traceback: None })
    }
}

/// Events that are about to be recorded.
struct Recorded {
    next: State,
    effect: Option<Effect>,
    append: Append,
}

/// The end of the step under way; never, if there is none.
async fn finished(
    work: &mut Option<oneshot::Receiver<Stepped>>,
) -> Result<Stepped, oneshot::error::RecvError> {
    match work {
        Some(work) => work.await,
        None => std::future::pending().await,
    }
}

fn logged(made: &[Made]) -> Vec<Event> {
    made.iter().filter_map(|made| made.line.clone()).map(Event::Logged).collect()
}

fn new_call(made: Made) -> NewCall {
    let Made { n, kind, fingerprint, result, queries, line: _ } = made;
    NewCall { n, kind, fingerprint, result, queries }
}

fn engine_failure(message: impl Into<String>) -> SessionError {
    SessionError { kind: ErrorKind::EngineError, message: message.into(), traceback: None }
}

/// The text around character `place`.
fn excerpt(text: &str, place: usize) -> String {
    const AROUND: usize = 60;
    let from = place.saturating_sub(AROUND);
    let shown: String = text.chars().skip(from).take(2 * AROUND).collect();
    let (before, after) = (
        if from > 0 { "…" } else { "" },
        if text.chars().count() > from + 2 * AROUND { "…" } else { "" },
    );
    format!("`{before}{shown}{after}`")
}
