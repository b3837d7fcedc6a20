//! A client that waits is ended: it says what it leaves, dies of the signal, and the session lives on.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::process::ExitStatusExt as _,
    process::{ExitStatus, Stdio},
};

use serde_json::Value;

use crate::{
    env::{Limit, Ran, TestEnv, kill},
    terminal::{CTRL_C, Shown, Terminal},
};

/// A script that asks once and then runs for ever.
const BUSY: &str = "local a = alc.llm('a') while true do end";

/// A session that runs and will not stop by itself.
fn spawn_running(env: &TestEnv) -> String {
    let id = env.spawn_paused(BUSY);
    env.alc(["resume", &id, "x"]).ok();
    id
}

/// The command behind `hint: `, as words, without `alc`.
#[track_caller]
fn hint(text: &str) -> Vec<String> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix("hint: alc "));
    let line = line.unwrap_or_else(|| panic!("no hint: {text}"));
    line.split(' ').map(str::to_owned).collect()
}

#[track_caller]
fn died_of(status: ExitStatus, signal: i32) {
    assert_eq!((status.signal(), status.code()), (Some(signal), None), "{status}");
}

/// Starts a client and returns when it waits: on a terminal it says so.
fn wait_on_terminal(env: &TestEnv, words: &[&str], what: &str) -> Terminal {
    let mut terminal = Terminal::start(env.command(words.iter().copied()));
    terminal.wait_for(what);
    terminal
}

#[test]
fn ctrl_c_ends_a_watch_and_its_hint_goes_on() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let mut watch = wait_on_terminal(&env, &["watch", &id], "paused");
    watch.press(CTRL_C);
    let ended = watch.end();
    died_of(ended.status, libc::SIGINT);
    let sentence = format!("alc: stopped watching; {id} is still paused [interrupted]");
    assert!(ended.screen.contains(&sentence), "{ended:?}");
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
    let seq = env.json(["state", &id])[0]["seq"].to_string();
    let hint = hint(&ended.screen);
    assert_eq!(hint, ["watch", &id, "--after", &seq]);
    env.alc(["resume", &id, "x"]).ok();
    let rest = env.alc(hint.iter().map(String::as_str)).ok();
    let first: u64 = rest.split('\t').next().expect("a seq").parse().expect("a number");
    assert_eq!(first, seq.parse::<u64>().expect("a number") + 1);
    assert!(rest.ends_with("\trunning done"), "{rest}");
}

#[test]
fn ctrl_c_ends_what_waits_and_its_hint_waits_on() {
    let env = TestEnv::new();
    let id = spawn_running(&env);
    for (words, sentence, again) in [
        (vec!["prompt", &id, "--id"], "is still running", format!("prompt {id} --id")),
        (vec!["wait", &id], "is still running", format!("wait {id} --for actionable")),
        (
            vec!["wait", "@", "--for", "done,terminal", "--timeout", "1h"],
            "has not ended",
            format!("wait {id} --for done,terminal"),
        ),
        (vec!["result", "--wait", "-r", &id], "has not ended", format!("result {id} --wait -r")),
    ] {
        let mut client = wait_on_terminal(&env, &words, &format!("waiting for {id}"));
        client.press(CTRL_C);
        let ended = client.end();
        died_of(ended.status, libc::SIGINT);
        let expected = format!("alc: stopped waiting; {id} {sentence} [interrupted]");
        assert!(ended.screen.contains(&expected), "{words:?} {ended:?}");
        assert_eq!(hint(&ended.screen).join(" "), again);
        // What was drawn is gone.
        assert!(!ended.screen.contains(&format!("waiting for {id}")), "{ended:?}");
        assert_eq!(env.alc(["state", &id]).ok(), "running");
    }
    env.alc(["cancel", &id]).ok();
}

#[test]
fn ctrl_c_after_an_answer_says_that_it_is_stored() {
    let env = TestEnv::new();
    let id = env.spawn_paused(BUSY);
    let words = ["resume", &id, "x", "--next"];
    let mut client = wait_on_terminal(&env, &words, &format!("waiting for {id}"));
    client.press(CTRL_C);
    let ended = client.end();
    died_of(ended.status, libc::SIGINT);
    let sentence = format!("alc: stopped waiting; the answer is stored, and {id} goes on");
    assert!(ended.screen.contains(&sentence), "{ended:?}");
    assert_eq!(hint(&ended.screen), ["prompt", &id]);
    env.alc(["cancel", &id]).ok();
}

#[test]
fn ctrl_c_ends_a_transcript_and_its_hint_goes_on() {
    let env = TestEnv::new();
    let id = env.spawn_paused("print('first') alc.llm('a') print('second')");
    let mut log = wait_on_terminal(&env, &["log", "-f", &id], "? a");
    log.press(CTRL_C);
    let ended = log.end();
    died_of(ended.status, libc::SIGINT);
    let sentence = format!("alc: stopped following; {id} has not ended [interrupted]");
    assert!(ended.screen.contains(&sentence), "{ended:?}");
    env.alc(["resume", &id, "x"]).ok();
    let rest = env.alc(hint(&ended.screen).iter().map(String::as_str)).ok();
    assert!(rest.contains("second") && !rest.contains("first") && !rest.contains("? a"), "{rest}");
}

#[test]
fn every_signal_that_ends_clients_ends_them_as_json_says() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        let mut command = env.command(["watch", "--json", &id]);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
        let _limit = Limit::of(&child);
        let mut events = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        while !line.contains(r#""to":"paused""#) {
            line.clear();
            assert_ne!(events.read_line(&mut line).expect("reads"), 0, "it ended");
        }
        kill(i32::try_from(child.id()).expect("an id"), signal);
        let output = child.wait_with_output().expect("ends");
        died_of(output.status, signal);
        let stderr = String::from_utf8(output.stderr).expect("UTF-8");
        let error: Value = serde_json::from_str(stderr.trim_end()).expect("JSON");
        assert_eq!(error["type"], "error");
        assert_eq!(error["code"], "interrupted");
        assert_eq!(error["exit"], 128 + signal);
        let message = format!("stopped watching; {id} is still paused");
        assert_eq!(error["message"], message.as_str());
        let after = serde_json::from_str::<Value>(&line).expect("JSON")["seq"].clone();
        assert_eq!(error["hint"], format!("alc watch {id} --after {after} --json").as_str());
    }
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
}

#[test]
fn a_signal_that_the_caller_ignores_stays_ignored() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let mut shell = env.program("/bin/sh");
    shell.args(["-c", r#"trap '' HUP; exec "$ALC" watch "$ID""#]).env("ID", &id);
    shell.env("ALC", env!("CARGO_BIN_EXE_alc")).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = shell.spawn().expect("sh runs");
    let _limit = Limit::of(&child);
    let mut events = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    while !line.contains("running paused") {
        line.clear();
        assert_ne!(events.read_line(&mut line).expect("reads"), 0, "it ended");
    }
    kill(i32::try_from(child.id()).expect("an id"), libc::SIGHUP);
    env.alc(["resume", &id, "x"]).ok();
    let rest: Vec<_> = events.lines().map(|line| line.expect("reads")).collect();
    assert!(rest.last().is_some_and(|line| line.ends_with("running done")), "{rest:?}");
    assert_eq!(Ran::new(child.wait_with_output().expect("ends")).ok(), "");
}

#[test]
fn ctrl_c_ends_a_loop_of_the_shell_too() {
    let env = TestEnv::new();
    let id = spawn_running(&env);
    let mut shell = env.program("bash");
    shell.args(["-c", r#"while :; do "$ALC" wait "$ID"; echo again; done"#]).env("ID", &id);
    shell.env("ALC", env!("CARGO_BIN_EXE_alc"));
    let mut shell = Terminal::start(shell);
    shell.wait_for("waiting for");
    shell.press(CTRL_C);
    let ended = shell.end();
    died_of(ended.status, libc::SIGINT);
    assert!(!ended.screen.contains("again"), "{ended:?}");
    env.alc(["cancel", &id]).ok();
}

#[test]
fn a_reader_who_leaves_ends_a_client_that_waits() {
    let env = TestEnv::new();
    let paused = env.spawn_paused("return alc.llm('a')");
    let running = spawn_running(&env);
    for (words, last) in [
        (vec!["watch", &paused], "running paused"),
        (vec!["watch", &paused, &running], "paused running"),
        (vec!["log", "--follow", &paused], "? a"),
        (vec!["wait", "--for", "terminal", &paused], ""),
        (vec!["prompt", &running], ""),
        (vec!["result", "--wait", &paused], ""),
    ] {
        let mut command = env.command(words.iter().copied());
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
        let _limit = Limit::of(&child);
        let mut events = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        while !last.is_empty() && !line.trim_end().ends_with(last) {
            line.clear();
            assert_ne!(events.read_line(&mut line).expect("reads"), 0, "it ended");
        }
        // Nothing happens to the sessions from here on.
        drop(events);
        let ran = Ran::new(child.wait_with_output().expect("ends"));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{words:?}");
    }
    env.alc(["cancel", &running]).ok();
}

#[test]
fn a_terminal_that_is_closed_ends_what_waits_in_it() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let watch = wait_on_terminal(&env, &["watch", &id], "paused");
    died_of(watch.close(), libc::SIGHUP);
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
}

#[test]
fn a_verb_that_does_not_wait_dies_without_a_word() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    // It reads what somebody types, and asks nothing of the daemon yet.
    let mut resume = Terminal::showing(Shown::Both, env.command(["resume", &id, "-"]));
    resume.press(b"never sent\n");
    resume.wait_for("never sent");
    kill(resume.pid(), libc::SIGINT);
    let ended = resume.end();
    died_of(ended.status, libc::SIGINT);
    assert!(!ended.screen.contains("alc:"), "{ended:?}");
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
}
