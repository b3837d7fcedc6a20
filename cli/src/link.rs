//! A connection that outlives its daemon: what may be asked twice is asked again of the next one.

use std::{
    ops::ControlFlow,
    slice,
    sync::mpsc,
    time::{Duration, Instant},
};

use alc_core::{QueryView, Reference, SessionId, SessionView, StateName};
use alc_ipc::{Client, ClientError, ErrorCode, Json, Wait, WaitFor};

use crate::{connect::Connector, error::CliError, signals::Left};

/// How long a lost daemon may stay away.
const WINDOW: Duration = Duration::from_secs(30);
/// A connection that held so long is a new beginning.
const STEADY: Duration = Duration::from_secs(5);

/// A connection to the daemon of a data folder.
#[derive(Debug)]
pub(crate) struct Link<'a> {
    connector: &'a Connector,
    client: Client,
    deadline: Option<Instant>,
    /// A deadline passed, perhaps in the middle of a message: nothing can be read here any more.
    spent: bool,
    doubt: Option<Doubt>,
}

/// What nobody knows of a request whose daemon was lost.
#[derive(Debug)]
pub(crate) struct Doubt {
    /// As in "whether the note was added".
    pub(crate) unknown: &'static str,
    /// The command that tells.
    pub(crate) look: String,
}

impl<'a> Link<'a> {
    /// Takes over a connection.
    pub(crate) fn new(connector: &'a Connector, client: Client) -> Self {
        Self { connector, client, deadline: None, spent: false, doubt: None }
    }

    /// From now on requests end with a timeout after this time; never, if it is too long to say.
    pub(crate) fn set_timeout(&mut self, timeout: Option<Duration>) {
        self.set_deadline(timeout.and_then(|timeout| Instant::now().checked_add(timeout)));
    }

    /// From now on requests end with a timeout at this moment.
    pub(crate) fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
        self.client.set_deadline(deadline);
    }

    /// Asks for a change that must not be asked for twice.
    pub(crate) fn change_once<T>(
        &mut self,
        doubt: Doubt,
        request: impl FnOnce(&mut Client) -> Result<T, ClientError>,
    ) -> Result<T, CliError> {
        request(&mut self.client).map_err(|error| lost(error, Some(doubt)))
    }

    /// Asks for a change that may be asked for twice.
    pub(crate) fn change<T>(
        &mut self,
        doubt: Doubt,
        request: impl FnMut(&mut Client) -> Result<T, ClientError>,
    ) -> Result<T, CliError> {
        self.doubt = Some(doubt);
        let changed = self.call(request);
        self.doubt = None;
        changed
    }

    /// Asks for what may be asked twice: if the connection breaks, the next daemon is asked.
    pub(crate) fn call<T>(
        &mut self,
        mut request: impl FnMut(&mut Client) -> Result<T, ClientError>,
    ) -> Result<T, CliError> {
        let mut lost = Instant::now();
        let mut connected = None::<Instant>;
        let mut pause = Duration::from_millis(20);
        loop {
            if self.spent {
                self.reconnect(lost + WINDOW, &mut pause, ClientError::Silent)?;
            }
            let error = match request(&mut self.client) {
                Ok(answer) => return Ok(answer),
                Err(error) if is_loss(&error) => error,
                Err(error) => {
                    self.spent = matches!(error, ClientError::DeadlinePassed);
                    return Err(error.into());
                }
            };
            if connected.is_none_or(|since| since.elapsed() > STEADY) {
                lost = Instant::now();
                pause = Duration::from_millis(20);
            } else {
                // The new daemon was lost at once; give the next one a moment.
                breathe(&mut pause);
            }
            self.reconnect(lost + WINDOW, &mut pause, error)?;
            connected = Some(Instant::now());
        }
    }

    /// Connects again, or returns the loss if that does not succeed in time.
    fn reconnect(
        &mut self,
        until: Instant,
        pause: &mut Duration,
        loss: ClientError,
    ) -> Result<(), CliError> {
        let connector = self.connector;
        let deadline = self.deadline;
        connector.stderr().detail(|| format!("{loss}; connecting again"));
        let _waiting = connector.signals().waiting(self.left());
        loop {
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Err(ClientError::DeadlinePassed.into());
            }
            if until <= Instant::now() {
                return Err(lost(loss, self.doubt.take()));
            }
            match connector.find() {
                Ok(Some(client)) => {
                    self.client = client;
                    self.client.set_deadline(deadline);
                    self.spent = false;
                    return Ok(());
                }
                // Somebody else may start it.
                Ok(None) | Err(CliError::NotRunning { .. }) => breathe(pause),
                Err(error) => return Err(error),
            }
        }
    }

    /// What is left if nobody waits for the next daemon.
    fn left(&self) -> Left {
        let sentence = "stopped waiting for the daemon".to_owned();
        match &self.doubt {
            Some(Doubt { unknown, look }) => Left {
                sentence: format!("{sentence}; {unknown} is not known"),
                command: look.clone(),
            },
            None => Left { sentence, command: "alc daemon status".to_owned() },
        }
    }

    /// One session as it is now: as the daemon tells it, and read.
    pub(crate) fn state(&mut self, session: &Reference) -> Result<(Json, SessionView), CliError> {
        read(self.call(|client| client.state(session.clone()))?)
    }

    /// Where a session stands.
    pub(crate) fn stands(&mut self, session: &Reference) -> Result<StateName, CliError> {
        self.call(|client| client.stands(session.clone()))
    }

    /// The session once it is where it should get, or has ended; `again` is the command that waits
    /// for it again.
    pub(crate) fn wait(
        &mut self,
        session: &SessionId,
        until: WaitFor,
        again: String,
    ) -> Result<(Json, SessionView), CliError> {
        let connector = self.connector;
        let sessions = slice::from_ref(session);
        let _waiting = connector.signals().waiting(stopped_waiting(sessions, until, again));
        let _spinner = connector.stderr().screen().spinner(&named(sessions));
        let session = Reference::from(session.clone());
        read(self.call(|client| client.wait(Wait { session: session.clone(), until }))?)
    }

    /// One session as it is once there is one that the reference names; `again` is the command that
    /// waits for it again.
    pub(crate) fn arrival(
        &mut self,
        session: &Reference,
        again: String,
    ) -> Result<(Json, SessionView), CliError> {
        let connector = self.connector;
        let sentence = format!("stopped waiting; there is no {session} yet");
        let _waiting = connector.signals().waiting(Left { sentence, command: again });
        let _spinner = connector.stderr().screen().spinner(&session.to_string());
        let (session, until) = (session.clone(), WaitFor::Arrival);
        read(self.call(|client| client.wait(Wait { session: session.clone(), until }))?)
    }

    /// Waits for several sessions and hands over each when it is where it should get or has ended;
    /// `again` makes the command that waits for some of them again. Returns those that did not get
    /// there in time.
    pub(crate) fn wait_all(
        &mut self,
        sessions: Vec<SessionId>,
        until: WaitFor,
        again: impl Fn(&[SessionId]) -> String,
        mut each: impl FnMut(&Json, &SessionView) -> Result<(), CliError>,
    ) -> Result<Vec<SessionId>, CliError> {
        let connector = self.connector;
        let mut open = sessions;
        let left = |open: &[SessionId]| stopped_waiting(open, until, again(open));
        let waiting = connector.signals().waiting(left(&open));
        let spinner = connector.stderr().screen().spinner(&named(&open));
        let mut handed_on = Ok(());
        let waited = self.call(|client| {
            let wait = |id: &SessionId| Wait { session: Reference::from(id.clone()), until };
            let waits = open.iter().map(wait).collect();
            client.wait_all(waits, |_, view| {
                handed_on = read(view).and_then(|(view, session)| {
                    open.retain(|id| *id != session.id);
                    spinner.waits_for(&named(&open));
                    waiting.step(|| (each(&view, &session), left(&open)))
                });
                if handed_on.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })
        });
        handed_on?;
        match waited {
            Ok(()) => Ok(Vec::new()),
            Err(CliError::Client(ClientError::DeadlinePassed)) => Ok(open),
            Err(error) => Err(error),
        }
    }

    /// One query as it was asked.
    pub(crate) fn query(&mut self, query: &Reference) -> Result<QueryView, CliError> {
        let view = self.call(|client| client.query(query.clone()))?;
        Ok(serde_json::from_str(&view.0)?)
    }
}

fn lost(loss: ClientError, doubt: Option<Doubt>) -> CliError {
    match (loss, doubt) {
        (ClientError::Lost(source), Some(Doubt { unknown, look })) => {
            CliError::Lost { unknown, look, source }
        }
        (loss, _) => loss.into(),
    }
}

fn stopped_waiting(sessions: &[SessionId], until: WaitFor, command: String) -> Left {
    let still = match (until, sessions) {
        (WaitFor::Actionable, [_]) => "is still running",
        (WaitFor::Actionable, _) => "are still running",
        (WaitFor::Arrival, _) => "may not be there yet",
        (WaitFor::Terminal, [_]) => "has not ended",
        (WaitFor::Terminal, _) => "have not ended",
    };
    Left { sentence: format!("stopped waiting; {} {still}", named(sessions)), command }
}

/// One session by its id, several by their number.
fn named(sessions: &[SessionId]) -> String {
    match sessions {
        [session] => session.to_string(),
        several => format!("{} sessions", several.len()),
    }
}

fn read(view: Json) -> Result<(Json, SessionView), CliError> {
    let session = serde_json::from_str(&view.0)?;
    Ok((view, session))
}

/// Whether another daemon may know the answer.
fn is_loss(error: &ClientError) -> bool {
    match error {
        ClientError::Lost(_) => true,
        ClientError::Refused(failure) => failure.code == ErrorCode::Unavailable,
        _ => false,
    }
}

/// Waits a little, longer each time: nobody tells a client that a daemon has come.
fn breathe(pause: &mut Duration) {
    let (_sender, never) = mpsc::channel::<()>();
    never.recv_timeout(*pause).ok();
    *pause = (*pause * 2).min(Duration::from_secs(1));
}
