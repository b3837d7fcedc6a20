//! Many at once.

use std::{collections::BTreeSet, process::Stdio};

use crate::env::TestEnv;

#[test]
fn twenty_clients_that_start_at_once_make_one_daemon_and_twenty_sessions() {
    let env = TestEnv::new();
    env.file("ask.lua", "return alc.llm('a')");
    let clients: Vec<_> = (0..20)
        .map(|_| {
            let mut command = env.command(["spawn", "ask.lua"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("alc runs")
        })
        .collect();
    let ids: BTreeSet<String> = clients
        .into_iter()
        .map(|client| {
            let output = client.wait_with_output().expect("alc ends");
            assert!(output.status.success(), "{output:?}");
            String::from_utf8(output.stdout).expect("UTF-8").trim_end().to_owned()
        })
        .collect();
    assert_eq!(ids.len(), 20);
    assert_eq!(env.alc(["list", "-q"]).ok().lines().count(), 20);
    let log = std::fs::read_to_string(env.home().join("alcd.log")).expect("a log");
    assert_eq!(log.matches(" serves ").count(), 1, "{log}");
}

/// Invariants 4 and 6.
#[test]
fn eight_waiters_and_eight_watchers_are_all_told_the_same() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let start = |arguments: [&str; 3]| {
        let mut command = env.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("alc runs")
    };
    let clients: Vec<_> = (0..8)
        .flat_map(|_| [start(["result", "--wait", &id]), start(["watch", "--json", &id])])
        .collect();
    env.alc(["resume", &id, "x"]).ok();
    let mut told: Vec<BTreeSet<Vec<u8>>> = vec![BTreeSet::new(); 2];
    for (place, client) in clients.into_iter().enumerate() {
        let output = client.wait_with_output().expect("alc ends");
        assert!(output.status.success(), "{output:?}");
        told[place % 2].insert(output.stdout);
    }
    assert_eq!((told[0].len(), told[1].len()), (1, 1));
    assert_eq!(told[0].first().map(Vec::as_slice), Some(b"\"x\"\n".as_slice()));
}

#[test]
fn an_answer_and_a_cancel_that_race_leave_one_outcome() {
    let env = TestEnv::new();
    for _ in 0..10 {
        let id = env.spawn_paused("return alc.llm('a')");
        let start = |arguments: &[&str]| {
            let mut command = env.command(arguments.iter().copied());
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("alc runs")
        };
        let mut answer = start(&["resume", &format!("{id}.1"), "x"]);
        let mut cancel = start(&["cancel", &id]);
        let answered = answer.wait().expect("ends").code();
        assert_eq!(cancel.wait().expect("ends").code(), Some(0));
        env.alc(["wait", "--for", "terminal", &id]);
        let state = env.alc(["state", &id]).ok();
        match answered {
            // Answered first: the script may have returned before the cancel came.
            Some(0) => assert!(state == "done" || state == "cancelled", "{state}"),
            _ => assert_eq!((answered, state.as_str()), (Some(5), "cancelled")),
        }
    }
}
