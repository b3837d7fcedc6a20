//! A daemon whose workers are lost in functions that never return begins anew, and nobody else notices.

use std::{process::Stdio, thread};

use crate::env::{Limit, Ran, TestEnv};

/// It would take longer than anybody lives.
const ENDLESS: &str = "return (('a'):rep(60)):find(('a-'):rep(60) .. 'b')";

#[test]
fn a_daemon_that_has_lost_as_many_workers_as_there_are_cores_begins_anew() {
    let env = TestEnv::new();
    let cores = thread::available_parallelism().map_or(2, usize::from);
    let paused = env.spawn_paused("return alc.llm('a') .. alc.llm('b')");
    let computes = env.spawn("local n = 0 for i = 1, 3e8 do n = n + i % 7 end return n");
    // Nobody answers in between.
    let started = || Some(env.json(["daemon", "status"]).first()?["started_at"].clone());
    let before = started();
    assert!(before.is_some());
    // They hold on to the daemon that goes.
    let follow = |words: &[&str]| {
        let mut command = env.command(words.iter().copied());
        let child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("alc runs");
        (Limit::of(&child), child)
    };
    let watcher = follow(&["watch", &paused, "--json"]);
    let waiter = follow(&["result", "--wait", "-r", &paused]);
    let stuck: Vec<_> = (0..cores).map(|_| env.spawn(ENDLESS)).collect();
    for id in &stuck {
        let failed = env.json(["result", "--wait", id]).remove(0);
        let message = failed["error"]["message"].as_str().expect("a message");
        assert!(message.contains("did not return"), "{message}");
    }
    let limit = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while started().is_none_or(|now| Some(now) == before) {
        assert!(std::time::Instant::now() < limit, "it goes on as it is");
    }
    env.alc(["resume", &paused, "x", "--next"]).ok();
    env.alc(["resume", &paused, "y"]).ok();
    let ends = |(_limit, child): (Limit, std::process::Child)| {
        Ran::new(child.wait_with_output().expect("alc ends"))
    };
    assert_eq!(ends(waiter).ok(), "xy");
    let history = ends(watcher);
    let seqs = history.stdout.lines().map(|line| {
        let event: serde_json::Value = serde_json::from_str(line).expect("JSON");
        event["seq"].as_u64()
    });
    let seqs: Vec<_> = seqs.flatten().collect();
    assert!(history.code == Some(0) && !seqs.is_empty(), "{history:?}");
    assert!(seqs.iter().copied().eq(1..=seqs.len() as u64), "{seqs:?}");
    assert_eq!(env.alc(["result", "--wait", "-r", &computes]).ok(), "900000003");
    // Each of them failed once, and for good.
    for id in &stuck {
        assert_eq!(env.alc(["state", id]).ok(), "failed");
    }
}
