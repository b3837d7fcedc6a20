//! Ownership of a data folder, and the socket or pipe at which its daemon listens.
//!
//! The lock on one file, held for life, is the ownership; whoever holds it may remove a socket that
//! another daemon left behind.

use std::{
    fs::{File, OpenOptions},
    io,
    path::PathBuf,
    time::{Duration, Instant},
};

use alc_ipc::{
    Client, Endpoint, EndpointError, FolderError, FolderId, Home,
    lock::{self, Owner},
};
use interprocess::local_socket::{ListenerOptions, tokio::Listener};

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;
#[cfg(unix)]
use unix::{clear, restrict};
#[cfg(windows)]
use windows::restrict;

/// How long a daemon that ends may keep the folder.
const HANDOVER: Duration = Duration::from_secs(5);

/// The folder cannot be owned, or nobody could be heard there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListenError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error("cannot use {path}")]
    File { path: PathBuf, source: io::Error },
    #[error("a daemon runs in {path} already")]
    Owned { path: PathBuf },
    #[error("{path} does not hold the folder's id")]
    Id { path: PathBuf },
    #[error("cannot listen at {address}")]
    Bind { address: PathBuf, source: io::Error },
    #[error("there is no folder for a socket; set XDG_RUNTIME_DIR to one with a short path")]
    Nowhere,
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    #[error("the system gives no random numbers")]
    Random,
}

/// A data folder that this process owns until it drops this or ends.
#[derive(Debug)]
pub(crate) struct Ownership {
    home: Home,
    folder: FolderId,
    _lock: File,
}

impl Ownership {
    /// Takes the folder's lock.
    pub(crate) fn take(home: Home) -> Result<Self, ListenError> {
        let lock = take_lock(&home)?;
        let folder = folder_id(&home)?;
        Ok(Self { home, folder, _lock: lock })
    }

    /// The folder's id.
    pub(crate) fn folder(&self) -> FolderId {
        self.folder
    }

    /// Listens where that works, and tells clients where. Needs a tokio runtime.
    pub(crate) fn listen(&self, others: &[PathBuf]) -> Result<Listener, ListenError> {
        let mut first = None;
        for endpoint in Endpoint::candidates(&self.home, self.folder, others) {
            match listen_at(&endpoint, &self.home) {
                Ok(listener) => {
                    endpoint.publish(&self.home)?;
                    return Ok(listener);
                }
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or(ListenError::Nowhere))
    }
}

#[cfg_attr(windows, expect(unused_variables, reason = "a pipe leaves nothing in the folder"))]
fn listen_at(endpoint: &Endpoint, home: &Home) -> Result<Listener, ListenError> {
    let address = endpoint.address();
    let bind = |source| ListenError::Bind { address: address.to_owned(), source };
    #[cfg(unix)]
    clear(home, address)?;
    let options = ListenerOptions::new().name(endpoint.name().map_err(bind)?);
    restrict(options).and_then(ListenerOptions::create_tokio).map_err(bind)
}

fn take_lock(home: &Home) -> Result<File, ListenError> {
    let path = home.lock();
    let failed = |source| ListenError::File { path: path.clone(), source };
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    let meet = || {
        let endpoint = Endpoint::read(home).ok().flatten();
        endpoint.filter(|endpoint| Client::connect(endpoint).is_ok())
    };
    match lock::own(file, Instant::now() + HANDOVER, meet).map_err(failed)? {
        Owner::Caller(lock) => Ok(lock),
        Owner::Met(_) | Owner::Silent => Err(ListenError::Owned { path: home.path().to_owned() }),
    }
}

/// The id that the folder got when it was made.
fn folder_id(home: &Home) -> Result<FolderId, ListenError> {
    let path = home.id();
    let failed = |source| ListenError::File { path: path.clone(), source };
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            FolderId::parse(text.trim_end()).ok_or_else(|| ListenError::Id { path: path.clone() })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut id = FolderId::default();
            getrandom::fill(&mut id.0).map_err(|_| ListenError::Random)?;
            let draft = path.with_extension("tmp");
            std::fs::write(&draft, format!("{id}\n"))
                .and_then(|()| std::fs::rename(&draft, &path))
                .map_err(failed)?;
            Ok(id)
        }
        Err(source) => Err(failed(source)),
    }
}
