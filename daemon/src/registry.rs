//! The session service: spawn, state, resume, cancel, observe, wait. Finds sessions, in memory or in
//! the journal, and keeps at most one actor for each.

mod arrival;
mod branch;
mod changes;
mod deadline;
mod defaults;
mod observer;
mod program;
mod retention;
mod specification;
mod transcript;
mod travel;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use alc_core::{
    CancelReason, IfExists, Key, Name, QueryId, Reference, Seq, SessionId, SessionRef, SessionView,
    StateName,
};
use tokio::sync::{Notify, broadcast, oneshot, watch};
use tokio_util::task::TaskTracker;

use crate::{
    engine::{BrokeOff, Pool, Preludes},
    hooks::Hooks,
    journal::{
        Filter, Found, Journal, PackError, Page, ParcelError, ReadError, StoredQuery, WriteError,
    },
    packages::{PinError, ProjectError},
    residency::Residency,
    session::{Accepted, Actor, Answers, Origin, Rejected, SessionHandle, SpawnError, unnamed},
};

pub(crate) use self::{
    changes::Changed,
    defaults::{Defaults, KEPT},
    observer::Observer,
    retention::{Gone, Policy},
    specification::Specification,
    travel::{Admission, Packed},
};

/// No session could be acted on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegistryError {
    #[error("no session `{0}`")]
    NotFound(Reference),
    #[error("`{0}` is the beginning of several ids")]
    Ambiguous(Reference),
    #[error("session {0} never asked a query {1}")]
    UnknownQuery(SessionId, u32),
    #[error("session {0} has asked nothing, so nothing can be answered differently")]
    NothingAsked(SessionId),
    #[error("session {0} has not ended")]
    NotEnded(SessionId),
    #[error(transparent)]
    Spawn(#[from] SpawnError),
    #[error(transparent)]
    Rejected(#[from] Rejected),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error("the system gives no random numbers")]
    Random,
    #[error("no package `{}` is installed", .0.as_str())]
    UnknownStrategy(Name),
    /// What its name is a link to is gone.
    #[error("{0}")]
    BrokenLink(String),
    #[error("no scenario `{}` is in the data folder", .0.as_str())]
    UnknownScenario(Name),
    #[error("cannot read {}", .0.display())]
    Scenario(PathBuf, #[source] std::io::Error),
    #[error("the context cannot be read: {0}")]
    Context(String),
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error(transparent)]
    Package(#[from] PinError),
    #[error(transparent)]
    Pack(#[from] PackError),
    #[error("nothing was imported")]
    Parcel(#[from] ParcelError),
}

/// Every session of one data folder; cheap to clone.
#[derive(Clone)]
pub(crate) struct Registry(Arc<Shared>);

struct Shared {
    journal: Journal,
    pool: Pool,
    preludes: Preludes,
    /// The data folder, where scripts find packages and keep what they store.
    home: Arc<Path>,
    /// The sessions in memory. Held for a look-up or an insertion, never across an await.
    sessions: Mutex<HashMap<SessionId, SessionHandle>>,
    residency: Residency,
    defaults: Defaults,
    hooks: Hooks,
    /// Told when a session has a deadline that was not there before.
    another_deadline: Notify,
    /// Told when there is a session that was not there before.
    another_session: watch::Sender<()>,
    /// Told of each session that changes.
    changes: broadcast::Sender<SessionId>,
    actors: TaskTracker,
}

impl Registry {
    /// A service on this journal, whose scripts find the data folder `home`.
    pub(crate) fn new(
        journal: Journal,
        pool: Pool,
        preludes: Preludes,
        home: Arc<Path>,
        defaults: Defaults,
        hooks: Hooks,
    ) -> Self {
        let (sessions, actors) = (Mutex::default(), TaskTracker::new());
        let shared = Shared {
            journal,
            pool,
            preludes,
            home,
            sessions,
            residency: Residency::new(defaults.memory),
            defaults,
            hooks,
            another_deadline: Notify::new(),
            another_session: watch::Sender::new(()),
            changes: broadcast::Sender::new(changes::KEPT),
            actors,
        };
        Self(Arc::new(shared))
    }

    /// The libraries that sessions find.
    pub(crate) fn preludes(&self) -> &Preludes {
        &self.0.preludes
    }

    /// How many bytes a script may use.
    pub(crate) fn script_memory(&self) -> usize {
        self.0.defaults.script_memory
    }

    /// Those who want to hear what happens.
    pub(crate) fn hooks(&self) -> &Hooks {
        &self.0.hooks
    }

    /// Takes up every session that was running when the last daemon ended.
    pub(crate) async fn recover(&self) -> Result<usize, ReadError> {
        let unfinished = self.0.journal.unfinished().await?;
        for id in &unfinished {
            self.handle(id);
        }
        Ok(unfinished.len())
    }

    /// Creates a session, or finds the one that its name or key stands for; it is on disk when this
    /// returns, and a new one's script begins.
    pub(crate) async fn spawn(
        &self,
        specification: Specification,
    ) -> Result<SessionId, RegistryError> {
        let replace = specification.identity.if_exists == IfExists::Replace;
        let specification = specification.or(self.0.defaults.limits);
        let draft = specification.resolve(&self.0.home).await?;
        loop {
            let id = SessionId::from_random(random()?);
            let replaces = match draft.name() {
                Some(name) if replace => self.0.journal.bearer(name).await?,
                _ => None,
            };
            let replaces = replaces.map(|id| self.handle(&id));
            let new = Box::new(draft.begin(random()?, replaces));
            let (reply, created) = oneshot::channel();
            let Some(_handle) = self.start(&id, Origin::New { new, reply }) else { continue };
            match created.await.map_err(|_| SpawnError::BrokeOff(BrokeOff::Panicked))? {
                Ok(()) => return Ok(id),
                Err(SpawnError::Write(WriteError::Known(known))) => return Ok(known),
                // Somebody else was faster; look again.
                Err(SpawnError::Write(WriteError::IdTaken(_)) | SpawnError::NothingToReplace) => {}
                Err(SpawnError::Write(WriteError::NameInUse { .. })) if replace => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// One session as it is now.
    pub(crate) async fn state(&self, session: &Reference) -> Result<SessionView, RegistryError> {
        let id = self.resolve(session).await?;
        self.view(session, &id).await
    }

    /// Where a session stands; what is in memory need not be read.
    pub(crate) async fn stands(&self, session: &Reference) -> Result<StateName, RegistryError> {
        match self.in_memory(session).and_then(|handle| handle.position()) {
            Some(position) => Ok(position.state),
            None => Ok(self.state(session).await?.state),
        }
    }

    /// Some sessions, newest first, and where the next page begins.
    pub(crate) async fn list(
        &self,
        filter: Filter,
        limit: usize,
        after: Option<u64>,
    ) -> Result<Page, RegistryError> {
        Ok(self.0.journal.list(filter, limit, after).await?)
    }

    /// A session's place in that list.
    pub(crate) async fn place(&self, session: &Reference) -> Result<u64, RegistryError> {
        let id = self.resolve(session).await?;
        let place = self.0.journal.place(&id).await?;
        place.ok_or_else(|| RegistryError::NotFound(session.clone()))
    }

    /// A query as it was asked, and its id.
    pub(crate) async fn query(
        &self,
        session: &Reference,
        number: u32,
    ) -> Result<(SessionId, StoredQuery), RegistryError> {
        let id = self.resolve(session).await?;
        let stored = self.0.journal.query(&id, number).await?;
        let stored = stored.ok_or_else(|| RegistryError::UnknownQuery(id.clone(), number))?;
        Ok((id, stored))
    }

    /// The query that an answer would be for, see [`unnamed`].
    pub(crate) async fn aim(
        &self,
        session: &Reference,
        key: Option<&Key>,
    ) -> Result<QueryId, RegistryError> {
        let id = self.resolve(session).await?;
        if let Some(number) = session.query {
            return Ok(id.query(number));
        }
        let snapshot = self.0.journal.snapshot(&id).await?;
        let snapshot = snapshot.ok_or_else(|| RegistryError::NotFound(session.clone()))?;
        Ok(id.query(unnamed(&self.0.journal, &id, &snapshot.state, key).await?))
    }

    /// Answers queries of one session, all or none; they are on disk when this returns, with `next`
    /// perhaps together with the next query.
    pub(crate) async fn resume(
        &self,
        session: &Reference,
        answers: Answers,
    ) -> Result<(SessionId, Accepted), RegistryError> {
        let handle = self.find(session).await?;
        let accepted = handle.answer(answers).await?;
        Ok((handle.id().clone(), accepted))
    }

    /// Ends a session for good; true if this call did. It takes no prefix of an id.
    pub(crate) async fn cancel(
        &self,
        session: &Reference,
        reason: CancelReason,
    ) -> Result<(SessionId, bool), RegistryError> {
        let handle = if let Some(handle) = self.in_memory(session) {
            handle
        } else {
            let found = self.0.journal.find_exact(&session.session).await?;
            self.handle(&one(found, session)?)
        };
        let first = handle.cancel(reason).await?;
        Ok((handle.id().clone(), first))
    }

    /// Follows a session's history from behind `after`.
    pub(crate) async fn observe(
        &self,
        session: &Reference,
        after: Seq,
    ) -> Result<Observer, RegistryError> {
        let handle = self.find(session).await?;
        Ok(Observer { journal: self.0.journal.clone(), handle, after })
    }

    /// Waits until a session's state is one of those wanted, and returns the session.
    pub(crate) async fn wait(
        &self,
        session: &Reference,
        wanted: impl Fn(StateName) -> bool,
    ) -> Result<SessionView, RegistryError> {
        let handle = self.find(session).await?;
        loop {
            let reached = handle.reach(|position| wanted(position.state)).await?;
            let view = self.view(session, handle.id()).await?;
            // It may have gone on before it was read.
            if wanted(view.state) || reached.state.is_terminal() {
                return Ok(view);
            }
        }
    }

    /// Where a session stands and, if it ended, how.
    pub(crate) async fn outcome(
        &self,
        session: &Reference,
    ) -> Result<(SessionId, StateName, Option<String>), RegistryError> {
        let view = self.state(session).await?;
        let outcome = self.0.journal.outcome(&view.id).await?;
        Ok((view.id, view.state, outcome))
    }

    /// How many sessions are in each state.
    pub(crate) async fn counts(&self) -> Result<Vec<(StateName, u64)>, ReadError> {
        self.0.journal.counts().await
    }

    /// Whether no session runs or has a deadline. If that cannot be read, one may.
    pub(crate) async fn is_idle(&self) -> bool {
        let unfinished = self.0.journal.unfinished().await;
        unfinished.is_ok_and(|running| running.is_empty()) && !self.awaits_deadline().await
    }

    /// Lets go of a session that nobody else holds; the next who needs it wakes it.
    pub(crate) fn release(&self, id: &SessionId) {
        let mut sessions = self.lock();
        if sessions.get(id).is_some_and(SessionHandle::is_last) {
            sessions.remove(id);
        }
    }

    /// A session rests with its script in memory; others may have to let go of theirs.
    pub(crate) fn rests(&self, id: &SessionId, size: usize, worked: Duration) {
        let leaving = self.0.residency.rests(id, size, worked);
        let sessions = self.lock();
        for handle in leaving.iter().filter_map(|id| sessions.get(id)) {
            handle.sleep();
        }
    }

    /// A session's script is at work again, or gone.
    pub(crate) fn wakes(&self, id: &SessionId) {
        self.0.residency.wakes(id);
    }

    /// How many sessions are in memory.
    #[cfg(test)]
    pub(crate) fn awake(&self) -> usize {
        self.lock().len()
    }

    /// Lets go of a session that could not be created or read, or that is deleted.
    pub(crate) fn forget(&self, id: &SessionId) {
        self.lock().remove(id);
    }

    async fn view(
        &self,
        session: &Reference,
        id: &SessionId,
    ) -> Result<SessionView, RegistryError> {
        let view = self.0.journal.view(id).await?;
        view.ok_or_else(|| RegistryError::NotFound(session.clone()))
    }

    async fn find(&self, session: &Reference) -> Result<SessionHandle, RegistryError> {
        match self.in_memory(session) {
            Some(handle) => Ok(handle),
            None => Ok(self.handle(&self.resolve(session).await?)),
        }
    }

    /// The session that a reference names.
    pub(crate) async fn resolve(&self, session: &Reference) -> Result<SessionId, RegistryError> {
        match self.in_memory(session) {
            Some(handle) => Ok(handle.id().clone()),
            None => one(self.0.journal.find(&session.session).await?, session),
        }
    }

    /// The session of this whole id, if it is in memory: then nobody needs to look whether there is one.
    fn in_memory(&self, session: &Reference) -> Option<SessionHandle> {
        let SessionRef::Text(text) = &session.session else { return None };
        let id: SessionId = text.parse().ok()?;
        self.lock().get(&id).filter(|handle| handle.position().is_some()).cloned()
    }

    /// The handle of a session that the journal has.
    fn handle(&self, id: &SessionId) -> SessionHandle {
        loop {
            if let Some(handle) = self.lock().get(id) {
                return handle.clone();
            }
            if let Some(handle) = self.start(id, Origin::Journal) {
                return handle;
            }
        }
    }

    /// Starts a session's actor; `None` if it has one.
    fn start(&self, id: &SessionId, origin: Origin) -> Option<SessionHandle> {
        let mut sessions = self.lock();
        if sessions.contains_key(id) {
            return None;
        }
        let (journal, pool, home) =
            (self.0.journal.clone(), self.0.pool.clone(), self.0.home.clone());
        let (actor, handle) = Actor::new(id.clone(), journal, pool, home, self.clone());
        sessions.insert(id.clone(), handle.clone());
        self.0.actors.spawn(Box::new(actor).run(origin));
        Some(handle)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, SessionHandle>> {
        // Nothing under the lock can panic half-way.
        self.0.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn one(found: Found, session: &Reference) -> Result<SessionId, RegistryError> {
    match found {
        Found::One(id) => Ok(id),
        Found::None => Err(RegistryError::NotFound(session.clone())),
        Found::Many => Err(RegistryError::Ambiguous(session.clone())),
    }
}

fn random() -> Result<u64, RegistryError> {
    getrandom::u64().map_err(|_| RegistryError::Random)
}
