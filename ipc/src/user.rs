//! Whose process, whose folder: a daemon and its data are one user's.

use interprocess::local_socket::PeerCreds;

/// The user this process acts for.
#[cfg(unix)]
#[must_use]
pub fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Whether the process at the other end of a connection acts for the same user.
#[cfg(unix)]
#[must_use]
pub fn is_own(peer: &PeerCreds) -> bool {
    peer.euid() == Some(own_uid())
}

/// Always: the pipe's security descriptor lets nobody else connect.
#[cfg(windows)]
#[must_use]
pub fn is_own(_peer: &PeerCreds) -> bool {
    true
}
