//! What a row of the table begins with.

use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant},
};

use rusqlite::Connection;

use crate::{
    env::{Ran, TestEnv},
    service,
    terminal::Terminal,
};

pub(super) const ALC: &str = env!("CARGO_BIN_EXE_alc");

pub(super) fn alc(env: &TestEnv, words: &str) -> Ran {
    env.alc(words.split('|'))
}

/// The newest session is in this state.
pub(super) fn done(env: &TestEnv) {
    env.alc(["spawn", "--wait", "-e", "return 1"]).ok();
}

pub(super) fn failed(env: &TestEnv) {
    env.alc(["spawn", "--wait", "-e", "error('x')"]);
    assert_eq!(env.alc(["state", "@"]).ok(), "failed");
}

pub(super) fn cancelled(env: &TestEnv) {
    paused(env);
    env.alc(["cancel", "@"]).ok();
}

/// Runs `alc advice` where a few strategies are installed.
pub(super) fn advice(env: &TestEnv, words: &str) -> Ran {
    env.alc(["daemon", "start"]).ok();
    for (name, body) in [
        ("echo", "return ctx.task"),
        ("asks", "return alc.llm('?')"),
        ("fails", "error('x')"),
        ("endless", "while true do end"),
        ("broken", "return return"),
    ] {
        package(env, name, &format!("return {{ run = function(ctx) {body} end }}"));
    }
    alc(env, &format!("advice|{words}"))
}

/// A collection of one package, `echo`.
pub(super) fn collection(env: &TestEnv) {
    fs::create_dir_all(env.folder().join("col/echo")).expect("creates");
    env.file("col/echo/init.lua", "return { meta = { version = '1' } }");
}

/// The same, installed.
pub(super) fn installed(env: &TestEnv) {
    collection(env);
    alc(env, "pkg|install|col|--force|-q").ok();
}

/// The test's folder is a project that wants these packages.
pub(super) fn project(env: &TestEnv, packages: &str) {
    env.file("alc.toml", format!("[packages]\n{packages}\n"));
}

pub(super) fn scenario(env: &TestEnv) {
    env.file("quiz.lua", "return {}");
    alc(env, "scenario|install|quiz.lua").ok();
}

/// Puts a package into the user's store.
pub(super) fn package(env: &TestEnv, name: &str, source: &str) {
    let folder = env.home().join("packages").join(name);
    fs::create_dir_all(&folder).expect("creates");
    fs::write(folder.join("init.lua"), source).expect("writes");
}

/// Runs `alc eval` where the same strategies are installed.
pub(super) fn eval(env: &TestEnv, words: &str) -> Ran {
    advice(env, "echo").ok();
    alc(env, &format!("eval|-e|return {{cases = {{{{input = 'x'}}}}}}|{words}"))
}

/// The id of a stored evaluation.
pub(super) fn evaluated(env: &TestEnv) -> String {
    eval(env, "echo|--wait").ok();
    alc(env, "evals|list|-q").ok()
}

/// There are two cards, `a` and `b`, with samples.
pub(super) fn cards(env: &TestEnv) {
    let source = "for _, id in ipairs({'a', 'b'}) do
        alc.card.create{pkg = {name = 'p'}, card_id = id, n = 1}
        alc.card.write_samples(id, {{score = 1}, {score = 0}}) end";
    env.alc(["spawn", "--wait", "-e", source]).ok();
}

pub(super) fn paused(env: &TestEnv) {
    env.alc(["spawn", "--name", "paused", "-e", "return alc.llm('?')"]).ok();
    env.alc(["prompt", "@"]).ok();
}

/// A paused session is in a file.
pub(super) fn exported(env: &TestEnv) {
    paused(env);
    env.alc(["export", "@", "-o", "x.alc"]).ok();
}

pub(super) fn running(env: &TestEnv) {
    env.spawn("while true do end");
}

/// What a live screen leaves that somebody has seen.
pub(super) fn looked_at(env: &TestEnv, verb: &str) -> Ran {
    paused(env);
    let mut terminal = Terminal::start(env.command([verb]));
    terminal.wait_for("paused");
    terminal.press(b"q");
    let ended = terminal.end();
    Ran { code: ended.status.code(), stdout: String::new(), stderr: ended.screen }
}

/// The id of a paused session that cannot be read.
pub(super) fn damaged(env: &TestEnv) -> String {
    let id = env.spawn_paused("return alc.llm('?')");
    env.alc(["daemon", "stop"]).ok();
    let journal = Connection::open(env.home().join("journal.db")).expect("opens");
    let changed = journal.execute("UPDATE session SET chunk = '=other'", []);
    assert_eq!(changed, Ok(1));
    id
}

/// There are two sessions whose ids begin with `k7fq`.
pub(super) fn alike(env: &TestEnv) {
    for _ in 0..2 {
        env.spawn_paused("return alc.llm('?')");
    }
    env.alc(["daemon", "stop"]).ok();
    let journal = Connection::open(env.home().join("journal.db")).expect("opens");
    let changed = journal.execute("UPDATE session SET id = 'k7fq000' || n", []);
    assert_eq!(changed, Ok(2));
}

/// What a command leaves that the newest session's answer command runs.
pub(super) fn while_driven(env: &TestEnv, words: &str) -> Ran {
    let script = format!("{ALC} {words} > out 2> err; echo $? > code; echo x");
    env.alc(["drive", "@", "--", "sh", "-c", &script]).ok();
    let read = |name| fs::read_to_string(env.folder().join(name)).expect("reads");
    Ran { code: read("code").trim().parse().ok(), stdout: read("out"), stderr: read("err") }
}

/// What a daemon in the foreground leaves.
pub(super) fn daemon_that_is_stopped(env: &TestEnv) -> Ran {
    let mut command = env.command(["daemon", "run"]);
    let daemon = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("alc runs");
    let deadline = Instant::now() + Duration::from_mins(1);
    // Nothing may start another one meanwhile.
    while env.daemon_pid().is_none() {
        assert!(Instant::now() < deadline, "there is no daemon");
    }
    alc(env, "daemon|stop").ok();
    Ran::new(daemon.wait_with_output().expect("ends"))
}

/// Installs or uninstalls the daemon where the platform's service manager ends with this status.
pub(super) fn managed(env: &TestEnv, verb: &str, status: u8) -> Ran {
    Ran::new(service::alc(env, status, &["daemon", verb]).output().expect("alc runs"))
}
