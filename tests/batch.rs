//! `spawn --batch`: a session for each line of stdin, in order.

use serde_json::{Value, json};

use crate::env::TestEnv;

fn lines(lines: &[Value]) -> String {
    lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_line_starts_a_session_and_ids_come_in_order() {
    let env = TestEnv::new();
    env.file("ask.lua", "return ctx.n");
    let line = |n: u32| json!({"file": "ask.lua", "ctx": {"n": n}, "labels": {"batch": "b1"}});
    let input = lines(&(0..20).map(line).collect::<Vec<_>>());
    let ids = env.alc_with(["spawn", "--batch"], format!("\n{input}\n")).ok();
    let ids: Vec<&str> = ids.lines().collect();
    assert_eq!(ids.len(), 20);
    for (n, id) in ids.iter().enumerate() {
        assert_eq!(env.alc(["result", "--wait", id]).ok(), n.to_string());
    }
    let mut newest: Vec<_> = ids.clone();
    newest.reverse();
    let listed = env.alc(["list", "-q", "-l", "batch=b1"]).ok();
    assert_eq!(listed.lines().collect::<Vec<_>>(), newest);
    assert_eq!(env.alc_with(["spawn", "--batch"], "").ok(), "");
}

#[test]
fn lines_that_are_wrong_are_all_told_and_nothing_starts() {
    let env = TestEnv::new();
    let input = [
        r#"{"e":"return 1"}"#,
        "",
        "no json",
        r#"{"file":"none.lua"}"#,
        r#"{"e":"return 1","deadline":"soon"}"#,
    ];
    let ran = env.alc_with(["spawn", "--batch"], input.join("\n"));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
    let lines: Vec<_> = ran.stderr.lines().collect();
    for (line, begins) in lines.iter().zip([
        "alc: line 3: it is not a JSON object [invalid]",
        "alc: line 4: cannot read none.lua: ",
        "alc: line 5: `deadline`: a duration is ",
        "nothing was started",
    ]) {
        assert!(line.starts_with(begins), "{ran:?}");
    }
    assert_eq!(lines.len(), 4, "{ran:?}");
    assert!(!env.home().exists());
    let line = format!("{{\"e\":\"{}\"}}", "x".repeat(17 << 20));
    env.alc_with(["spawn", "--batch"], line).fails(2, "too_large");
}

#[test]
fn a_line_that_the_daemon_refuses_is_told_and_the_others_start() {
    let env = TestEnv::new();
    let input = [
        r#"{"e":"return 1","name":"a"}"#,
        r#"{"e":"return x x"}"#,
        r#"{"e":"alc.llm('a')","name":"b"}"#,
        r#"{"e":"return 1","name":"b"}"#,
        r#"{"strategy":"none"}"#,
        r#"{"e":"return 2","name":"c"}"#,
    ];
    let ran = env.alc_with(["spawn", "--batch"], input.join("\n"));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let ids: Vec<_> = ran.stdout.lines().collect();
    assert_eq!(ids.len(), 3, "{ran:?}");
    for (id, name) in ids.iter().zip(["a", "b", "c"]) {
        assert_eq!(env.json(["state", id])[0]["name"], name);
    }
    assert_eq!(env.alc(["list", "-q"]).ok().lines().count(), 3);
    let errors: Vec<_> = ran.stderr.lines().filter(|line| line.starts_with("alc: ")).collect();
    for (error, begins, code) in [
        (errors[0], "alc: line 2: -e:1: ", "[does_not_load]"),
        (errors[1], "alc: line 4: the name `b`", "[name_in_use]"),
        (errors[2], "alc: line 5: no package `none`", "[unknown_strategy]"),
    ] {
        assert!(error.starts_with(begins) && error.contains(code), "{error}");
    }
    assert_eq!(errors.len(), 3, "{ran:?}");
}

#[test]
fn the_lines_of_a_batch_may_be_of_every_kind() {
    let env = TestEnv::new();
    env.alc(["daemon", "start"]).ok();
    let package = env.home().join("packages/four");
    std::fs::create_dir_all(&package).expect("creates");
    std::fs::write(package.join("init.lua"), "return {run = function() return '4' end}")
        .expect("writes");
    env.file("quiz.lua", "return {cases = {{input = 'x', expected = '4'}}}");
    let code = "return {cases = {{input = 'x', expected = '5'}}}";
    let input = lines(&[
        json!({"e": "return 1"}),
        json!({"strategy": "four", "task": "x"}),
        json!({"strategy": "four", "scenario": "quiz.lua", "auto_card": true}),
        json!({"strategy": "four", "e": code}),
    ]);
    let ids = env.alc_with(["spawn", "--batch"], input).ok();
    let told: Vec<_> = ids
        .lines()
        .map(|id| {
            env.alc(["result", "--wait", id]).ok();
            let kind = env.json(["state", id])[0]["kind"].clone();
            let value = env.json(["result", id])[0]["value"].clone();
            let card = value.get("card_id").is_some();
            json!([kind, value.pointer("/aggregated/pass_rate").unwrap_or(&value), card])
        })
        .collect();
    let expected = [
        json!(["run", 1, false]),
        json!(["advice", "4", false]),
        json!(["eval", 1.0, true]),
        json!(["eval", 0.0, false]),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_batch_in_json_is_a_session_a_line_and_can_be_sent_again() {
    let env = TestEnv::new();
    let line = |key: &str| json!({"e": "return 1", "idempotency_key": key, "deadline": "1h"});
    let input = lines(&[line("k1"), line("k2")]);
    let ids = |words: &[&str]| {
        let ran = env.alc_with(words.iter().copied(), &input).ok();
        let parse = |line: &str| serde_json::from_str::<Value>(line).expect("JSON");
        ran.lines().map(|line| parse(line)["id"].clone()).collect::<Vec<_>>()
    };
    let first = ids(&["spawn", "--batch", "--json"]);
    assert_eq!(first.len(), 2);
    assert_eq!(ids(&["spawn", "--batch", "--json"]), first);
}
