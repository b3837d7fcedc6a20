//! A session that has not ended when its deadline passes is cancelled, whatever it is at.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::env::TestEnv;

const HOUR: i64 = 3_600_000;

/// Starts a session with a deadline.
#[track_caller]
fn spawn(env: &TestEnv, deadline: &str, source: &str) -> String {
    env.alc_with(["spawn", "-", "--deadline", deadline], source).ok()
}

/// The same, and waits for its first query.
#[track_caller]
fn spawn_paused(env: &TestEnv, deadline: &str, source: &str) -> String {
    let id = spawn(env, deadline, source);
    env.alc(["prompt", &id]).ok();
    id
}

/// The result of a session whose deadline passed.
#[track_caller]
fn timed_out(env: &TestEnv, id: &str) -> Value {
    let result = env.json(["result", "--wait", id]).remove(0);
    assert_eq!(result["state"], "cancelled", "{result}");
    assert_eq!(result["reason"]["code"], "timeout", "{result}");
    let session = &env.json(["state", id])[0];
    assert!(session["deadline_at"].as_i64() <= result["finished_at"].as_i64(), "{session}");
    result
}

/// Looks at a session, which wakes nobody, until it has ended.
#[track_caller]
fn watch_it_end(env: &TestEnv, id: &str) {
    let patience = Instant::now() + Duration::from_mins(1);
    while env.alc(["state", id]).ok() != "cancelled" {
        assert!(Instant::now() < patience, "it is still {}", env.alc(["state", id]).ok());
    }
}

#[test]
fn a_session_ends_at_its_deadline_whether_it_runs_or_waits() {
    let env = TestEnv::new();
    let running = spawn(&env, "300ms", "while true do pcall(function() end) end");
    let paused = spawn(&env, "300ms", "return alc.llm('a')");
    assert_eq!(timed_out(&env, &running)["state_before"], "running");
    let shown = env.alc(["result", "--wait", &paused]).fails(3, "cancelled");
    assert!(shown.contains("its deadline has passed"), "{shown}");
    timed_out(&env, &paused);
    assert_eq!(env.alc(["state", "--exit-code", &paused]).code, Some(3));
    env.alc(["resume", &paused, "late"]).fails(5, "already_cancelled");
}

#[test]
fn a_session_that_ends_in_time_keeps_its_outcome() {
    let env = TestEnv::new();
    env.move_clock(0);
    let id = spawn_paused(&env, "1h", "return alc.llm('a')");
    let session = &env.json(["state", &id])[0];
    let created = session["created_at"].as_i64().expect("a time");
    assert_eq!(session["deadline_at"].as_i64(), Some(created + HOUR));
    env.alc(["resume", &id, "A"]).ok();
    assert_eq!(env.alc(["result", "--wait", &id]).ok(), r#""A""#);
    env.move_clock(2 * HOUR);
    env.kill_daemon();
    assert_eq!(env.alc(["note", &id, "much later"]).code, Some(0));
    assert_eq!(env.alc(["result", &id]).ok(), r#""A""#);
    let other = env.spawn_paused("return alc.llm('a')");
    assert_eq!(env.json(["state", &other])[0].get("deadline_at"), None);
}

#[test]
fn a_session_that_only_the_journal_knows_ends_at_its_deadline() {
    let env = TestEnv::new();
    env.move_clock(0);
    let id = spawn_paused(&env, "1h", "return alc.llm('a')");
    env.kill_daemon();
    env.move_clock(HOUR - 500);
    env.alc(["daemon", "start"]).ok();
    watch_it_end(&env, &id);
    assert_eq!(timed_out(&env, &id)["state_before"], "paused");
}

#[test]
fn what_is_overdue_when_the_daemon_starts_ends_before_it_runs() {
    let env = TestEnv::new();
    env.move_clock(0);
    let running = spawn(&env, "1h", "while true do end");
    let paused = spawn_paused(&env, "1h", "return alc.llm('a')");
    let later = spawn_paused(&env, "3h", "return alc.llm('a')");
    env.kill_daemon();
    env.move_clock(2 * HOUR);
    env.alc(["daemon", "start"]).ok();
    watch_it_end(&env, &running);
    watch_it_end(&env, &paused);
    assert_eq!(timed_out(&env, &running)["state_before"], "running");
    assert_eq!(timed_out(&env, &paused)["state_before"], "paused");
    let kinds: Vec<Value> =
        env.json(["watch", &running]).into_iter().map(|mut event| event["kind"].take()).collect();
    assert_eq!(kinds, ["spawned", "cancel_requested", "state_transition"]);
    env.alc(["resume", &later, "A"]).ok();
    assert_eq!(env.alc(["result", "--wait", &later]).ok(), r#""A""#);
}

#[test]
fn the_clock_on_the_wall_counts() {
    let env = TestEnv::new();
    env.move_clock(0);
    let ids = [(); 3].map(|()| spawn_paused(&env, "1h", "return alc.llm('a')"));
    env.move_clock(-24 * HOUR);
    env.alc(["resume", &ids[0], "A"]).ok();
    assert_eq!(env.alc(["result", "--wait", &ids[0]]).ok(), r#""A""#);
    // Whoever comes first after the deadline finds the session cancelled, and cancels nothing.
    env.move_clock(2 * HOUR);
    env.alc(["resume", &ids[1], "A"]).fails(5, "already_cancelled");
    assert_eq!(env.alc(["cancel", "--reason", "mine", &ids[2]]).ok(), "");
    for id in &ids[1..] {
        timed_out(&env, id);
    }
}

#[test]
fn a_session_that_was_cancelled_before_its_deadline_keeps_that_reason() {
    let env = TestEnv::new();
    env.move_clock(0);
    let id = spawn_paused(&env, "1h", "return alc.llm('a')");
    assert_eq!(env.alc(["cancel", "--reason", "mine", &id]).ok(), id);
    env.kill_daemon();
    env.move_clock(2 * HOUR);
    env.alc(["note", &id, "much later"]).ok();
    let result = &env.json(["result", &id])[0];
    assert_eq!(result["reason"]["code"], "user", "{result}");
    assert_eq!(result["reason"]["detail"], "mine", "{result}");
}

#[test]
fn a_daemon_waits_for_the_deadline_of_a_paused_session() {
    let env = TestEnv::new();
    let id = spawn_paused(&env, "1h", "return alc.llm('a')");
    env.kill_daemon();
    let alcd = env!("CARGO_BIN_EXE_alcd");
    let mut daemon = env.program(alcd).args(["run", "--idle-exit", "0"]).spawn().expect("runs");
    let patience = Instant::now() + Duration::from_mins(1);
    while env.alc(["daemon", "status"]).code != Some(0) {
        assert!(Instant::now() < patience, "it does not run");
    }
    // It has no patience at all, and is still there: no other one is started.
    assert_eq!(env.alc(["cancel", "--no-start", &id]).ok(), id);
    assert!(daemon.wait().expect("ends").success());
}

#[test]
fn a_spawn_with_another_deadline_is_another_request() {
    let env = TestEnv::new();
    let spawn = |deadline: &str| {
        let words = ["spawn", "-e", "return 1", "--idempotency-key", "k", "--deadline", deadline];
        env.alc(words)
    };
    let id = spawn("1h").ok();
    assert_eq!(spawn("60m").ok(), id);
    spawn("2h").fails(5, "key_in_use");
    env.alc(["spawn", "-e", "return 1", "--deadline", "soon"]).fails(2, "usage");
}
