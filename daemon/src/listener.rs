//! Ownership of a data folder, and the socket or pipe at which its daemon listens.
//!
//! The lock on one file, held for life, is the ownership; whoever holds it may remove a socket that
//! another daemon left behind.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::mpsc,
    time::Duration,
};

use alc_ipc::{Client, Endpoint, EndpointError, FolderId, Home};
use interprocess::local_socket::{ListenerOptions, tokio::Listener};

/// How long a daemon that ends may keep the folder.
const HANDOVER: Duration = Duration::from_secs(5);

/// The folder cannot be owned, or nobody could be heard there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListenError {
    #[error("cannot prepare the data folder {path}")]
    Folder { path: PathBuf, source: io::Error },
    #[error("the data folder {path} belongs to another user")]
    Foreign { path: PathBuf },
    #[error("others may read or write the data folder {path}")]
    Open { path: PathBuf },
    #[error("a daemon runs in {path} already")]
    Owned { path: PathBuf },
    #[error("{path} does not hold the folder's id")]
    Id { path: PathBuf },
    #[error("cannot listen at {address}")]
    Bind { address: PathBuf, source: io::Error },
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
    /// Makes the folder if it is not there, and takes its lock.
    pub(crate) fn take(home: Home) -> Result<Self, ListenError> {
        prepare(home.path())?;
        let lock = lock(&home)?;
        let folder = folder_id(&home)?;
        Ok(Self { home, folder, _lock: lock })
    }

    /// The folder's id.
    pub(crate) fn folder(&self) -> FolderId {
        self.folder
    }

    /// Listens, and tells clients where. Needs a tokio runtime.
    pub(crate) fn listen(&self, temporary: &Path) -> Result<Listener, ListenError> {
        let endpoint = Endpoint::choose(&self.home, self.folder, temporary);
        let address = endpoint.address();
        let bind = |source| ListenError::Bind { address: address.to_owned(), source };
        clear(&self.home, address)?;
        let options = ListenerOptions::new().name(endpoint.name().map_err(bind)?);
        let listener = restricted(options).and_then(ListenerOptions::create_tokio).map_err(bind)?;
        endpoint.publish(&self.home)?;
        Ok(listener)
    }
}

fn lock(home: &Home) -> Result<File, ListenError> {
    let path = home.lock();
    let failed = |source| ListenError::Folder { path: path.clone(), source };
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    let owned = || ListenError::Owned { path: home.path().to_owned() };
    if Endpoint::read(home)?.is_some_and(|endpoint| Client::connect(&endpoint).is_ok()) {
        return Err(owned());
    }
    // It holds the lock and does not answer: it is about to end, or to listen.
    let (sender, locked) = mpsc::channel();
    std::thread::spawn(move || {
        // Nobody may wait any more.
        let _ = sender.send(file.lock().map(|()| file));
    });
    locked.recv_timeout(HANDOVER).map_err(|_| owned())?.map_err(failed)
}

/// The id that the folder got when it was made.
fn folder_id(home: &Home) -> Result<FolderId, ListenError> {
    let path = home.id();
    let failed = |source| ListenError::Folder { path: path.clone(), source };
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

/// The folder exists, is the user's, and nobody else may look into it.
#[cfg(unix)]
fn prepare(path: &Path) -> Result<(), ListenError> {
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
    let failed = |source| ListenError::Folder { path: path.to_owned(), source };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
    let folder = std::fs::metadata(path).map_err(failed)?;
    if folder.uid() != alc_ipc::own_uid() {
        return Err(ListenError::Foreign { path: path.to_owned() });
    }
    if folder.mode() & 0o077 != 0 {
        return Err(ListenError::Open { path: path.to_owned() });
    }
    Ok(())
}

#[cfg(windows)]
fn prepare(path: &Path) -> Result<(), ListenError> {
    std::fs::create_dir_all(path)
        .map_err(|source| ListenError::Folder { path: path.to_owned(), source })
}

/// Removes the socket of a daemon that is gone, and makes sure of the folder it lies in.
#[cfg(unix)]
fn clear(home: &Home, address: &Path) -> Result<(), ListenError> {
    if let Some(folder) = address.parent().filter(|folder| *folder != home.path()) {
        prepare(folder)?;
    }
    match std::fs::remove_file(address) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(ListenError::Bind { address: address.to_owned(), source })
        }
        _ => Ok(()),
    }
}

#[cfg(windows)]
fn clear(_home: &Home, _address: &Path) -> Result<(), ListenError> {
    Ok(())
}

/// Only the user may connect.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "on Windows it can fail")]
fn restricted(options: ListenerOptions<'_>) -> io::Result<ListenerOptions<'_>> {
    use interprocess::os::unix::local_socket::ListenerOptionsExt as _;
    // Where a socket cannot be given a mode at birth, the process's umask has the same effect.
    if cfg!(not(target_os = "linux")) {
        return Ok(options);
    }
    Ok(options.mode(0o600))
}

/// Only the user may connect: an access list with one entry, for the owner.
#[cfg(windows)]
fn restricted(options: ListenerOptions<'_>) -> io::Result<ListenerOptions<'_>> {
    use interprocess::os::windows::{
        local_socket::ListenerOptionsExt as _, security_descriptor::SecurityDescriptor,
    };
    let owner_only = widestring::u16cstr!("D:P(A;;GA;;;OW)");
    Ok(options.security_descriptor(SecurityDescriptor::deserialize(owner_only)?))
}
