//! Signals to workers: the handler sets the hook on the coroutine that runs there, as the `lua`
//! program does on Ctrl-C.

#![expect(unsafe_code, reason = "signals to threads have no safe form")]

use std::{io, ptr};

use super::hook;

/// SIGURG, since nothing else uses it and its default is to be ignored.
const SIGNAL: libc::c_int = libc::SIGURG;

/// A thread that can be signalled.
#[derive(Clone, Copy)]
pub(super) struct ThreadId(libc::pthread_t);

// SAFETY: an id, which some platforms spell as a pointer; nobody here looks behind it.
unsafe impl Send for ThreadId {}
// SAFETY: as above.
unsafe impl Sync for ThreadId {}

impl ThreadId {
    pub(super) fn own() -> Self {
        // SAFETY: it has no preconditions.
        Self(unsafe { libc::pthread_self() })
    }

    pub(super) fn signal(self) {
        // SAFETY: workers enrol with their own id, and outlive the watchdog or are lost and
        // forgotten.
        unsafe {
            libc::pthread_kill(self.0, SIGNAL);
        }
    }
}

extern "C" fn on_signal(_: libc::c_int) {
    hook::set_on_running();
}

/// For the whole process; again is harmless.
pub(super) fn install_handler() -> io::Result<()> {
    // SAFETY: all-zero is a valid `sigaction`, and the handler only touches thread-local cells
    // without destructors and Lua's hook.
    let status = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_signal as *const () as usize;
        action.sa_flags = libc::SA_RESTART;
        libc::sigaction(SIGNAL, &raw const action, ptr::null_mut())
    };
    if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
