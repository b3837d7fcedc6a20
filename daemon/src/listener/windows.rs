//! A named pipe for its owner.

use std::io;

use interprocess::{
    local_socket::ListenerOptions,
    os::windows::{local_socket::ListenerOptionsExt as _, security_descriptor::SecurityDescriptor},
};

/// Only the user may connect: an access list with one entry, for the owner. That the pipe is the
/// first of its name, and that nobody connects from another machine, is what interprocess asks for
/// by itself.
pub(super) fn restrict(options: ListenerOptions<'_>) -> io::Result<ListenerOptions<'_>> {
    let owner_only = widestring::u16cstr!("D:P(A;;GA;;;OW)");
    Ok(options.security_descriptor(SecurityDescriptor::deserialize(owner_only)?))
}
