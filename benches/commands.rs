//! P1, P2: whole processes, against a run of `/bin/true`.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use alc_core::SessionId;
use alc_ipc::{Client, WaitFor};

use crate::{
    daemon::{Daemon, LOOP, paused, wait},
    report::{Commits, medians, millis, ratio, run},
};

const ROUNDS: usize = 200;

pub(crate) fn measure() {
    let daemon = Daemon::start(&[]);
    let script = daemon.folder().join("ask.lua");
    std::fs::write(&script, LOOP).expect("writes");
    let commits = Commits::new(daemon.folder());
    let mut client = daemon.client();
    let mut nothing = Command::new("/bin/true");
    let mut spawn = daemon.alc(&["spawn", script.to_str().expect("UTF-8")]);
    for more in [0, 1000, 9000] {
        daemon.pause_many(more);
        let id = paused(&mut client, LOOP);
        let mut state = daemon.alc(&["state", id.as_str()]);
        let [nothing, commit, state, spawn] = medians(
            ROUNDS,
            [
                &mut || run(&mut nothing),
                &mut || commits.one(),
                &mut || run(&mut state),
                &mut || spawn_one(&mut spawn, &mut client),
            ],
        );
        let sessions: u64 = client.status().expect("a status").sessions.iter().map(|of| of.1).sum();
        println!("{sessions} sessions; /bin/true {}, commit {}", millis(nothing), millis(commit));
        let against = ("/bin/true", nothing);
        ratio("P1 alc state ID", state, against, 1.8);
        let less = spawn.saturating_sub(commit);
        ratio("P2 alc spawn FILE, less one commit", less, against, 2.5);
    }
}

/// How long it takes until the id is printed; returns at the session's first pause, so that this does
/// not weigh on what comes next.
fn spawn_one(command: &mut Command, client: &mut Client) -> Duration {
    let begun = Instant::now();
    let output = command.output().expect("runs");
    let time = begun.elapsed();
    let id = String::from_utf8(output.stdout).expect("UTF-8");
    let id: SessionId = id.trim_end().parse().expect("an id");
    wait(client, &id, WaitFor::Actionable);
    time
}
