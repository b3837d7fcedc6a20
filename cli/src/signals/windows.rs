//! The one signal that Windows has: Ctrl-C.

use std::sync::Arc;

use signal_hook::{consts::SIGINT, low_level};

use super::Scene;

/// Has Ctrl-C end the client. Where that fails, it does what it does anyway. Whether somebody reads
/// stdout shows when it is written.
#[expect(unsafe_code, reason = "a handler must promise what it does not do")]
pub(super) fn attend(scene: &Arc<Scene>, _only_reads: bool) {
    let scene = Arc::clone(scene);
    let action = move || scene.die(SIGINT);
    // SAFETY: the C runtime calls it in a thread that it starts for that, so it interrupts nothing and
    // may take locks.
    unsafe { low_level::register(SIGINT, action) }.ok();
}

/// Nobody knows.
pub(super) fn stdout_has_room() -> bool {
    false
}

/// A console always does.
pub(super) fn takes_a_line() -> bool {
    true
}
