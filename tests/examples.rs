//! The strategies in `examples/` do what their headers say.

use std::path::Path;

use crate::env::TestEnv;

/// Runs an example, answers each of its queries with what `answer` makes of it, and returns the result.
fn run(env: &TestEnv, file: &str, arguments: &[&str], answer: impl Fn(&str) -> String) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(file);
    let path = path.to_str().expect("UTF-8");
    let id = env.alc(["spawn", path].into_iter().chain(arguments.iter().copied())).ok();
    loop {
        let query = env.alc(["prompt", "--id", &id]);
        if query.code == Some(7) {
            return env.alc(["result", &id]).ok();
        }
        let query = query.ok();
        let text = answer(&env.alc(["prompt", &query]).ok());
        env.alc(["resume", &query, &text]).ok();
    }
}

#[test]
fn refine_revises_until_the_critic_is_content() {
    let env = TestEnv::new();
    let result = run(&env, "refine.lua", &["--set", "task=a line"], |prompt| {
        let content = prompt.ends_with("second");
        match prompt.split(' ').next() {
            Some("Write") => "first".to_owned(),
            Some("Name") if content => "DONE".to_owned(),
            Some("Name") => "too short".to_owned(),
            _ => "second".to_owned(),
        }
    });
    assert_eq!(result, r#"{"task":"a line","text":"second"}"#);
}

#[test]
fn the_panel_hears_every_expert_and_decides() {
    let env = TestEnv::new();
    let experts = r#"experts=["a cook","a pilot"]"#;
    let arguments = ["--set", "question=Why?", "--set-json", experts];
    let result = run(&env, "panel.lua", &arguments, |prompt| {
        if prompt.contains("decide") { "so be it" } else { "because" }.to_owned()
    });
    let expected = r#"{"opinions":["a cook: because","a pilot: because"],"question":"Why?","verdict":"so be it"}"#;
    assert_eq!(result, expected);
}

#[test]
fn the_sums_are_judged_by_content_and_brevity() {
    let env = TestEnv::new();
    env.alc(["daemon", "start"]).ok();
    let folder = env.home().join("packages/ask");
    std::fs::create_dir_all(&folder).expect("creates");
    let strategy = "return { run = function(ctx) return alc.llm(ctx.task) end }";
    std::fs::write(folder.join("init.lua"), strategy).expect("writes");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/scenarios/sums.lua");
    let id = env.alc(["eval", path.to_str().expect("UTF-8"), "ask"]).ok();
    for answer in ["4", "It is 9, of course.", "42", "99"] {
        let query = env.alc(["prompt", "--id", &id]).ok();
        env.alc(["resume", &query, answer]).ok();
    }
    env.alc(["result", "--wait", &id]).ok();
    let report = &env.json(["result", &id])[0]["value"];
    assert_eq!(report["name"], "ask:sums");
    let scores: Vec<_> = (0..4).map(|case| &report["results"][case]["score"]).collect();
    assert_eq!(scores, [1.0, 0.875, 1.0, 0.25]);
    assert_eq!(report["aggregated"]["by_tag"]["more digits"]["pass"], 1);
}

#[test]
fn the_digest_merges_until_one_sentence_is_left() {
    let env = TestEnv::new();
    env.file("texts.json", r#"{"texts":["one","two","three","four","five"]}"#);
    let result = run(&env, "digest.lua", &["--ctx", "@texts.json"], |prompt| {
        let parts: Vec<_> =
            prompt.lines().skip(1).map(|line| line.trim_start_matches("- ")).collect();
        parts.concat()
    });
    assert_eq!(result, r#"{"digest":"onetwothreefourfive","levels":3}"#);
    let empty = run(&env, "digest.lua", &["--ctx", r#"{"texts":[]}"#], str::to_owned);
    assert_eq!(empty, r#"{"digest":""}"#);
}
