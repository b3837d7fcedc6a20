//! Finding the daemon of a data folder, and starting it where that is allowed.
//!
//! ```text
//! endpoint file ─► connect ─► there                          one client at a time, behind a lock:
//!       └── none, or nobody listens ─► may it be started? ─► connect again ─► wait until the last
//!                                                            daemon is gone ─► launch ─► connect
//! ```

use std::{
    fs::File,
    io,
    time::{Duration, Instant},
};

use alc_core::Reference;
use alc_ipc::{
    Client, ClientError, Endpoint, EndpointError, Home,
    lock::{self, Owner},
};

use crate::{
    environment::Environment,
    error::CliError,
    launch::{self, LaunchError},
    link::Link,
    output::Stderr,
    signals::{Left, Signals},
};

/// How long a daemon may take until it is ready, or until the one before it is gone.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait for another client that starts the daemon; longer than it can take.
const QUEUE: Duration = Duration::from_secs(25);

/// Knows the data folder and whether a daemon may be started for it.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    home: Home,
    environment: Environment,
    may_start: bool,
    stderr: Stderr,
    signals: Signals,
}

impl Connector {
    /// For the data folder that the environment names, and a verb that perhaps only reads.
    pub(crate) fn new(
        environment: Environment,
        no_start: bool,
        stderr: &Stderr,
        only_reads: bool,
    ) -> Result<Self, CliError> {
        let home = Home::find(environment.home.clone())?;
        let may_start = !no_start && !environment.no_start;
        let signals = Signals::new(stderr.clone(), only_reads);
        stderr.detail(|| format!("the data folder is {}", home.path().display()));
        Ok(Self { home, environment, may_start, stderr: stderr.clone(), signals })
    }

    /// What people are told meanwhile.
    pub(crate) fn stderr(&self) -> &Stderr {
        &self.stderr
    }

    /// What a signal meets while a verb waits.
    pub(crate) fn signals(&self) -> &Signals {
        &self.signals
    }

    /// The data folder.
    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    /// What the environment says.
    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// A connection to the daemon if it runs; starts nothing.
    pub(crate) fn running(&self) -> Result<Option<Client>, CliError> {
        let client = self.meet(Client::connect)?;
        if let Some(client) = &client {
            self.stderr.detail(|| format!("connected to alcd {}", client.daemon().build));
        }
        Ok(client)
    }

    /// Ends the daemon, whatever protocol it speaks, and returns when it is gone; true if there was
    /// one. Somebody else may have started the next one by then.
    pub(crate) fn stop(&self, force: bool, deadline: Instant) -> Result<bool, CliError> {
        loop {
            let asked = self.meet(|endpoint| Client::stop(endpoint, force, deadline))?;
            let next = || {
                let process = self.meet(Client::process).ok().flatten();
                Ok(process.filter(|process| Some(Some(*process)) != asked))
            };
            match (self.watch_owner(deadline, next)?, asked) {
                (None | Some(Owner::Caller(_)), _) => return Ok(asked.is_some()),
                (Some(Owner::Met(_)), Some(_)) => return Ok(true),
                // It was about to listen, and can now be asked.
                (Some(Owner::Met(_)), None) => {}
                (Some(Owner::Silent), _) => return Err(ClientError::DeadlinePassed.into()),
            }
        }
    }

    /// What comes of meeting the daemon; `None` if it does not run.
    fn meet<T>(
        &self,
        talk: impl FnOnce(&Endpoint) -> Result<T, ClientError>,
    ) -> Result<Option<T>, CliError> {
        let endpoint = match Endpoint::read(&self.home) {
            Ok(Some(endpoint)) => endpoint,
            // A power cut can leave half a file; the next daemon writes it anew.
            Ok(None) | Err(EndpointError::Damaged { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        self.stderr.detail(|| format!("its daemon's address is {}", endpoint.address().display()));
        match talk(&endpoint) {
            Ok(talked) => Ok(Some(talked)),
            Err(ClientError::Absent { source, .. }) if is_gone(&source) => Ok(None),
            // It ends just now.
            Err(ClientError::Lost(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// For verbs that look at sessions: starts the daemon only where there is a journal to read;
    /// `None` in a folder without one, which stays as it is.
    pub(crate) fn reading(&self) -> Result<Option<Link<'_>>, CliError> {
        Ok(self.find()?.map(|client| Link::new(self, client)))
    }

    /// As [`Connector::reading`], for a verb about one session: in a folder without a journal there
    /// is none.
    pub(crate) fn reading_session(&self, session: &Reference) -> Result<Link<'_>, CliError> {
        self.reading()?.ok_or_else(|| CliError::NotFound(session.clone()))
    }

    /// For verbs that make sessions: starts the daemon if it is not there.
    pub(crate) fn starting(&self) -> Result<Link<'_>, CliError> {
        let client = match self.running()? {
            Some(client) => client,
            None if self.may_start => self.start()?,
            None => return Err(self.not_running()),
        };
        Ok(Link::new(self, client))
    }

    /// As [`Connector::reading`], for a client whose connection broke too.
    pub(crate) fn find(&self) -> Result<Option<Client>, CliError> {
        match self.running()? {
            Some(client) => Ok(Some(client)),
            None if !self.home.has_journal() => Ok(None),
            None if self.may_start => self.start().map(Some),
            None => Err(self.not_running()),
        }
    }

    /// There is no daemon and none is started.
    pub(crate) fn not_running(&self) -> CliError {
        CliError::NotRunning { home: self.home.path().display().to_string() }
    }

    /// Starts the daemon, or finds that another client just did.
    pub(crate) fn start(&self) -> Result<Client, CliError> {
        self.home.make().map_err(LaunchError::Folder)?;
        self.stderr.detail(|| "no daemon listens; one is started".to_owned());
        let _waiting = self.signals.waiting(Left {
            sentence: "stopped before the daemon was ready; nothing was asked of it".to_owned(),
            command: "alc daemon start".to_owned(),
        });
        let _one_at_a_time = self.queue()?;
        let deadline = Instant::now() + PATIENCE;
        if let Some(client) = self.running()? {
            return Ok(client);
        }
        if let Some(client) = self.wait_for_owner(deadline)? {
            return Ok(client);
        }
        loop {
            let launched = launch::launch(&self.home, &self.environment, deadline);
            match (self.running()?, launched) {
                // Somebody may have run one by hand at the same time.
                (Some(client), _) => return Ok(client),
                (None, Err(error)) => return Err(error.into()),
                (None, Ok(())) if Instant::now() >= deadline => return Err(self.died().into()),
                // It was ready, and somebody has ended it already.
                (None, Ok(())) => {}
            }
        }
    }

    /// Waits until no other client starts the daemon; the file's lock is the permission to do so.
    fn queue(&self) -> Result<File, LaunchError> {
        let path = self.home.start_lock();
        let file = launch::private_file(&path);
        file.and_then(|file| lock::take(file, Instant::now() + QUEUE))
            .map_err(|source| LaunchError::File { path, source })?
            .ok_or_else(|| self.wedged())
    }

    /// If somebody owns the folder, he is about to listen or about to end: waits for either.
    fn wait_for_owner(&self, deadline: Instant) -> Result<Option<Client>, CliError> {
        match self.watch_owner(deadline, || self.running())? {
            Some(Owner::Met(client)) => Ok(Some(client)),
            Some(Owner::Silent) => Err(self.wedged().into()),
            Some(Owner::Caller(_)) | None => Ok(None),
        }
    }

    /// Waits until nobody owns the folder, or for what `meet` finds; `None` where it has no lock yet.
    fn watch_owner<T>(
        &self,
        deadline: Instant,
        mut meet: impl FnMut() -> Result<Option<T>, CliError>,
    ) -> Result<Option<Owner<T>>, CliError> {
        let path = self.home.lock();
        let unusable = |source| LaunchError::File { path: path.clone(), source };
        let Some(lock) = launch::existing(&path).map_err(unusable)? else { return Ok(None) };
        match lock::own(lock, deadline, || meet().transpose()).map_err(unusable)? {
            Owner::Caller(lock) => Ok(Some(Owner::Caller(lock))),
            Owner::Met(found) => found.map(|found| Some(Owner::Met(found))),
            Owner::Silent => Ok(Some(Owner::Silent)),
        }
    }

    fn wedged(&self) -> LaunchError {
        LaunchError::Wedged { log: self.home.log() }
    }

    fn died(&self) -> LaunchError {
        LaunchError::Died { log: self.home.log() }
    }
}

/// Whether nobody listens, rather than that one may not connect.
fn is_gone(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, ConnectionReset, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::exit::Exit;

    fn connector(home: &std::path::Path, no_start: bool) -> Connector {
        let environment = Environment { home: Some(home.to_owned()), ..Environment::default() };
        let stderr = Stderr::for_tests();
        Connector::new(environment, no_start, &stderr, false).expect("a folder")
    }

    #[test]
    fn a_home_without_a_journal_is_empty_and_stays_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join("none");
        let connector = connector(&home, false);
        assert!(connector.reading().expect("is empty").is_none());
        assert!(connector.running().expect("is empty").is_none());
        assert!(!home.exists());
    }

    #[test]
    fn nothing_is_started_where_that_is_forbidden() {
        let folder = tempfile::tempdir().expect("a folder");
        let connector = connector(folder.path(), true);
        let refused = connector.starting().map(|_| ()).expect_err("is refused");
        assert_eq!(refused.exit(), Exit::Unreachable);
        fs::write(connector.home().journal(), "").expect("writes");
        let refused = connector.reading().map(|_| ()).expect_err("is refused");
        assert!(refused.to_text("alc:").contains("[unreachable]"));
        assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 1);
    }

    #[test]
    fn stopping_waits_until_nobody_owns_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let connector = connector(folder.path(), false);
        let stop = |patience| connector.stop(false, Instant::now() + patience);
        assert!(!stop(Duration::ZERO).expect("is not running"));
        let owner = File::create(connector.home().lock()).expect("creates");
        owner.lock().expect("locks");
        assert_eq!(stop(Duration::ZERO).expect_err("is owned").exit(), Exit::TimedOut);
        drop(owner);
        // Who waited in vain has the lock for a moment, and lets it go.
        assert!(!stop(Duration::from_mins(1)).expect("is not running"));
    }

    #[cfg(unix)]
    #[test]
    fn a_socket_without_a_listener_is_no_daemon() {
        let folder = tempfile::tempdir().expect("a folder");
        let connector = connector(folder.path(), true);
        let endpoint =
            Endpoint::candidates(connector.home(), alc_ipc::FolderId([7; 16]), &[]).remove(0);
        endpoint.publish(connector.home()).expect("writes");
        assert!(connector.running().expect("is absent").is_none());
        drop(std::os::unix::net::UnixListener::bind(endpoint.address()).expect("binds"));
        assert!(connector.running().expect("is refused").is_none());
        fs::write(connector.home().endpoint(), "").expect("writes");
        assert!(connector.running().expect("is absent").is_none());
    }
}
