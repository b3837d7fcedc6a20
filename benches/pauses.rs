//! What pausing and answering cost, against a commit of plain SQLite and a run of `/bin/true` on the
//! same disk. All are measured by turns, so that what else the machine does weighs on each of them.
//!
//! ```sh
//! cargo bench --bench pauses
//! ```

#![expect(clippy::expect_used, reason = "a benchmark that cannot go on ends")]
#![expect(clippy::print_stdout, reason = "its output is its purpose")]

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use alc_core::{Reference, SessionId};
use alc_ipc::{Answers, Client, Endpoint, Home, Json, Resume, Spawn, Wait, WaitFor};

const ROUNDS: u32 = 300;
const LOOP: &str = "for i = 1, 1000000 do alc.llm('question ' .. i) end";

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = Home::find(Some(folder.path().join("home"))).expect("a home");
    let alc = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_alc"));
        command.env("ALC_HOME", home.path()).args(arguments);
        command
    };
    run(&mut alc(&["daemon", "start"]));
    let endpoint = Endpoint::read(&home).expect("reads").expect("an endpoint");
    let mut client = Client::connect(&endpoint).expect("connects");
    let id = start(&mut client);

    let (mut nothing, mut state) = (Command::new("/bin/true"), alc(&["state", id.as_str()]));
    let [nothing, state] = medians([&mut || run(&mut nothing), &mut || run(&mut state)]);
    println!("baseline: /bin/true {}", millis(nothing));
    report("P1 alc state ID", state, "/bin/true", nothing);

    let database = baseline(folder.path());
    let mut other = Client::connect(&endpoint).expect("connects");
    let mut third = Client::connect(&endpoint).expect("connects");
    let [commit, first_pause, two_requests, next_pause] = medians([
        &mut || {
            database.execute("INSERT INTO t VALUES ('a row')", []).expect("inserts");
        },
        &mut || drop(start(&mut client)),
        &mut || {
            other.resume(answer(&id, false)).expect("answers");
            pause(&mut other, &id);
        },
        &mut || {
            if third.resume(answer(&id, true)).expect("answers").next.is_none() {
                pause(&mut third, &id);
            }
        },
    ]);
    println!("baseline: commit {}", millis(commit));
    report("P3 start to first pause", first_pause, "commit", commit);
    report("   answer, then wait for the next pause", two_requests, "commit", commit);
    report("P4 answer to next pause (--next)", next_pause, "commit", commit);

    let daemon = client.status().expect("a status").pid;
    let mut before = resident_kib(daemon);
    let mut sessions = 0;
    for count in [10, 100, 1000, 5000] {
        for _ in sessions..count {
            start(&mut client);
        }
        let now = resident_kib(daemon);
        let each = now.saturating_sub(before) / (count - sessions);
        println!("P7 {count:>5} resident paused sessions: {each} KiB each, {now} KiB in all");
        (before, sessions) = (now, count);
    }
    run(&mut alc(&["daemon", "stop", "--force"]));
}

/// Starts a session and waits for its first pause.
fn start(client: &mut Client) -> SessionId {
    let spawn = Spawn::new(LOOP.to_owned(), "bench".to_owned(), Json("{}".to_owned()));
    let id = client.spawn(spawn).expect("spawns");
    pause(client, &id);
    id
}

fn answer(id: &SessionId, next: bool) -> Resume {
    let answers = Answers::One { text: "an answer".to_owned(), usage: None };
    Resume { next, ..Resume::new(id.clone().into(), answers) }
}

fn pause(client: &mut Client, id: &SessionId) {
    let session = Reference::from(id.clone());
    client.wait(Wait { session, until: WaitFor::Actionable }).expect("pauses");
}

fn run(command: &mut Command) {
    let status = command.stdout(Stdio::null()).status().expect("runs");
    assert!(status.success());
}

/// One row, one commit, as the journal is opened: write-ahead log, full synchronisation.
fn baseline(folder: &Path) -> rusqlite::Connection {
    let database = rusqlite::Connection::open(folder.join("baseline.db")).expect("opens");
    database
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (x TEXT);",
        )
        .expect("prepares");
    database
}

/// How long each of these takes, by turns.
fn medians<const N: usize>(mut acts: [&mut dyn FnMut(); N]) -> [Duration; N] {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..ROUNDS {
        for (act, times) in acts.iter_mut().zip(&mut times) {
            let begun = Instant::now();
            act();
            times.push(begun.elapsed());
        }
    }
    times.map(|mut times: Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    })
}

fn report(what: &str, time: Duration, against: &str, baseline: Duration) {
    let ratio = time.as_secs_f64() / baseline.as_secs_f64();
    println!("{what}: {} = {ratio:.2} x {against}", millis(time));
}

fn millis(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}

fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
