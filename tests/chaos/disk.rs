//! The disk of a real daemon fails: the daemon says so and ends, and the next one knows what is true.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use alc_ipc::Client;

use super::{
    clients::{Crew, Worker},
    random::Random,
};
use crate::{
    checker::{Log, check},
    env::TestEnv,
};

/// Which call of a thread fails, and the how many-th.
const FAILURES: [(&str, &str); 5] = [
    ("fsync", "error=EIO:when=4"),
    ("fsync", "error=EIO:when=9"),
    ("fsync", "error=EIO:when=30"),
    ("pwrite64", "error=EIO:when=7"),
    ("pwrite64", "error=EIO:when=100"),
];

/// How much a client asks of a daemon. It may go on, since not only commits make such calls.
const REQUESTS: u32 = 200;

/// No daemon takes so long to listen.
const LONGEST: Duration = Duration::from_mins(1);

/// A daemon that runs under a tracer, which has its calls fail.
fn start(env: &TestEnv, call: &str, failure: &str) -> Child {
    let mut command = env.program("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}")]);
    command.args(["-e", &format!("inject={call}:{failure}"), env!("CARGO_BIN_EXE_alcd"), "run"]);
    let child = command.stderr(Stdio::null()).spawn().expect("strace runs");
    let begun = Instant::now();
    while env.endpoint().is_none_or(|endpoint| Client::connect(&endpoint).is_err()) {
        assert!(begun.elapsed() < LONGEST, "it does not listen");
    }
    child
}

#[test]
fn a_daemon_whose_disk_fails_ends_and_nothing_that_was_told_is_lost() {
    let can = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    if !can.is_ok_and(|ran| ran.status.success()) {
        println!("skipped: a_daemon_whose_disk_fails_ends_and_nothing_that_was_told_is_lost");
        return;
    }
    let mut random = Random::seeded();
    let env = TestEnv::new();
    let log = Log::new(env.folder());
    let crew = Crew::default();
    let mut worker = Worker::new(&env, &log, &crew, random.fork());
    worker.act();
    let mut ended = 0;
    for (call, failure) in FAILURES {
        env.kill_daemon();
        let mut daemon = start(&env, call, failure);
        for _ in 0..REQUESTS {
            if let Some(status) = daemon.try_wait().expect("is a child") {
                assert_eq!(status.code(), Some(75), "{call} {failure}");
                ended += 1;
                break;
            }
            worker.act();
        }
        check(&log, &env);
    }
    assert!(ended > 1, "{ended} daemons ended");
    worker.finish_all();
    check(&log, &env);
}
