//! Verbs that look at several sessions at once.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use crate::env::{Limit, TestEnv};

#[test]
fn each_session_is_told_when_it_gets_there() {
    let env = TestEnv::new();
    let ids = [(); 3].map(|()| env.spawn_paused("return alc.llm('a')"));
    let [first, second, third] = ids.each_ref().map(String::as_str);
    let mut command = env.command(["wait", "--for", "terminal", first, second, third]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
    let _limit = Limit::of(&child);
    let mut told = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    for (id, state) in [(third, "done"), (first, "cancelled"), (second, "done")] {
        let verb = if state == "done" { "resume" } else { "cancel" };
        let words = if state == "done" { vec![verb, id, "x"] } else { vec![verb, id] };
        env.alc(words.iter().copied()).ok();
        let line = told.next().expect("a line").expect("reads");
        assert_eq!(line, format!("{id}\t{state}"));
    }
    assert!(told.next().is_none());
    assert_eq!(child.wait().expect("ends").code(), Some(3));
}

#[test]
fn many_more_sessions_than_fit_a_connection_are_waited_for() {
    let env = TestEnv::new();
    let ids: Vec<_> = (0..150).map(|_| env.spawn("return alc.llm('a')")).collect();
    let words = ["wait", "--for", "prompt"].into_iter().chain(ids.iter().map(String::as_str));
    let told = env.alc(words).ok();
    let mut told: Vec<_> = told.lines().map(str::to_owned).collect();
    let mut expected: Vec<_> = ids.iter().map(|id| format!("{id}\tpaused")).collect();
    told.sort();
    expected.sort();
    assert_eq!(told, expected);
}

#[test]
fn who_is_late_is_named_and_the_others_are_told() {
    let env = TestEnv::new();
    let done = env.spawn("return 1");
    let [one, two] = [(); 2].map(|()| env.spawn_paused("return alc.llm('a')"));
    env.alc(["wait", &done]).ok();
    let words = ["wait", "--for", "terminal", &one, &done, &two, "--timeout", "0"];
    let ran = env.alc(words);
    assert_eq!(ran.code, Some(124), "{ran:?}");
    for id in [&one, &two] {
        let sentence = format!("alc: {id} did not get there in time [timeout]");
        assert!(ran.stderr.contains(&sentence), "{ran:?}");
    }
    assert_eq!(ran.stdout, format!("{done}\tdone\n"));
    assert_eq!(env.alc(["watch", &one, &two, "--timeout", "0"]).code, Some(124));
}

#[test]
fn several_histories_are_watched_each_from_its_place() {
    let env = TestEnv::new();
    let [one, two] = [(); 2].map(|()| env.spawn_paused("return alc.llm('a')"));
    let of = |printed: &str, id: &str| {
        let lines = printed.lines().filter_map(|line| line.strip_prefix(&format!("{id}\t")));
        lines.flat_map(|line| [line, "\n"]).collect::<String>()
    };
    let both = ["watch", &one, &two, "--until", "paused"];
    let printed = env.alc(both).ok();
    for id in [&one, &two] {
        let alone = env.alc(["watch", id, "--until", "paused"]).stdout;
        assert_eq!(of(&printed, id), alone);
    }
    let printed = env.alc([&both[..], &["--after", "2,3"]].concat()).ok();
    for (id, after) in [(&one, "2"), (&two, "3")] {
        let alone = env.alc(["watch", id, "--until", "paused", "--after", after]).stdout;
        assert_eq!(of(&printed, id), alone);
    }
    // One that is named twice is watched once, and one that is not there keeps nobody away.
    let ran = env.alc(["watch", &one, "nobody", &one, "--until", "paused"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert_eq!(of(&ran.stdout, &one), env.alc(["watch", &one, "--until", "paused"]).stdout);
    env.alc(["watch", &one, &two, "--after", "1,2,3"]).fails(2, "usage");
    let events = env.json(["watch", &one, &two, "--until", "paused"]);
    assert!(
        events
            .iter()
            .all(|event| event["session"] == one.as_str() || event["session"] == two.as_str())
    );
    env.alc(["resume", &one, "x"]).ok();
    env.alc(["cancel", &two]).ok();
    assert_eq!(env.alc(["watch", &one, &two]).code, Some(3));
}
