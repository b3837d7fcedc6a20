//! P3, P4, P5: pausing and answering over one connection, against a commit of plain SQLite.

use std::{
    fs, io,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use alc_ipc::WaitFor;

use crate::{
    daemon::{Daemon, LOOP, answer, answer_to_next, paused, wait},
    report::{Commits, Target, figure, medians, millis, ratio, timed},
};

const ROUNDS: usize = 300;
/// How many sessions are started and answered once while the syncs are counted.
const LIVES: u32 = 100;

pub(crate) fn measure() {
    let daemon = Daemon::start(&[]);
    let commits = Commits::new(daemon.folder());
    let (mut first, mut second, mut third) = (daemon.client(), daemon.client(), daemon.client());
    let id = paused(&mut first, LOOP);
    let [commit, first_pause, two_requests, next_pause] = medians(
        ROUNDS,
        [
            &mut || commits.one(),
            &mut || timed(|| drop(paused(&mut first, LOOP))),
            &mut || {
                timed(|| {
                    answer(&mut second, &id, false);
                    wait(&mut second, &id, WaitFor::Actionable);
                })
            },
            &mut || timed(|| answer_to_next(&mut third, &id)),
        ],
    );
    println!("commit {}", millis(commit));
    let against = ("commit", commit);
    ratio("P3 start to first pause", first_pause, against, 2.5);
    println!("   answer, then wait for the next pause: {}", millis(two_requests));
    ratio("P4 answer to next pause (--next)", next_pause, against, 1.5);
    syncs();
}

/// P5: a daemon under strace, and what its calls say.
fn syncs() {
    let Some(few) = count_syncs(LIVES) else { return };
    let Some(many) = count_syncs(2 * LIVES) else { return };
    let each = (many - few) / f64::from(LIVES);
    figure("P5 fsyncs for one spawn and one answer", each, "", Target::AtMost(3.0));
}

/// How often so many lives make the disk write; `None`, and a remark, where there is no strace.
fn count_syncs(lives: u32) -> Option<f64> {
    let daemon = Daemon::start(&[]);
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("syncs");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", "trace=fsync,fdatasync,sync,msync", "-o"]).arg(&log);
    strace.args(["-p", &daemon.pid().to_string()]).stderr(Stdio::null());
    let mut strace = match strace.spawn() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            println!("skipped: strace");
            return None;
        }
        strace => strace.expect("runs"),
    };
    // It says nothing when it has attached itself.
    thread::sleep(Duration::from_secs(1));
    let mut client = daemon.client();
    for _ in 0..lives {
        let id = paused(&mut client, LOOP);
        answer_to_next(&mut client, &id);
    }
    drop(daemon);
    strace.wait().expect("ends");
    let text = fs::read_to_string(log).expect("reads");
    let count = text.lines().filter(|line| line.contains("sync(")).count();
    u32::try_from(count).ok().map(f64::from)
}
