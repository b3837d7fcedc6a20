//! Verbs about many sessions: by label, by time, from a place on; and `spawn --wait`, which is about
//! the one it starts.

use std::{collections::HashSet, process::Stdio};

use crate::env::{Ran, TestEnv};

const ASK: &str = "return alc.llm('a')";

/// Starts a session with a label and waits until it asks or has ended.
fn labelled(env: &TestEnv, label: &str, source: &str) -> String {
    let id = env.alc(["spawn", "-l", label, "-e", source]).ok();
    env.alc(["wait", &id]);
    id
}

fn lines(ran: Ran) -> Vec<String> {
    ran.ok().lines().map(str::to_owned).collect()
}

#[test]
fn cancel_ends_the_live_sessions_that_bear_all_labels() {
    let env = TestEnv::new();
    let both = env.alc(["spawn", "-l", "a=1", "-l", "b=2", "-e", ASK]).ok();
    let one = labelled(&env, "a=1", ASK);
    let done = labelled(&env, "a=1", "return 1");
    let other = labelled(&env, "a=2", ASK);
    let would = env.alc(["cancel", "-l", "a=1", "--dry-run"]);
    assert_eq!(lines(would), [one.clone(), both.clone()]);
    assert_eq!(env.alc(["state", &both]).ok(), "paused");
    let cancelled = env.alc(["cancel", "-l", "a=1", "-l", "b=2", "--reason", "why"]);
    assert_eq!(cancelled.ok(), both);
    assert_eq!(env.alc(["cancel", "-l", "a=1"]).ok(), one);
    // Nothing is left to end, which is what was asked for.
    assert_eq!(env.alc(["cancel", "-l", "a=1"]).ok(), "");
    assert_eq!(env.alc(["cancel", "-l", "no=such"]).ok(), "");
    for (id, state) in [(both, "cancelled"), (one, "cancelled"), (done, "done"), (other, "paused")]
    {
        assert_eq!(env.alc(["state", &id]).ok(), state);
    }
}

#[test]
fn a_dry_run_of_cancel_tells_what_would_be_ended_and_ends_nothing() {
    let env = TestEnv::new();
    let paused = env.spawn_paused(ASK);
    let done = labelled(&env, "a=1", "return 1");
    let ran = env.alc(["cancel", "--dry-run", &paused, &done, &paused[..6], "nobody"]);
    assert_eq!((ran.code, ran.stdout), (Some(4), format!("{paused}\n")));
    assert_eq!(ran.stderr.matches("[not_found]").count(), 2, "{}", ran.stderr);
    assert_eq!(env.alc(["state", &paused]).ok(), "paused");
    let would = env.json(["cancel", "--dry-run", &paused, &done]);
    assert_eq!(
        would.iter().map(|line| line["first"].as_bool()).collect::<Vec<_>>(),
        [Some(true), Some(false)]
    );
    assert!(would.iter().all(|line| line["dry_run"] == true));
    assert_eq!(env.json(["cancel", &done])[0].get("dry_run"), None);
}

#[test]
fn cancel_waits_until_the_sessions_have_ended() {
    let env = TestEnv::new();
    let ids: Vec<_> =
        (0..3).map(|_| env.alc(["spawn", "-l", "a=1", "-e", "while true do end"]).ok()).collect();
    let cancelled = lines(env.alc(["cancel", "-l", "a=1", "--wait", "--timeout", "1m"]));
    assert_eq!(cancelled, ids.iter().rev().cloned().collect::<Vec<_>>());
    for id in &ids {
        assert_eq!(env.alc(["state", id]).ok(), "cancelled");
    }
    assert_eq!(env.alc(["cancel", "--wait", &ids[0]]).ok(), "");
}

#[test]
fn wait_is_about_the_sessions_that_bear_all_labels() {
    let env = TestEnv::new();
    let stderr = env.alc(["wait", "-l", "a=1"]).fails(4, "not_found");
    assert_eq!(stderr, "alc: no session has the label `a=1` [not_found]\n  hint: alc list\n");
    assert!(!env.home().exists());
    let done = labelled(&env, "a=1", "return 1");
    let failed = labelled(&env, "a=1", "error('x')");
    labelled(&env, "a=2", ASK);
    let ran = env.alc(["wait", "-l", "a=1", "--for", "terminal"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.stdout, format!("{failed}\tfailed\n{done}\tdone\n"));
    assert_eq!(env.alc(["wait", "-l", "a=2", "--for", "prompt"]).code, Some(0));
    let stderr = env.alc(["wait", "-l", "a=1", "-l", "a=2"]).fails(4, "not_found");
    assert!(stderr.contains("the labels `a=1` and `a=2`"), "{stderr}");
}

#[test]
fn bulk_verbs_select_as_list_does() {
    let env = TestEnv::new();
    let done = labelled(&env, "a=1", "return 1");
    let failed = labelled(&env, "a=1", "error('x')");
    let paused = labelled(&env, "a=1", ASK);
    let other = labelled(&env, "a=2", ASK);
    let each = ["wait", &done, &failed, &paused, &other];
    env.alc(each);
    let ids = |words: &str| -> Vec<_> {
        let lines = env.alc(words.split(' ')).stdout;
        lines.lines().map(|line| line.split('\t').next().expect("an id").to_owned()).collect()
    };
    let waited = ids("wait --state paused,done --kind run -l a=1");
    assert_eq!(waited, [paused.clone(), done.clone()]);
    let watched = ids("watch -l a=1 --state failed,done --since 1h").into_iter().collect();
    assert_eq!(HashSet::from([done.clone(), failed.clone()]), watched);
    // One that is selected is not told apart from the others.
    assert_eq!(
        env.alc(["watch", "-l", "a=1", "--state", "failed"]).stdout,
        env.alc(["watch", &failed]).stdout
    );
    for verb in ["wait", "watch"] {
        let stderr = env.alc([verb, "--kind", "eval"]).fails(4, "not_found");
        assert!(stderr.contains("these flags select no session"), "{stderr}");
    }
    // Only those that a verb can act on; that there is none is no error.
    let cancelled = ids("cancel --state paused,failed -l a=1");
    assert_eq!(cancelled, [paused.as_str()]);
    assert_eq!(env.alc(["cancel", "--state", "done"]).ok(), "");
    assert_eq!(env.alc(["rm", "--state", "running,paused"]).ok(), "");
    let removed = ids("rm -l a=1 --state done,cancelled,paused");
    assert_eq!(removed, [paused, done]);
    let removed = ids("rm --since 1h");
    assert_eq!(removed, [failed]);
    let left = ids("list -q");
    assert_eq!(left, [other]);
    let removed = ids("rm --kind run");
    assert_eq!(removed, [""; 0]);
}

#[test]
fn more_sessions_than_can_be_watched_are_refused() {
    let env = TestEnv::new();
    for _ in 0..65 {
        env.spawn(ASK);
    }
    let stderr = env.alc(["watch", "--kind", "run"]).fails(2, "usage");
    assert!(stderr.contains("65 sessions are selected; at most 64"), "{stderr}");
}

#[test]
fn wait_may_be_there_before_its_sessions_are() {
    let env = TestEnv::new();
    env.alc(["wait", "later", "--create", "--timeout", "0s"]).fails(124, "timeout");
    let mut command = env.command(["wait", "later", "second", "--create", "--timeout", "2m"]);
    let waiting = command.stdout(Stdio::piped()).spawn().expect("alc runs");
    // Whether it waits by now or not.
    let later = env.alc(["spawn", "--name", "later", "-e", "return 1"]).ok();
    env.kill_daemon();
    let second = env.alc(["spawn", "--name", "second", "-e", "return 1"]).ok();
    // Each as it gets there.
    let mut told = lines(Ran::new(waiting.wait_with_output().expect("ends")));
    told.sort_unstable();
    let mut expected = [format!("{later}\tdone"), format!("{second}\tdone")];
    expected.sort_unstable();
    assert_eq!(told, expected);
    // A wait that was there for certain, since it alone starts the daemon.
    let env = TestEnv::new();
    let mut command = env.command(["wait", "later", "--create", "--timeout", "2m"]);
    let waiting = command.stdout(Stdio::piped()).spawn().expect("alc runs");
    while env.daemon_pid().is_none() {}
    let later = env.alc(["spawn", "--name", "later", "-e", "return 1"]).ok();
    let ran = Ran::new(waiting.wait_with_output().expect("ends"));
    assert_eq!(ran.ok(), format!("{later}\tdone"));
}

#[test]
fn a_list_goes_on_behind_a_session() {
    let env = TestEnv::new();
    let mut ids: Vec<_> = (0..5).map(|_| env.alc(["spawn", "-e", "return 1"]).ok()).collect();
    ids.reverse();
    let listed = |flags: &[&str]| lines(env.alc(["list", "-q"].iter().chain(flags).copied()));
    assert_eq!(listed(&["--limit", "2"]), ids[..2]);
    assert_eq!(listed(&["--limit", "2", "--after", &ids[1]]), ids[2..4]);
    assert_eq!(listed(&["--limit", "2", "--after", &ids[3]]), ids[4..]);
    assert_eq!(listed(&["--after", "@"]), ids[1..]);
    assert!(listed(&["--after", &ids[4]]).is_empty());
    assert_eq!(listed(&["--kind", "run", "--state", "running,done", "--after", &ids[2]]), ids[3..]);
    env.alc(["list", "--after", "nobody"]).fails(4, "not_found");
    TestEnv::new().alc(["list", "--after", "nobody"]).fails(4, "not_found");
}

#[test]
fn a_list_begins_at_a_moment() {
    let env = TestEnv::new();
    let first = labelled(&env, "a=1", "return 1");
    let second = labelled(&env, "a=2", "return 1");
    let created: Vec<_> = env
        .alc(["list"])
        .ok()
        .lines()
        .map(|line| line.split('\t').nth(3).expect("a time").to_owned())
        .collect();
    let listed = |since: &str| lines(env.alc(["list", "-q", "--since", since]));
    assert_eq!(listed(&created[1]), [second.clone(), first.clone()]);
    assert_eq!(listed(&created[0])[0], second);
    assert_eq!(listed("1d"), [second, first]);
    assert!(listed("2999-01-01T00:00:00Z").is_empty());
    let labelled = env.alc(["list", "-q", "--since", &created[1], "-l", "a=1"]);
    assert_eq!(labelled.ok().lines().count(), 1);
    let stderr = env.alc(["list", "--since", "yesterday"]).fails(2, "usage");
    assert!(stderr.contains("2026-01-31T12:00:00Z"), "{stderr}");
}

#[test]
fn spawn_waits_until_its_session_asks_or_has_ended() {
    let env = TestEnv::new();
    let spawn = |flags: &[&str], source: &str| {
        let words = ["spawn", "--wait"].iter().chain(flags).copied();
        env.alc(words.chain(["-e", source]))
    };
    let id = spawn(&[], "return 1").ok();
    assert_eq!(env.alc(["state", &id]).ok(), "done");
    for (source, code, says) in [
        ("error('boom')", 1, "boom [failed]"),
        (ASK, 8, "is paused and has no result yet [pending]"),
    ] {
        let ran = spawn(&[], source);
        let id = ran.stdout.trim_end();
        assert_eq!(ran.code, Some(code));
        assert!(ran.stderr.starts_with(&format!("alc: {id} ")) && ran.stderr.contains(says));
    }
    let ran = spawn(&["--timeout", "1ms"], "while true do end");
    assert_eq!(ran.code, Some(124));
    assert!(ran.stderr.contains("[timeout]"), "{}", ran.stderr);
    env.alc(["cancel", ran.stdout.trim_end()]).ok();
    let ran = spawn(&["--json"], "error('boom')");
    assert!(ran.stdout.starts_with("{\"type\":\"session\"") && ran.stdout.lines().count() == 1);
    assert!(ran.stderr.contains("\"code\":\"failed\""), "{}", ran.stderr);
    let refused = spawn(&[], "no lua");
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""));
}
