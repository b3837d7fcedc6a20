//! `--check`: what would run is loaded, and nothing is started.

use std::{fs, path::Path};

use crate::env::{Ran, TestEnv};

#[test]
fn a_script_that_loads_is_told_and_leaves_no_trace() {
    let env = TestEnv::new();
    env.file("good.lua", "error('not run') while true do end");
    let ran = env.alc(["spawn", "good.lua", "--check", "--no-start"]);
    assert_eq!(ran.stderr, "good.lua loads\n");
    assert_eq!(ran.ok(), "");
    let line = &env.json(["spawn", "good.lua", "--check"])[0];
    assert_eq!(*line, serde_json::json!({"v": 1, "type": "checked", "chunk": "good.lua"}));
    assert_eq!(env.alc_with(["spawn", "-", "--check", "-q"], "return 1").ok(), "");
    assert_eq!(env.alc(["run", "good.lua", "--check", "--", "llm"]).stderr, "good.lua loads\n");
    assert!(!env.home().exists());
}

#[test]
fn a_strategy_is_loaded_and_not_run() {
    let env = TestEnv::new();
    let packages = env.folder().join("packages");
    let check = |name: &str, source: &str| {
        let folder = packages.join(name);
        fs::create_dir_all(&folder).expect("creates");
        fs::write(folder.join("init.lua"), source).expect("writes");
        let mut command = env.command(["advice", name, "a task", "--check"]);
        Ran::new(command.env("ALC_PACKAGES_PATH", &packages).output().expect("alc runs"))
    };
    check("part", "return {n = os.time()}").fails(1, "does_not_load");
    let good = check("good", "local n = require('part').n return {run = function() error(n) end}");
    assert_eq!((good.stderr.as_str(), good.code), ("good loads\n", Some(0)));
    check("asks", "local a = alc.llm('?') return {run = print}").ok();
    for (name, source, told) in [
        ("library", "return {helper = 1}", "'library' is a library package"),
        ("raises", "return {run = nil + 1}", "raises/init.lua\"]:1: attempt to perform"),
        ("lacks", "require('none')", "module 'none' not found"),
        ("broken", "return return", "broken/init.lua"),
    ] {
        let message = check(name, source).fails(1, "does_not_load");
        assert!(message.contains(told), "{message}");
    }
    env.alc(["advice", "none", "--check"]).fails(4, "unknown_strategy");
    assert!(!env.home().exists());
}

#[test]
fn a_scenario_is_made_and_no_case_of_it_is_run() {
    let env = TestEnv::new();
    let packages = env.folder().join("packages");
    for (name, source) in
        [("good", "return {run = function() error('not run') end}"), ("tools", "return {}")]
    {
        let folder = packages.join(name);
        fs::create_dir_all(&folder).expect("creates");
        fs::write(folder.join("init.lua"), source).expect("writes");
    }
    let check = |scenario: &str, strategy: &str| {
        let mut command = env.command(["eval", "-e", scenario, strategy, "--check"]);
        Ran::new(command.env("ALC_PACKAGES_PATH", &packages).output().expect("alc runs"))
    };
    for scenario in [
        "return {cases = {{input = 'x', expected = 'y'}}}",
        "local ef = require('evalframe') \
           return {ef.bind {ef.graders.contains}, cases = {ef.case {input = 'x', expected = 'y'}}}",
        "alc.llm('?') error('not reached')",
    ] {
        let ran = check(scenario, "good");
        assert_eq!((ran.stderr.as_str(), ran.code), ("-e loads\n", Some(0)), "{scenario}");
    }
    for (scenario, told) in [
        ("return {cases = {", "-e:1:"),
        ("return {cases = {{}}}", "case #1 must have an 'input' field"),
        ("return {graders = {'none'}, cases = {{input = 'x'}}}", "unknown grader 'none'"),
        ("return {cases = {}}", "no cases to evaluate"),
        ("return 'none'", "could not resolve scenario 'none'"),
        ("return nil + 1", "-e:1: attempt to perform"),
    ] {
        let message = check(scenario, "good").fails(1, "does_not_load");
        assert!(message.contains(told), "{message}");
    }
    let scenario = "return {cases = {{input = 'x', expected = 'y'}}}";
    assert!(check(scenario, "tools").fails(1, "does_not_load").contains("is a library package"));
    check(scenario, "none").fails(4, "unknown_strategy");
    assert!(!env.home().exists());
}

/// The same words from the daemon and without it.
#[test]
fn what_is_refused_is_refused_in_the_same_words() {
    let env = TestEnv::new();
    env.file("bad.lua", "local x = 1\nreturn x x");
    env.file("alc.toml", "[env");
    env.file("nested.json", format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200)));
    for (words, code, name) in [
        (&["bad.lua"][..], 1, "does_not_load"),
        (&["-e", "return ("], 1, "does_not_load"),
        (&["-e", "return 1", "--ctx", r#"{"env":{"inject":{"A":1}}}"#], 2, "invalid"),
        (&["-e", "return 1", "--ctx", r#"{"env":{"dotenv":"none.env"}}"#], 2, "invalid"),
        (&["-e", "return 1", "--ctx", r#"{"env":{"allow_os":true}}"#], 78, "damaged"),
        (&["-e", "return 1", "--ctx", "@nested.json"], 2, "invalid"),
        (&["none.lua"], 2, "invalid"),
    ] {
        let spawn = |more: &[&str]| env.alc([&["spawn"], words, more].concat());
        let checked = spawn(&["--check"]).fails(code, name);
        assert!(!env.home().exists(), "{checked}");
        assert_eq!(checked, spawn(&[]).fails(code, name));
        env.alc(["daemon", "stop"]).ok();
        if env.home().exists() {
            fs::remove_dir_all(env.home()).expect("removes");
        }
    }
}

#[test]
fn the_program_that_checks_must_be_there_and_answer() {
    let env = TestEnv::new();
    let alone = env.copy_of_program(Path::new(env!("CARGO_BIN_EXE_alc")), "alc");
    let check = || {
        let mut command = env.program(&alone.display().to_string());
        command.args(["spawn", "-e", "return 1", "--check"]).env("PATH", "/nonexistent");
        Ran::new(command.output().expect("alc runs"))
    };
    assert!(check().fails(69, "unreachable").contains("cannot run alcd"));
    env.executable("alcd", "#!/bin/sh\nexit 1\n");
    assert!(check().fails(70, "internal").contains("ended without an answer"));
}

#[test]
fn what_contradicts_a_check_is_refused() {
    let env = TestEnv::new();
    env.alc(["spawn", "-e", "return 1", "--check", "--wait"]).fails(2, "usage");
}
