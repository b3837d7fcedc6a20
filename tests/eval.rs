//! Evaluations: sessions that ask, and what is stored of them.

use std::fs;

use crate::env::TestEnv;

fn write(env: &TestEnv, path: &str, text: &str) {
    // So that the data folder is nobody else's.
    env.alc(["daemon", "start"]).ok();
    let path = env.home().join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("creates");
    fs::write(path, text).expect("writes");
}

/// A data folder with strategies: one asks, one answers by itself, one is none.
fn env() -> TestEnv {
    let env = TestEnv::new();
    let ask = "return { run = function(ctx)
        ctx.result = alc.llm(ctx.task .. ' ' .. (ctx.style or ''))
        return ctx
    end }";
    write(&env, "packages/ask/init.lua", ask);
    write(&env, "packages/four/init.lua", "return { run = function() return '4' end }");
    write(&env, "packages/tools/init.lua", "return { helper = 1 }");
    write(&env, "packages/broken/init.lua", "return return");
    env
}

const QUIZ: &str = "return {
  graders = { 'contains', 'llm_rubric' },
  cases = {
    { name = 'sum', input = '2+2?', expected = '4', tags = { 'math' } },
    { input = 'Capital of France?', expected = 'Paris', rubric = 'Be brief.' },
  },
}";

#[test]
fn an_evaluation_asks_case_by_case_and_outlives_its_daemon() {
    let env = env();
    let quiz = env.file("quiz.lua", QUIZ);
    let quiz = quiz.to_str().expect("UTF-8");
    let id = env.alc(["eval", quiz, "ask", "--set", "style=briefly", "--name", "quiz"]).ok();
    let answers = ["It is 4.", "5", "Paris", "I say 1."];
    let prompts = [
        "2+2? briefly",
        "<response>\nIt is 4.\n",
        "Capital of France? briefly",
        "<rubric>\nBe brief.\n",
    ];
    for (number, (answer, prompt)) in answers.iter().zip(prompts).enumerate() {
        let asked = &env.json(["prompt", "quiz"])[0];
        assert!(asked["prompt"].as_str().expect("a prompt").contains(prompt), "{asked}");
        let judges = number % 2 == 1;
        assert_eq!(asked.get("role").is_some_and(|role| role == "grader"), judges, "{asked}");
        env.kill_daemon();
        // Edited meanwhile: it is evaluated as it was.
        write(&env, "packages/ask/init.lua", "error('edited')");
        fs::write(quiz, "error('edited')").expect("writes");
        env.alc(["resume", &id, answer]).ok();
    }
    assert_eq!(env.alc(["result", "--wait", &id]).code, Some(0));
    let result = &env.json(["result", &id])[0];
    let report = &result["value"];
    assert_eq!(report["name"], "ask:inline");
    assert_eq!(report["aggregated"]["pass_rate"], 0.5, "{report}");
    assert_eq!(report["results"][0]["grades"][1]["grade"], 5);
    assert_eq!(report["failures"][0]["grades"][1]["score"], 0.0);
    assert_eq!(report["results"][1]["response"]["model"], "algocline:ask");
    let state = &env.json(["state", &id])[0];
    assert_eq!((&state["kind"], &state["progress"]["step"]), (&"eval".into(), &2.into()));
    assert_eq!(env.alc(["list", "--kind", "eval", "-q"]).ok(), id);

    let eval_id = report["eval_id"].as_str().expect("an id");
    env.alc(["daemon", "stop"]).ok();
    let listed = &env.json(["evals", "list"])[0];
    assert_eq!(listed["eval_id"], eval_id);
    assert_eq!(
        (&listed["passed"], &listed["total_cases"], &listed["llm_calls"]),
        (&1.into(), &2.into(), &4.into())
    );
    assert_eq!(env.alc(["evals", "list", "-q"]).ok(), eval_id);
    let row = env.alc(["evals", "list", "--strategy", "ask", "--limit", "1"]).ok();
    let row: Vec<_> = row.split('\t').collect();
    assert_eq!((row[0], row[1], row[3], row[4], row[5]), (eval_id, "ask", "1", "2", "0.750"));
    assert_eq!(env.alc(["evals", "list", "--strategy", "other"]).ok(), "");
    let shown = env.alc(["evals", "show", eval_id]).ok();
    assert!(shown.starts_with("ask:inline: 1 of 2 passed (50.0%)\n"), "{shown}");
    assert!(
        shown.contains("input: Capital of France?\n  expected: Paris\n  answer: Paris\n"),
        "{shown}"
    );
    assert_eq!(&env.json(["evals", "show", eval_id])[0]["report"], report);
    assert_eq!(env.alc(["daemon", "status"]).code, Some(69));
}

#[test]
fn the_card_of_an_evaluation_is_found_and_tells_of_it() {
    let env = env();
    let earlier =
        "return alc.card.create{pkg = {name = 'ask'}, card_id = 'base', stats = {pass_rate = 0.0}}";
    let made = env.alc(["spawn", "-e", earlier]).ok();
    env.alc(["result", "--wait", &made]).ok();
    let quiz = env.file("quiz.lua", QUIZ);
    let quiz = quiz.to_str().expect("UTF-8");
    let id = env.alc(["eval", quiz, "ask", "--auto-card", "--name", "quiz"]).ok();
    for answer in ["It is 4.", "5", "Paris", "I say 1."] {
        env.alc(["prompt", "quiz"]).ok();
        env.alc(["resume", "quiz", answer]).ok();
    }
    env.alc(["result", "--wait", &id]).ok();
    let report = env.json(["result", &id])[0]["value"].clone();
    let card_id = report["card_id"].as_str().expect("an id");
    env.alc(["daemon", "stop"]).ok();

    let shown = &env.json(["card", "show", card_id])[0]["card"];
    assert_eq!((&shown["card_id"], &shown["schema_version"]), (&card_id.into(), &"card/v0".into()));
    assert_eq!(shown["pkg"]["name"], "ask");
    assert_eq!(shown["scenario"], serde_json::json!({"name": "inline", "case_count": 2}));
    let stats = serde_json::json!({
        "pass_rate": 0.5, "mean_score": 0.75, "n": 2, "passed": 1,
        "by_grader": {
            "contains": {"n": 2, "mean": 1.0, "weight": 1.0},
            "llm_rubric": {"n": 2, "mean": 0.5, "weight": 1.0},
        },
        "by_bucket": {"math": {"n": 1, "pass": 1, "fail": 0, "rate": 1.0, "mean": 1.0}},
    });
    assert_eq!(shown["stats"], stats);
    let file = env.home().join(format!("cards/ask/{card_id}.toml"));
    let text = fs::read_to_string(file).expect("is there");
    assert_eq!(env.alc(["card", "show", card_id]).stdout, text);
    let found = |place: &str| env.alc(["card", "find", "--where", place, "-q"]).ok();
    assert_eq!(found(r#"{"stats":{"pass_rate":{"gte":0.5}}}"#), card_id);
    assert_eq!(found(r#"{"scenario":{"name":"inline"}}"#), card_id);
    assert_eq!(found(r#"{"stats":{"passed":0}}"#), "");
    let best = env.alc(["card", "find", "--pkg", "ask", "--order-by", "-stats.pass_rate", "-q"]);
    assert_eq!(best.ok(), format!("{card_id}\nbase"));
    let samples = env.alc(["card", "samples", card_id]).ok();
    let samples: Vec<serde_json::Value> =
        samples.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(serde_json::Value::from(samples), report["results"]);
    let lineage = &env.json(["card", "lineage", card_id])[0];
    assert_eq!((&lineage["root"], &lineage["nodes"][0]["pkg"]), (&card_id.into(), &"ask".into()));
    assert_eq!(lineage["nodes"][0]["stats"], stats);
    env.alc(["card", "alias", "best", card_id]).ok();
    assert_eq!(env.json(["card", "alias"])[0]["card_id"], card_id);
    assert_eq!(env.alc(["daemon", "status"]).code, Some(69));
}

#[test]
fn a_scenario_is_a_file_a_name_or_code() {
    let env = env();
    write(&env, "scenarios/sums.lua", "return { cases = { { input = '2+2?', expected = '4' } } }");
    let named =
        env.file("own.lua", "return { name = 'own', cases = { { input = 'x', expected = '4' } } }");
    let code = "return { cases = { { input = '2+2?', expected = '4' } } }";
    for (words, input, name) in [
        (&["eval", "sums", "four"][..], "", "four:sums"),
        (&["eval", named.to_str().expect("UTF-8"), "four"], "", "four:own"),
        (&["eval", "./own.lua", "four"], "", "four:own"),
        (&["eval", "-", "four"], code, "four:inline"),
        (&["eval", "-e", code, "four"], "", "four:inline"),
        (&["eval", "four", "-e", "return 'sums'"], "", "four:sums"),
    ] {
        let id = env.alc_with(words.iter().copied(), input).ok();
        env.alc(["result", "--wait", &id]).ok();
        assert_eq!(env.json(["result", &id])[0]["value"]["name"], name, "{words:?}");
    }
}

#[test]
fn what_cannot_be_evaluated_starts_nothing_or_says_so() {
    let env = env();
    let code = "return { cases = { { input = 'x' } } }";
    write(&env, "scenarios/odd.lua", "return return");
    for (words, code, name) in [
        (&["eval", "-e", code, "none"][..], 4, "unknown_strategy"),
        (&["eval", "-e", code, "broken"], 1, "does_not_load"),
        (&["eval", "none", "four"], 4, "unknown_scenario"),
        (&["eval", "odd", "four"], 1, "does_not_load"),
        (&["eval", "./none.lua", "four"], 2, "invalid"),
        (&["eval", "-e", "return return", "four"], 1, "does_not_load"),
        (&["eval", "-e", " ", "four"], 2, "invalid"),
        (&["eval", "-e", code, "four", "--ctx", "[]"], 2, "invalid"),
        (&["eval", "--check", "-e", code, "tools"], 1, "does_not_load"),
        (&["eval", "--check", "none", "four"], 4, "unknown_scenario"),
    ] {
        env.alc(words.iter().copied()).fails(code, name);
    }
    assert_eq!(env.alc(["eval", "../odd", "four"]).code, Some(2));
    assert_eq!(env.alc(["eval", "four"]).code, Some(2));
    assert_eq!(env.alc(["eval", "--check", "-e", code, "four"]).ok(), "");
    assert_eq!(env.alc(["list", "-q"]).ok(), "");
    for (source, strategy, message) in [
        (code, "tools", "'tools' is a library package"),
        ("error('no luck')", "four", "-e:1: no luck"),
        ("return alc.none()", "four", "-e:1: attempt to call a nil value"),
        ("return 5", "four", "alc.eval: scenario must be a string or table, got number"),
        ("local x", "four", "alc.eval: scenario is required"),
        ("return {}", "four", "no cases to evaluate"),
        (
            "return { graders = {'x'}, cases = {{input = 'x'}} }",
            "four",
            "alc.eval: unknown grader 'x'",
        ),
        ("return 'none'", "four", "alc.eval: could not resolve scenario 'none'"),
    ] {
        let id = env.alc(["eval", "-e", source, strategy]).ok();
        env.alc(["wait", "--for", "terminal", &id]);
        let outcome = &env.json(["result", &id])[0];
        let told = outcome["error"]["message"].as_str().expect("a message");
        assert!(told.contains(message), "{source}: {told}");
    }
    assert_eq!(env.alc(["evals", "list"]).ok(), "");
    env.alc(["evals", "show", "none"]).fails(4, "not_found");
    env.alc(["evals", "show", "../x"]).fails(4, "not_found");
    env.alc(["evals", "compare", "a", "b"]).fails(4, "not_found");
}

#[test]
fn a_scenario_that_goes_wrong_is_cancelled_or_counted() {
    let env = env();
    let endless = env.alc(["eval", "-e", "while true do end", "four"]).ok();
    env.alc(["cancel", "--wait", &endless]).ok();
    let grader =
        "return { cases = { { input = 'x' } }, graders = { function() while true do end end } }";
    let endless = env.alc(["eval", "-e", grader, "four"]).ok();
    env.alc(["cancel", "--wait", &endless]).ok();
    assert_eq!(env.alc(["result", &endless]).code, Some(3));
    let raising = "return { cases = { { input = 'x' } }, graders = { function() error({}) end, 'contains' } }";
    let id = env.alc(["eval", "-e", raising, "four"]).ok();
    env.alc(["result", "--wait", &id]).ok();
    let report = &env.json(["result", &id])[0]["value"];
    assert_eq!(
        report["results"][0]["grades"][0]["error"].as_str().map(|text| text.starts_with("table: ")),
        Some(true)
    );
    let many = "local cases = {}
        for i = 1, 1000 do cases[i] = { input = 'case ' .. i, expected = i % 2 == 0 and '4' or '5', tags = { 't' .. i % 10 } } end
        return { cases = cases }";
    let id = env.alc(["eval", "-e", many, "four"]).ok();
    env.alc(["result", "--wait", &id]).ok();
    let report = &env.json(["result", &id])[0]["value"];
    assert_eq!(
        (report["aggregated"]["total"].as_i64(), report["aggregated"]["pass_rate"].as_f64()),
        (Some(1000), Some(0.5))
    );
    assert_eq!(report["aggregated"]["by_tag"].as_object().expect("tags").len(), 10);
    let long = "local text = ('x'):rep(20000) local cases = {}
        for i = 1, 500 do cases[i] = { input = 'x', expected = '5' } end
        return { provider = function() return { text = '4', raw = text } end, cases = cases }";
    let id = env.alc(["eval", "-e", long, "four"]).ok();
    env.alc(["result", "--wait", &id]).ok();
    let report = &env.json(["result", &id])[0]["value"];
    assert_eq!(
        (&report["raw_omitted"], &report["aggregated"]["total"]),
        (&true.into(), &500.into())
    );
}

#[test]
fn two_stored_evaluations_are_compared_once() {
    let env = env();
    let scenario = |good: u32| {
        format!(
        "local cases = {{}} for i = 1, 20 do cases[i] = {{ input = 'x', expected = i <= {good} and '4' or '5' }} end
         return {{ cases = cases }}")
    };
    let evaluate = |good: u32| {
        let id = env.alc(["eval", "-e", &scenario(good), "four"]).ok();
        env.alc(["result", "--wait", &id]).ok();
        env.json(["result", &id])[0]["value"]["eval_id"].as_str().expect("an id").to_owned()
    };
    let (good, bad, alike) = (evaluate(19), evaluate(2), evaluate(18));
    let compared = &env.json(["evals", "compare", &good, &bad])[0];
    assert_eq!(compared["comparison"]["winner"], "a", "{compared}");
    assert_eq!(compared["comparison"]["welch_t"]["direction"], "a>b");
    assert_eq!(
        (&compared["a"]["eval_id"], &compared["b"]["scores"]["n"]),
        (&good.as_str().into(), &20.into())
    );
    let text = env.alc(["evals", "compare", &bad, &good]).ok();
    assert!(
        text.starts_with(&format!("{good} is better than {bad}: mean 0.100 and 0.950, t = ")),
        "{text}"
    );
    assert_eq!(env.json(["evals", "compare", &good, &alike])[0]["comparison"]["winner"], "none");
    let kept = env.home().join(format!("evals/compare_{good}_vs_{bad}.json"));
    let text = fs::read_to_string(&kept).expect("reads").replace("is better than", "beats");
    fs::write(&kept, text).expect("writes");
    assert!(env.alc(["evals", "compare", &good, &bad]).ok().contains("beats"));
    fs::write(&kept, "{").expect("writes");
    assert!(env.alc(["evals", "compare", &good, &bad]).ok().contains("is better than"));
    let listed: Vec<_> = env.alc(["evals", "list", "-q"]).ok().lines().map(str::to_owned).collect();
    assert_eq!(listed, [alike, bad, good.clone()]);
    fs::write(env.home().join(format!("evals/{good}.json")), "{").expect("writes");
    env.alc(["evals", "show", &good]).fails(78, "damaged");
    fs::write(env.home().join(format!("evals/{good}.meta.json")), "{").expect("writes");
    assert_eq!(env.alc(["evals", "list", "-q"]).ok().lines().count(), 2);
}
