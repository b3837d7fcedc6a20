//! Leaves the caller: its session, its descriptors, and, once there is something to say, its pipe.

use std::{fs::OpenOptions, io, path::Path};

use rustix::stdio::{dup2_stderr, dup2_stdin, dup2_stdout};

/// Becomes a process of its own: no terminal, no inherited descriptor above 2, `/dev/null` as input,
/// the log as stderr. Stdout stays, to say "ready" on.
pub(crate) fn leave_caller(log: &Path) -> io::Result<()> {
    close_inherited();
    // Fails only for a process that leads a group already, and then there is nothing to leave.
    let _ = rustix::process::setsid();
    dup2_stdin(OpenOptions::new().read(true).open("/dev/null")?)?;
    dup2_stderr(OpenOptions::new().create(true).append(true).open(log)?)?;
    Ok(())
}

/// Lets go of the caller's pipe.
pub(crate) fn leave_stdout() -> io::Result<()> {
    dup2_stdout(OpenOptions::new().write(true).open("/dev/null")?)?;
    Ok(())
}

/// Closes every descriptor above 2.
#[expect(unsafe_code, reason = "nothing safe closes descriptors that nobody here opened")]
fn close_inherited() {
    let Ok(folder) = std::fs::read_dir("/dev/fd") else { return };
    // Collected first, so that the folder's own descriptor is closed by its owner before.
    let inherited: Vec<i32> = folder
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|descriptor| *descriptor > 2)
        .collect();
    for descriptor in inherited {
        // SAFETY: this runs before the process has opened anything of its own or started a thread,
        // so nobody owns these; closing one that is not open does nothing.
        unsafe {
            libc::close(descriptor);
        }
    }
}
