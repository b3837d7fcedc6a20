//! A daemon that nobody needs ends by itself, and one that somebody needs does not.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use crate::env::TestEnv;

const ALCD: &str = env!("CARGO_BIN_EXE_alcd");

#[test]
fn a_daemon_ends_when_nothing_runs_and_nobody_is_connected() {
    let env = TestEnv::new();
    let paused = env.spawn_paused("return alc.llm('a')");
    let running = env.spawn("while true do end");
    env.kill_daemon();
    let mut daemon = env.program(ALCD);
    daemon.args(["run", "--ready", "--idle-exit", "0"]).stdout(Stdio::piped());
    let mut daemon = daemon.spawn().expect("runs");
    let mut said = String::new();
    BufReader::new(daemon.stdout.take().expect("a pipe")).read_line(&mut said).expect("reads");
    assert_eq!(said, "{\"ready\":true}\n");
    // It outlives its patience of no time at all, because of the session that runs.
    assert_eq!(env.alc(["cancel", &running]).ok(), running);
    assert!(daemon.wait().expect("ends").success());
    assert_eq!(env.alc(["state", &paused]).ok(), "paused");
    assert_eq!(env.alc(["state", &running]).ok(), "cancelled");
}
