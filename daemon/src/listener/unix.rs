//! A data folder of mode 0700 that is the user's, and in it a socket of mode 0600.

use std::{
    fs::DirBuilder,
    io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::Path,
};

use alc_ipc::Home;
use interprocess::{
    local_socket::ListenerOptions, os::unix::local_socket::ListenerOptionsExt as _,
};

use super::ListenError;

/// The folder exists, is the user's, and nobody else may look into it.
pub(super) fn prepare(path: &Path) -> Result<(), ListenError> {
    let failed = |source| ListenError::Folder { path: path.to_owned(), source };
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
    let folder = std::fs::metadata(path).map_err(failed)?;
    if folder.uid() != alc_ipc::own_uid() {
        return Err(ListenError::Foreign { path: path.to_owned() });
    }
    if folder.mode() & 0o077 != 0 {
        return Err(ListenError::Open { path: path.to_owned() });
    }
    Ok(())
}

/// Removes the socket of a daemon that is gone, and makes sure of the folder it lies in.
pub(super) fn clear(home: &Home, address: &Path) -> Result<(), ListenError> {
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

/// Only the user may connect.
#[expect(clippy::unnecessary_wraps, reason = "on Windows it can fail")]
pub(super) fn restrict(options: ListenerOptions<'_>) -> io::Result<ListenerOptions<'_>> {
    // Where a socket cannot be given a mode at birth, the process's umask has the same effect.
    if cfg!(not(target_os = "linux")) {
        return Ok(options);
    }
    Ok(options.mode(0o600))
}
