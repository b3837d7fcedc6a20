//! P14: a daemon that has nothing to do.

use std::time::Duration;

use crate::{
    daemon::Daemon,
    report::{Target, figure},
};

const SETTLING: Duration = Duration::from_secs(1);
const REST: Duration = Duration::from_secs(10);

pub(crate) fn measure() {
    let daemon = Daemon::start(&[]);
    daemon.activity(SETTLING);
    let (busy, woken) = daemon.activity(REST);
    println!("idle daemon: {} threads, {:.3} % of a core", daemon.threads(), busy * 100.0);
    figure("P14 memory", daemon.resident_mib(), "MiB", Target::AtMost(16.0));
    figure("P14 wake-ups", woken, "a second", Target::AtMost(0.0));
    // Who comes and goes leaves nothing that wakes up.
    daemon.pause_many(100);
    daemon.activity(SETTLING);
    let (busy, woken) = daemon.activity(REST);
    println!("beside 100 paused: {woken:.1} wake-ups a second, {:.3} % of a core", busy * 100.0);
}
