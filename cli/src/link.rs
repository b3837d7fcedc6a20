//! A connection that outlives its daemon: what may be asked twice is asked again of the next one.

use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use alc_core::{QueryView, Reference, SessionId, SessionView};
use alc_ipc::{Client, ClientError, ErrorCode, Json, Wait, WaitFor};

use crate::{connect::Connector, error::CliError, progress::Waiting};

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
}

impl<'a> Link<'a> {
    /// Takes over a connection.
    pub(crate) fn new(connector: &'a Connector, client: Client) -> Self {
        Self { connector, client, deadline: None, spent: false }
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

    /// Asks for what must not be asked twice.
    pub(crate) fn once<T>(
        &mut self,
        request: impl FnOnce(&mut Client) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        request(&mut self.client)
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
        let deadline = self.deadline;
        loop {
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Err(ClientError::DeadlinePassed.into());
            }
            if until <= Instant::now() {
                return Err(loss.into());
            }
            match self.connector.find() {
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

    /// One session as it is now: as the daemon tells it, and read.
    pub(crate) fn state(&mut self, session: &Reference) -> Result<(Json, SessionView), CliError> {
        read(self.call(|client| client.state(session.clone()))?)
    }

    /// The session once it is where it should get, or has ended.
    pub(crate) fn wait(
        &mut self,
        session: &SessionId,
        until: WaitFor,
    ) -> Result<(Json, SessionView), CliError> {
        let _waiting = self.connector.shows_waiting().then(|| Waiting::for_session(session));
        let session = Reference::from(session.clone());
        read(self.call(|client| client.wait(Wait { session: session.clone(), until }))?)
    }

    /// One query as it was asked.
    pub(crate) fn query(&mut self, query: &Reference) -> Result<QueryView, CliError> {
        let view = self.call(|client| client.query(query.clone()))?;
        Ok(serde_json::from_str(&view.0)?)
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
