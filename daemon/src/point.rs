//! Named places at which a test has the daemon die as a power cut would end it, or wait.

/// A place called `name`. `FAILPOINTS='NAME=2*off->return'` has the daemon die at the third pass; see
/// the crate `fail`. Builds that are no tests pass by.
pub(crate) fn point(name: &str) {
    let dies = || {
        fail::fail_point!(name, |_| true);
        false
    };
    if fail::has_failpoints() && dies() {
        crate::log::line(&format!("dies at {name}"));
        die();
    }
}

/// Ends the process with no time for anything.
#[cfg(unix)]
fn die() {
    let this = rustix::process::getpid();
    // Nobody may keep a process from ending itself.
    rustix::process::kill_process(this, rustix::process::Signal::KILL).ok();
}

/// Ends the process with no time for anything.
#[cfg(windows)]
fn die() {
    std::process::abort();
}
