//! P7, P8: what paused sessions cost while nobody answers them, at 10 to 100,000.

use std::{thread, time::Duration};

use alc_ipc::List;

use crate::{
    daemon::{Daemon, LOOP, paused},
    report::{Target, figure, millis, percentile, timed},
};

const REST: Duration = Duration::from_secs(3);
/// How long until nothing is left in memory of a session that sleeps.
const FALLING_ASLEEP: Duration = Duration::from_secs(6);
/// How many sessions `alc list` asks for at a time.
const PAGE: u32 = 200;

pub(crate) fn measure() {
    each("P7 resident", &[10, 100, 1000, 5000], &[], Duration::ZERO, 40.0);
    each("P7 asleep", &[100, 1000, 10_000, 20_000], &["--memory", "0"], FALLING_ASLEEP, 0.25);
    many();
}

/// P7: by how much each further session lets the daemon grow.
fn each(what: &str, counts: &[u32], arguments: &[&str], settling: Duration, target: f64) {
    let daemon = Daemon::start(arguments);
    // The first ones fill caches.
    drop(paused(&mut daemon.client(), LOOP));
    let mut before = (1, daemon.resident_kib());
    for &count in counts {
        daemon.pause_many(count - before.0);
        thread::sleep(settling);
        let now = (count, daemon.resident_kib());
        let grown = i32::try_from(now.1.saturating_sub(before.1)).map_or(f64::MAX, f64::from);
        let each = grown / f64::from(now.0 - before.0);
        let threads = daemon.threads();
        println!(
            "{count:>6} sessions: {} KiB in all, {each:.2} KiB each, {threads} threads",
            now.1
        );
        if Some(&count) == counts.last() {
            figure(what, each, "KiB for each session more", Target::AtMost(target));
        }
        before = now;
    }
}

/// P8: a daemon that has made them, and the next one, which finds them in its journal.
fn many() {
    let mut daemon = Daemon::start(&[]);
    let mut sessions = 0;
    for count in [1, 10, 100, 1000, 10_000, 100_000] {
        let making = timed(|| daemon.pause_many(count - sessions));
        sessions = count;
        let made = daemon.resident_mib();
        let ready = daemon.restart(&[]);
        let page = first_page(&daemon);
        let (busy, woken) = daemon.activity(REST);
        let memory = daemon.resident_mib();
        println!(
            "{count:>6} sessions, made in {:.1} s: {made:.1} MiB; next daemon: {memory:.1} MiB, ready in {}, \
             first page {}, idle {:.2} % of a core, {woken:.1} wake-ups a second",
            making.as_secs_f64(),
            millis(ready),
            millis(page),
            busy * 100.0
        );
        if count == 100_000 {
            let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
            figure("P8 memory", memory, "MiB", Target::AtMost(200.0));
            figure("P8 idle CPU", busy * 100.0, "%", Target::AtMost(0.0));
            figure("P8 first page of a list", milliseconds(page), "ms", Target::AtMost(20.0));
            figure("P8 start to ready", milliseconds(ready), "ms", Target::AtMost(300.0));
        }
    }
}

/// The median, over one connection.
fn first_page(daemon: &Daemon) -> Duration {
    let mut client = daemon.client();
    let list = List { limit: PAGE, ..List::default() };
    let mut times: Vec<_> =
        (0..100).map(|_| timed(|| drop(client.list(list.clone()).expect("lists")))).collect();
    percentile(&mut times, 50)
}
