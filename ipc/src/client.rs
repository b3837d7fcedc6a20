//! The blocking client: connect, then one typed method for each request.

use std::{
    io,
    ops::ControlFlow,
    slice,
    time::{Duration, Instant},
};

use alc_core::{QueryId, Reference, Seq, SessionId, StateName};

use crate::{
    AddNote, Aim, Branch, Cancel, CodecError, Collect, Collected, Endpoint, Errand, Failure, Hello,
    Import, Json, Lease, Leave, List, Lost, Observe, Page, Part, ReadLog, Request, Response,
    Resume, Resumed, Spawn, Status, Tagged, Wait, connection::Connection, decode, encode,
};

/// How long the daemon may be silent: it greets at once, and sends a heartbeat every two seconds
/// while a request is under way.
const SILENCE: Duration = Duration::from_secs(5);
/// How many requests are under way at a time; a daemon reads no more than so many of one client.
const TOGETHER: usize = 64;
/// A socket's timer may go off a tick of the system's clock too early.
const TICK: Duration = Duration::from_millis(20);

/// A request got no answer, or a refusal.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody listens there.
    #[error("no daemon listens at {address}")]
    Absent {
        /// Where.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody listens and says nothing.
    #[error("the daemon does not answer")]
    Silent,
    /// The caller's own deadline passed.
    #[error("the time is up")]
    DeadlinePassed,
    /// The connection broke; whether the request was carried out is not known.
    #[error("lost the connection to the daemon")]
    Lost(#[source] io::Error),
    /// Another user's daemon.
    #[error("the daemon belongs to another user")]
    Foreign,
    /// The two speak no common protocol.
    #[error("alc {ours} and the daemon {theirs} speak no common protocol")]
    Incompatible {
        /// This client's version.
        ours: String,
        /// The daemon's.
        theirs: String,
    },
    /// It was asked to end and does not, because so many sessions are running.
    #[error("{0} sessions are running")]
    Busy(u32),
    /// What came is no message, or not one that answers the request.
    #[error("the daemon answered what nobody asked")]
    Confused,
    /// A message is over its limit or has no bytes.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// The daemon said no.
    #[error("{}", .0.message)]
    Refused(Failure),
}

/// A connection to a daemon.
#[derive(Debug)]
pub struct Client {
    connection: Connection,
    daemon: Hello,
    next: u32,
    deadline: Option<Instant>,
}

/// What becomes of a history that is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observed<'a> {
    /// Its next entry, an [`alc_core::EventView`], and the place to go on behind.
    Event(Seq, &'a Json),
    /// It has ended, with this state.
    End(StateName),
}

/// What becomes of a list that is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed<'a> {
    /// What follows, until [`Listed::UpToDate`], is the whole list, newest first.
    Begin,
    /// A session of the list as it is now, an [`alc_core::SessionView`]; one that was not in it before
    /// comes first.
    Session(&'a Json),
    /// A session is not in the list, perhaps any more.
    Gone(&'a SessionId),
    /// Nothing has changed but what was told.
    UpToDate,
}

/// What a response means that answers no such request.
fn refused<T>(response: Response) -> Result<T, ClientError> {
    Err(match response {
        Response::Failure(failure) => ClientError::Refused(failure),
        _ => ClientError::Confused,
    })
}

/// A typed method: sends the request, and takes the one response that answers it.
macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty)?) -> $result:ty:
        $request:expr => $response:pat => $value:expr;)*) => {$(
        $(#[$doc])*
        pub fn $name(&mut self $(, $argument: $type)?) -> Result<$result, ClientError> {
            match self.call(&$request, |_| ControlFlow::Continue(()))? {
                Some($response) => Ok($value),
                _ => Err(ClientError::Confused),
            }
        }
    )*};
}

impl Client {
    /// Connects to the daemon at `endpoint` and agrees on a protocol.
    pub fn connect(endpoint: &Endpoint) -> Result<Self, ClientError> {
        let ours = Hello::new(endpoint.folder());
        let client = Self::greet(endpoint, &ours, None)?;
        if ours.common(&client.daemon).is_none() {
            let theirs = client.daemon.build;
            return Err(ClientError::Incompatible { ours: ours.build, theirs });
        }
        Ok(client)
    }

    /// Asks the daemon at `endpoint` to end, whatever protocol it speaks, and returns when its
    /// connection has ended; the folder's lock says when it is gone. Its process, if it said so.
    pub fn stop(
        endpoint: &Endpoint,
        force: bool,
        deadline: Instant,
    ) -> Result<Option<u32>, ClientError> {
        let errand = Errand::Stop { force };
        let ours = Hello { errand, ..Hello::new(endpoint.folder()) };
        let client = match Self::greet(endpoint, &ours, Some(deadline)) {
            // It was ending already.
            Err(ClientError::Lost(_)) => return Ok(None),
            client => client?,
        };
        let Hello { errand, process, .. } = client.daemon;
        match errand {
            Errand::Stopping => client.wait_for_end().map(|()| Some(process)),
            Errand::Busy(sessions) => Err(ClientError::Busy(sessions)),
            Errand::Talk | Errand::Stop { .. } => Err(ClientError::Confused),
        }
    }

    /// The process of the daemon at `endpoint`, whatever protocol it speaks.
    pub fn process(endpoint: &Endpoint) -> Result<u32, ClientError> {
        let client = Self::greet(endpoint, &Hello::new(endpoint.folder()), None)?;
        Ok(client.daemon.process)
    }

    /// Connects and exchanges greetings.
    fn greet(
        endpoint: &Endpoint,
        ours: &Hello,
        deadline: Option<Instant>,
    ) -> Result<Self, ClientError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => ClientError::Silent,
            _ => {
                let address = endpoint.address().display().to_string();
                ClientError::Absent { address, source }
            }
        };
        let connection = Connection::open(endpoint).map_err(failed)?;
        if !connection.is_own() {
            return Err(ClientError::Foreign);
        }
        let mut client = Self { connection, daemon: ours.clone(), next: 0, deadline };
        client.send(&ours.to_bytes())?;
        let frame = client.receive(SILENCE)?;
        client.daemon = Hello::from_bytes(&frame).map_err(|_| ClientError::Confused)?;
        if client.daemon.folder != endpoint.folder() {
            return Err(ClientError::Confused);
        }
        Ok(client)
    }

    /// What the daemon said of itself.
    #[must_use]
    pub fn daemon(&self) -> &Hello {
        &self.daemon
    }

    /// From now on requests end with [`ClientError::DeadlinePassed`] at this moment.
    pub fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    methods! {
        /// Starts a session; it is on disk when this returns.
        spawn(spawn: Spawn) -> SessionId:
            Request::Spawn(spawn) => Response::Spawned(id) => id;
        /// One session as it is now, an [`alc_core::SessionView`].
        state(session: Reference) -> Json:
            Request::State(session) => Response::Session(view) => view;
        /// Where a session stands, which costs less than all of it.
        stands(session: Reference) -> StateName:
            Request::Where(session) => Response::Stands(state) => state;
        /// Some sessions.
        list(list: List) -> Page:
            Request::List(list) => Response::Sessions(page) => page;
        /// One query as it was asked, an [`alc_core::QueryView`].
        query(query: Reference) -> Json:
            Request::Query(query) => Response::Query(view) => view;
        /// The query that an answer would be for: the one that the reference names, else the one
        /// that was answered with the same key, else the lowest open one.
        aim(aim: Aim) -> QueryId:
            Request::Aim(aim) => Response::Aimed(query) => query;
        /// Answers; they are on disk when this returns, and so is what is asked next, if it is told.
        resume(resume: Resume) -> Resumed:
            Request::Resume(resume) => Response::Resumed(resumed) => resumed;
        /// Ends a session for good; true if this call did.
        cancel(cancel: Cancel) -> (SessionId, bool):
            Request::Cancel(cancel) => Response::Cancelled { session, first } => (session, first);
        /// Where a session stands and, if it ended, its [`alc_core::ResultView`].
        outcome(session: Reference) -> (SessionId, StateName, Option<Json>):
            Request::Outcome(session) => Response::Outcome { session, state, outcome } =>
            (session, state, outcome);
        /// The session, an [`alc_core::SessionView`], once it is where it should get or has ended.
        wait(wait: Wait) -> Json:
            Request::Wait(wait) => Response::Session(view) => view;
        /// Takes or keeps the lease of a session for this connection.
        lease(lease: Lease) -> ():
            Request::Lease(lease) => Response::Leased => ();
        /// Adds a note to a history; its place there. It is on disk when this returns.
        note(note: AddNote) -> (SessionId, Seq):
            Request::Note(note) => Response::Noted { session, seq } => (session, seq);
        /// Deletes a session that has ended.
        delete(session: Reference) -> SessionId:
            Request::Delete(session) => Response::Deleted(id) => id;
        /// Deletes a session although it is damaged; what went with it. A sound one must have ended.
        discard(session: SessionId) -> (SessionId, Option<Lost>):
            Request::Discard(session) => Response::Discarded { session, lost } => (session, lost);
        /// Deletes what is old and gives the space back.
        collect(collect: Collect) -> Collected:
            Request::Collect(collect) => Response::Collected(collected) => collected;
        /// Starts a session where another one asked; it is on disk when this returns.
        branch(branch: Branch) -> SessionId:
            Request::Branch(branch) => Response::Spawned(id) => id;
        /// Sends the next part of a file that is to be imported.
        deliver(part: Part) -> ():
            Request::Deliver(part) => Response::Delivered => ();
        /// Takes up the session in the file that was sent; it is on disk when this returns.
        import(import: Import) -> SessionId:
            Request::Import(import) => Response::Imported(id) => id;
        /// Ends a session that is in a file now; true if this call did.
        leave(leave: Leave) -> bool:
            Request::Leave(leave) => Response::Cancelled { first, .. } => first;
        /// About the daemon.
        status() -> Status:
            Request::Status => Response::Status(status) => status;
    }

    /// Follows several histories: hands each entry to `each` with its history's place in `observes`,
    /// and the end of each history. Returns when all have ended or `each` has broken off. At most
    /// 64 are followed at a time; another one begins when one ends.
    pub fn observe_all(
        &mut self,
        observes: Vec<Observe>,
        mut each: impl FnMut(usize, Observed<'_>) -> ControlFlow<()>,
    ) -> Result<(), ClientError> {
        let requests: Vec<_> = observes.into_iter().map(Request::Observe).collect();
        self.exchange(&requests, |place, response| match response {
            Response::Event { seq, event } => Ok(each(place, Observed::Event(seq, &event))),
            Response::Observed(state) => Ok(each(place, Observed::End(state))),
            response => refused(response),
        })
    }

    /// Waits for several sessions: hands each to `each`, an [`alc_core::SessionView`] with its place
    /// in `waits`, once it is where it should get or has ended.
    pub fn wait_all(
        &mut self,
        waits: Vec<Wait>,
        mut each: impl FnMut(usize, Json) -> ControlFlow<()>,
    ) -> Result<(), ClientError> {
        let requests: Vec<_> = waits.into_iter().map(Request::Wait).collect();
        self.exchange(&requests, |place, response| match response {
            Response::Session(view) => Ok(each(place, view)),
            response => refused(response),
        })
    }

    /// Hands each entry of a history to `each`, an [`alc_core::EventView`] with its place. Returns
    /// the state in which the history ended, or `None` if `each` broke off.
    pub fn observe(
        &mut self,
        observe: Observe,
        mut each: impl FnMut(Seq, &Json) -> ControlFlow<()>,
    ) -> Result<Option<StateName>, ClientError> {
        let mut end = None;
        self.observe_all(vec![observe], |_, observed| match observed {
            Observed::Event(seq, event) => each(seq, event),
            Observed::End(state) => {
                end = Some(state);
                ControlFlow::Continue(())
            }
        })?;
        Ok(end)
    }

    /// Hands each entry of a history to `each`, an [`alc_core::EventView`] with its place, and the
    /// text of the answer where it tells of one. Returns the state in which the history ended, or
    /// `None` if `each` broke off.
    pub fn log(
        &mut self,
        log: ReadLog,
        mut each: impl FnMut(Seq, &Json, Option<&str>) -> ControlFlow<()>,
    ) -> Result<Option<StateName>, ClientError> {
        let each = |response: &Response| match response {
            Response::Told { seq, event, answer } => each(*seq, event, answer.as_deref()),
            _ => ControlFlow::Continue(()),
        };
        match self.call(&Request::Log(log), each)? {
            Some(Response::Observed(state)) => Ok(Some(state)),
            Some(_) => Err(ClientError::Confused),
            None => Ok(None),
        }
    }

    /// Follows a list: hands on the whole of it, then each session that has changed, until `each`
    /// breaks off.
    pub fn follow(
        &mut self,
        list: List,
        mut each: impl FnMut(Listed<'_>) -> ControlFlow<()>,
    ) -> Result<(), ClientError> {
        let each = |response: &Response| match response {
            Response::Listing => each(Listed::Begin),
            Response::Listed(view) => each(Listed::Session(view)),
            Response::Unlisted(session) => each(Listed::Gone(session)),
            Response::UpToDate => each(Listed::UpToDate),
            _ => ControlFlow::Continue(()),
        };
        match self.call(&Request::Follow(list), each)? {
            Some(_) => Err(ClientError::Confused),
            None => Ok(()),
        }
    }

    /// Hands each part of a session's file to `each`; returns which session it is, and how far it
    /// had come, or `None` if `each` broke off.
    pub fn export(
        &mut self,
        session: Reference,
        mut each: impl FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Option<Leave>, ClientError> {
        let each = |response: &Response| match response {
            Response::Part(Part(bytes)) => each(bytes),
            _ => ControlFlow::Continue(()),
        };
        match self.call(&Request::Export(session), each)? {
            Some(Response::Exported { session, seq, calls }) => {
                Ok(Some(Leave { session, seq, calls }))
            }
            Some(_) => Err(ClientError::Confused),
            None => Ok(None),
        }
    }

    /// Returns when the daemon has closed the connection.
    fn wait_for_end(mut self) -> Result<(), ClientError> {
        loop {
            match self.receive(SILENCE) {
                Ok(_) => {}
                Err(ClientError::Lost(_)) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    /// Sends a request and returns its last response; `None` if `interim` broke off.
    fn call(
        &mut self,
        request: &Request,
        mut interim: impl FnMut(&Response) -> ControlFlow<()>,
    ) -> Result<Option<Response>, ClientError> {
        let mut last = None;
        self.exchange(slice::from_ref(request), |_, response| {
            if !response.is_last() {
                return Ok(interim(&response));
            }
            if matches!(response, Response::Failure(_)) {
                return refused(response);
            }
            last = Some(response);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(last)
    }

    /// Sends requests, a few at a time, and hands over their responses with the request's place, until
    /// each has its last one or `each` breaks off.
    fn exchange(
        &mut self,
        requests: &[Request],
        mut each: impl FnMut(usize, Response) -> Result<ControlFlow<()>, ClientError>,
    ) -> Result<(), ClientError> {
        let first = self.next;
        let (mut sent, mut open) = (0, 0);
        loop {
            while open < TOGETHER
                && let Some(body) = requests.get(sent)
            {
                self.send(&encode(&Tagged { id: self.next, body })?)?;
                self.next = self.next.wrapping_add(1);
                (sent, open) = (sent + 1, open + 1);
            }
            if open == 0 {
                return Ok(());
            }
            let Tagged { id, body } = decode::<Tagged<Response>>(&self.receive(SILENCE)?)?;
            let place = id.wrapping_sub(first) as usize;
            // A stream that was broken off may have been under way.
            if place >= sent || matches!(body, Response::Heartbeat) {
                continue;
            }
            if body.is_last() {
                open -= 1;
            }
            if each(place, body)?.is_break() {
                return Ok(());
            }
        }
    }

    fn send(&mut self, body: &[u8]) -> Result<(), ClientError> {
        self.connection.send(body, SILENCE).map_err(|error| self.broken(error))
    }

    fn receive(&mut self, patience: Duration) -> Result<Vec<u8>, ClientError> {
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return Err(ClientError::DeadlinePassed);
        }
        let patience = left.map_or(patience, |left| left.min(patience));
        let received = self.connection.receive(patience).map_err(|error| self.broken(error))?;
        Ok(received?)
    }

    fn broken(&self, error: io::Error) -> ClientError {
        let late = self.deadline.is_some_and(|deadline| deadline <= Instant::now() + TICK);
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut if late => {
                ClientError::DeadlinePassed
            }
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => ClientError::Silent,
            _ => ClientError::Lost(error),
        }
    }
}
