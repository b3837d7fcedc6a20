//! `alc` and `alcd` where there are named pipes instead of sockets, no descriptors and no signals.

#![cfg(windows)]
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Output, Stdio},
};

use tempfile::TempDir;

/// A home that no other test sees; its daemon ends with it.
struct TestEnv(TempDir);

impl TestEnv {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn program(&self, path: &str) -> Command {
        let mut command = Command::new(path);
        command.env("ALC_HOME", self.0.path().join("home")).stdin(Stdio::null());
        command
    }

    /// Runs `alc` to its end, which is when nobody holds its output any more.
    fn alc(&self, arguments: &[&str]) -> Output {
        let mut command = self.program(env!("CARGO_BIN_EXE_alc"));
        command.args(arguments).output().expect("alc runs")
    }

    #[track_caller]
    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.alc(arguments);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("UTF-8").trim_end().to_owned()
    }

    #[track_caller]
    fn fails(&self, arguments: &[&str], code: i32) {
        let output = self.alc(arguments);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
    }

    /// A daemon that this test may kill, once it serves.
    fn daemon(&self) -> Child {
        let mut command = self.program(env!("CARGO_BIN_EXE_alcd"));
        command.args(["run", "--ready"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut daemon = command.spawn().expect("alcd runs");
        let mut said = String::new();
        let stdout = daemon.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut said).expect("reads");
        assert_eq!(said, "{\"ready\":true}\n");
        daemon
    }
}

impl Drop for TestEnv {
    fn drop(&mut self) {
        let _ = self.alc(&["daemon", "stop", "--force"]);
    }
}

#[test]
fn a_session_is_spawned_asked_answered_and_tells_its_result() {
    let env = TestEnv::new();
    let id = env.ok(&["spawn", "-e", "return {answer = alc.llm('2+2?')}"]);
    assert_eq!(env.ok(&["prompt", &id]), "2+2?");
    env.ok(&["resume", &id, "4"]);
    assert_eq!(env.ok(&["result", "--wait", &id]), r#"{"answer":"4"}"#);
    env.ok(&["daemon", "stop"]);
    assert_eq!(env.ok(&["state", &id]), "done");
}

#[test]
fn a_script_that_never_ends_lets_others_run_and_is_cancelled() {
    let env = TestEnv::new();
    let endless: Vec<_> = (0..8).map(|_| env.ok(&["spawn", "-e", "while true do end"])).collect();
    let other = env.ok(&["spawn", "-e", "return 1"]);
    assert_eq!(env.ok(&["result", "--wait", &other]), "1");
    for id in &endless {
        assert_eq!(env.ok(&["cancel", id]), *id);
        env.fails(&["wait", "--for", "terminal", id], 3);
    }
}

#[test]
fn nobody_waits_longer_than_asked() {
    let env = TestEnv::new();
    let id = env.ok(&["spawn", "-e", "return alc.llm('a')"]);
    env.fails(&["wait", "--for", "done", "--timeout", "1s", &id], 124);
}

#[test]
fn a_session_survives_a_killed_daemon() {
    let env = TestEnv::new();
    let mut daemon = env.daemon();
    let id = env.ok(&["spawn", "-e", "return alc.llm('a') .. alc.llm('b')"]);
    env.ok(&["prompt", &id]);
    env.ok(&["resume", &id, "x"]);
    daemon.kill().expect("kills");
    daemon.wait().expect("ends");
    assert_eq!(env.ok(&["prompt", &id]), "b");
    env.ok(&["resume", &id, "y"]);
    assert_eq!(env.ok(&["result", "--wait", &id]), r#""xy""#);
}

#[test]
fn one_daemon_owns_a_folder() {
    let env = TestEnv::new();
    let mut daemon = env.daemon();
    let second = env.program(env!("CARGO_BIN_EXE_alcd")).arg("run").output().expect("alcd runs");
    assert_eq!(second.status.code(), Some(5), "{second:?}");
    env.ok(&["daemon", "stop"]);
    assert!(daemon.wait().expect("ends").success());
}
