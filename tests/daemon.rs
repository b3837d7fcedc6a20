//! `alc daemon`: a daemon is ended, begun anew and asked what it did, also one that speaks another
//! protocol.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
};

use crate::env::{Ran, TestEnv, kill};

/// A daemon of another release: nobody here speaks its protocol.
struct Stranger(Child);

impl Stranger {
    fn start(env: &TestEnv) -> Self {
        Self(env.start_daemon("protocols=return"))
    }

    /// Returns once it has ended by itself.
    #[track_caller]
    fn ended(mut self) {
        assert_eq!(self.0.wait().expect("ends").code(), Some(0));
    }
}

#[test]
fn a_restarted_daemon_is_another_one_with_the_same_sessions() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let before = env.daemon_pid().expect("a daemon");
    let ran = env.alc(["daemon", "restart"]);
    let after = env.daemon_pid().expect("a daemon");
    assert_eq!(ran.stderr, format!("the daemon runs as process {after}\n"));
    assert_eq!(ran.ok(), "");
    assert_ne!(before, after);
    env.alc(["resume", &id, "x"]).ok();
    assert_eq!(env.alc(["result", "--wait", "-r", &id]).ok(), "x");
}

#[test]
fn a_restart_under_running_lua_must_be_insisted_on_and_loses_nothing() {
    let env = TestEnv::new();
    let id = env.spawn("while true do end");
    let before = env.daemon_pid();
    for verb in ["stop", "restart"] {
        let stderr = env.alc(["daemon", verb]).fails(8, "busy");
        assert_eq!(
            stderr,
            format!(
                "alc: 1 session is running; it would go on at the next start [busy]\n  \
                 hint: alc daemon {verb} --force\n"
            )
        );
        assert_eq!(env.daemon_pid(), before);
    }
    env.alc(["daemon", "restart", "--force"]).ok();
    assert_ne!(env.daemon_pid(), before);
    assert_eq!(env.alc(["state", &id]).ok(), "running");
    env.alc(["cancel", &id]).ok();
}

#[test]
fn a_restart_starts_a_daemon_where_none_runs() {
    let env = TestEnv::new();
    // Asked for by name, it is started all the same.
    let started = env.json(["daemon", "restart", "--no-start"]);
    assert_eq!(started[0]["type"], "daemon");
    assert_eq!(started[0]["pid"].as_i64(), env.daemon_pid().map(i64::from));
}

#[test]
fn clients_that_wait_for_the_next_daemon_are_in_nobodys_way() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let wait = || {
        let mut command = env.command(["result", "--wait", "-r", &id]);
        command.stdout(Stdio::piped()).spawn().expect("alc runs")
    };
    let waiting: Vec<_> = (0..4).map(|_| wait()).collect();
    for verb in ["restart", "stop", "restart", "stop"] {
        // They start the next one as soon as there is none, perhaps before this is told.
        env.alc(["daemon", verb]).ok();
    }
    env.alc(["resume", &id, "x"]).ok();
    for client in waiting {
        assert_eq!(Ran::new(client.wait_with_output().expect("ends")).ok(), "x");
    }
}

#[test]
fn a_daemon_of_another_release_is_named_and_left_alone() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    env.alc(["daemon", "stop"]).ok();
    let stranger = Stranger::start(&env);
    for words in [
        &["daemon", "status"][..],
        &["daemon", "start"],
        &["state", &id],
        &["list"],
        &["spawn", "-e", "return 1"],
    ] {
        let stderr = env.alc(words.iter().copied()).fails(76, "incompatible");
        let version = env!("CARGO_PKG_VERSION");
        let said = format!("alc {version} and the daemon {version} speak no common protocol");
        assert!(stderr.contains(&said), "{stderr}");
        assert!(stderr.ends_with("\n  hint: alc daemon restart\n"), "{stderr}");
    }
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(env.alc(["version"]).ok(), format!("alc {version}\nalcd {version}"));
    let pid = stranger.0.id();
    env.alc(["daemon", "restart"]).ok();
    stranger.ended();
    assert_ne!(env.daemon_pid().map(i32::cast_unsigned), Some(pid));
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
}

#[test]
fn a_daemon_of_another_release_can_be_stopped_but_not_under_running_lua() {
    let env = TestEnv::new();
    let id = env.spawn("while true do end");
    env.alc(["daemon", "stop", "--force"]).ok();
    let stranger = Stranger::start(&env);
    env.alc(["daemon", "stop"]).fails(8, "busy");
    env.alc(["daemon", "stop", "--force"]).ok();
    stranger.ended();
    env.alc(["daemon", "status"]).fails(69, "unreachable");
    env.alc(["cancel", &id]).ok();
}

#[test]
fn the_log_is_printed_whether_a_daemon_runs_or_not() {
    let env = TestEnv::new();
    let stderr = env.alc(["daemon", "log"]).fails(4, "not_found");
    assert!(stderr.contains("hint: alc daemon start"), "{stderr}");
    assert!(!env.home().exists());
    env.alc(["daemon", "start"]).ok();
    let running = env.alc(["daemon", "log"]).ok();
    assert!(running.contains(" serves ") && running.lines().count() == 1, "{running}");
    env.alc(["daemon", "stop"]).ok();
    let log = env.alc(["daemon", "log"]).ok();
    assert!(log.starts_with(&running) && log.ends_with("Z alcd ends"), "{log}");
    assert_eq!(env.alc(["daemon", "log", "-n", "1"]).ok(), log.lines().last().expect("a line"));
    assert_eq!(env.alc(["daemon", "log", "-n", "0"]).ok(), "");
    fs::write(env.home().join("alcd.log"), "1000 said\nthread panicked \u{1b}[31m")
        .expect("writes");
    let log = env.alc(["daemon", "log"]).ok();
    assert_eq!(log, "1970-01-01T00:00:01.000Z said\nthread panicked \\033[31m");
    let [said, panicked] = &env.json(["daemon", "log"])[..] else { panic!("two lines") };
    assert_eq!((said["at"].as_i64(), said["text"].as_str()), (Some(1000), Some("said")));
    assert_eq!((panicked["type"].as_str(), panicked.get("at")), (Some("logged"), None));
    assert_eq!(env.alc(["daemon", "log", "-n", "1"]).ok(), "thread panicked \\033[31m");
    env.alc(["daemon", "status"]).fails(69, "unreachable");
}

#[test]
fn a_followed_log_goes_on_with_the_next_daemon() {
    let env = TestEnv::new();
    env.alc(["daemon", "start"]).ok();
    let mut command = env.command(["daemon", "log", "--follow", "-n", "1"]);
    let mut follow = command.stdout(Stdio::piped()).spawn().expect("alc runs");
    let mut lines = BufReader::new(follow.stdout.take().expect("a pipe")).lines();
    let mut next = || lines.next().expect("a line").expect("reads");
    assert!(next().contains(" serves "));
    env.alc(["daemon", "restart"]).ok();
    assert!(next().ends_with("Z alcd ends"));
    assert!(next().contains(" serves "));
    kill(i32::try_from(follow.id()).expect("a pid"), libc::SIGTERM);
    assert_eq!(Ran::new(follow.wait_with_output().expect("ends")).code, None);
}
