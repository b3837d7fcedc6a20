//! A data folder with the rights of the folder it lies in, which for the default one are the user's
//! alone, and a named pipe.

use std::{io, path::Path};

use interprocess::{
    local_socket::ListenerOptions,
    os::windows::{local_socket::ListenerOptionsExt as _, security_descriptor::SecurityDescriptor},
};

use super::ListenError;

/// The folder exists.
pub(super) fn prepare(path: &Path) -> Result<(), ListenError> {
    std::fs::create_dir_all(path)
        .map_err(|source| ListenError::Folder { path: path.to_owned(), source })
}

/// Only the user may connect: an access list with one entry, for the owner. That the pipe is the
/// first of its name, and that nobody connects from another machine, is what interprocess asks for
/// by itself.
pub(super) fn restrict(options: ListenerOptions<'_>) -> io::Result<ListenerOptions<'_>> {
    let owner_only = widestring::u16cstr!("D:P(A;;GA;;;OW)");
    Ok(options.security_descriptor(SecurityDescriptor::deserialize(owner_only)?))
}
