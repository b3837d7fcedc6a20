//! Strategies: packages that `alc advice` runs.

use std::fs;

use crate::env::TestEnv;

fn install(env: &TestEnv, package: &str, source: &str) {
    // So that the data folder is nobody else's.
    env.alc(["daemon", "start"]).ok();
    let folder = env.home().join("packages").join(package);
    fs::create_dir_all(&folder).expect("creates");
    fs::write(folder.join("init.lua"), source).expect("writes");
}

#[test]
fn a_strategy_gets_its_task_and_returns_its_context() {
    let env = TestEnv::new();
    let source = "return { run = function(ctx)
        ctx.result = alc.llm(ctx.task .. ' in ' .. ctx.lang)
        return ctx
    end }";
    install(&env, "review", source);
    let id = env.alc(["advice", "review", "this", "--set", "lang=C", "--set", "task=other"]).ok();
    assert_eq!(env.alc(["prompt", &id]).ok(), "this in C");
    env.kill_daemon();
    install(&env, "review", "error('edited')");
    env.alc(["resume", &id, "fine"]).ok();
    let expected = r#"{"lang":"C","result":"fine","task":"this"}"#;
    assert_eq!(env.alc(["result", "--wait", &id]).ok(), expected);
    assert_eq!(env.json(["state", &id])[0]["kind"], "advice");
    assert!(env.alc(["list", "--kind", "advice", "-q"]).ok().contains(&id));
}

#[test]
fn run_starts_a_strategy_too_and_answers_it() {
    let env = TestEnv::new();
    let source = "return { run = function(ctx) return alc.llm(ctx.task .. ctx.n) end }";
    install(&env, "ask", source);
    let file = env.file("task", "a question\n");
    let task = format!("@{}", file.display());
    let words = ["run", "--strategy", "ask", "--task", &task, "--set", "n=7", "-r", "--", "cat"];
    assert_eq!(env.alc(words).ok(), "a question\n7");
    assert_eq!(env.json(["state", "@"])[0]["kind"], "advice");
}

#[test]
fn what_is_no_strategy_starts_nothing_or_says_so() {
    let env = TestEnv::new();
    install(&env, "tools", "return { helper = 1 }");
    install(&env, "broken", "return return");
    install(&env, "raises", "return { run = function(ctx) error('ctx.task is required') end }");
    assert!(env.alc(["advice", "none", "x"]).fails(4, "unknown_strategy").contains("`none`"));
    let message = env.alc(["advice", "broken", "x"]).fails(1, "does_not_load");
    assert!(message.contains("broken/init.lua") && message.contains(":1:"), "{message}");
    assert_eq!(env.alc(["list", "-q"]).ok(), "");
    for (strategy, message) in [
        ("tools", "'tools' is a library package"),
        ("raises", "[string \"raises/init.lua\"]:1: ctx.task is required"),
    ] {
        let id = env.alc(["advice", strategy]).ok();
        env.alc(["wait", "--for", "terminal", &id]);
        let outcome = env.json(["result", &id]);
        let told = outcome[0]["error"]["message"].as_str().expect("a message").to_owned();
        assert!(told.contains(message), "{told}");
    }
    assert_eq!(env.alc(["advice", "../evil"]).code, Some(2));
}

#[test]
fn a_task_comes_from_stdin_or_a_file_too() {
    let env = TestEnv::new();
    install(&env, "echo", "return { run = function(ctx) return ctx.task end }");
    let file = env.file("task", "from a file\n");
    let file = format!("@{}", file.display());
    for (task, input, expected) in
        [("-", "piped\n", "piped"), (file.as_str(), "", "from a file\n"), ("-7", "", "-7")]
    {
        let id = env.alc_with(["advice", "echo", task], input).ok();
        assert_eq!(env.alc(["result", "--wait", &id]).ok(), format!("{expected:?}"));
    }
}
