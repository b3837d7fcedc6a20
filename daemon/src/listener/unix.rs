//! A socket of mode 0600 in a folder of mode 0700.

use std::{io, path::Path};

use alc_ipc::{Home, make_private};
use interprocess::{
    local_socket::ListenerOptions, os::unix::local_socket::ListenerOptionsExt as _,
};

use super::ListenError;

/// Removes the socket of a daemon that is gone, and makes sure of the folder it lies in.
pub(super) fn clear(home: &Home, address: &Path) -> Result<(), ListenError> {
    if let Some(folder) = address.parent().filter(|folder| *folder != home.path()) {
        make_private(folder, false)?;
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
