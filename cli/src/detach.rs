//! What keeps a daemon apart from the console and the pipes of whoever starts it. On Unix it does
//! that itself.

#![expect(unsafe_code, reason = "nothing safe keeps a handle from being inherited")]

use std::{
    fs::File,
    io::{self, stderr, stdin, stdout},
    os::windows::{io::AsRawHandle as _, process::CommandExt as _},
    path::Path,
    process::Command,
};

use windows_sys::Win32::{
    Foundation::{HANDLE_FLAG_INHERIT, SetHandleInformation},
    System::Threading::{CREATE_NEW_PROCESS_GROUP, DETACHED_PROCESS},
};

/// Has `command` start with the log as its stderr, without a console, and without this process's
/// own standard handles: a pipe of the caller's would stay open as long as the daemon lives.
pub(crate) fn detach(command: &mut Command, log: &Path) -> io::Result<()> {
    command.stderr(File::options().create(true).append(true).open(log)?);
    command.creation_flags(DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP);
    for handle in [stdin().as_raw_handle(), stdout().as_raw_handle(), stderr().as_raw_handle()] {
        // SAFETY: it changes a flag of a handle that this process owns for life. Where there is
        // none it fails, and then there is none to inherit.
        unsafe {
            SetHandleInformation(handle, HANDLE_FLAG_INHERIT, 0);
        }
    }
    Ok(())
}
