//! What a script may return and ask: anything with a JSON form, up to a size.

use serde_json::Value;

use crate::env::TestEnv;

/// The error of a session that must fail.
#[track_caller]
fn failure(env: &TestEnv, source: &str) -> Value {
    let id = env.spawn(source);
    let ran = env.alc(["result", "--wait", "--json", &id]);
    assert_eq!(ran.code, Some(1), "{source}: {ran:?}");
    let result: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(result["state"], "failed");
    let shown = env.alc(["result", &id]).fails(1, "failed");
    assert!(shown.starts_with(&format!("alc: {id} failed: ")), "{shown}");
    result["error"].clone()
}

#[test]
fn a_number_that_json_lacks_is_null() {
    let env = TestEnv::new();
    let id = env.spawn("return {nan = 0/0, inf = math.huge, neg = -math.huge, one = 1.0}");
    let expected = r#"{"inf":null,"nan":null,"neg":null,"one":1.0}"#;
    assert_eq!(env.alc(["result", "--wait", &id]).ok(), expected);
    let id = env.spawn("return 0/0");
    assert_eq!(env.alc(["result", "--wait", &id]).ok(), "null");
}

#[test]
fn a_result_without_a_json_form_fails_its_session() {
    let env = TestEnv::new();
    for (source, why) in [
        ("return print", "function"),
        ("return {a = {b = print}}", "function"),
        ("local t = {} t.t = t return t", "recursive"),
        ("return {[true] = 1}", "key"),
        ("return {[{}] = 1}", "key"),
        ("return '\\xff'", "UTF-8"),
        ("return {['\\xff'] = 1}", "UTF-8"),
        ("local t = {} for i = 1, 200 do t = {t} end return t", "nested"),
    ] {
        let error = failure(&env, source);
        assert_eq!(error["kind"], "other", "{source}: {error}");
        assert!(error["message"].as_str().is_some_and(|text| text.contains(why)), "{error}");
    }
}

#[test]
fn a_result_may_have_16_mib_and_no_more() {
    let env = TestEnv::new();
    let id = env.spawn("return ('x'):rep((16 << 20) - 2)");
    assert_eq!(env.alc(["result", "--wait", &id]).ok().len(), 16 << 20);
    let error = failure(&env, "return ('x'):rep((16 << 20) - 1)");
    assert_eq!(error["kind"], "other");
    assert!(error["message"].as_str().is_some_and(|text| text.contains("limit")), "{error}");
}

#[test]
fn a_question_over_a_limit_raises_an_error_that_can_be_caught() {
    let env = TestEnv::new();
    for (call, why) in [
        ("alc.llm, ('x'):rep(17 << 20)", "over the limit"),
        ("alc.llm, 'a', {system = ('x'):rep(17 << 20)}", "over the limit"),
        ("alc.llm, '\\xff'", "UTF-8"),
        ("alc.llm_batch, many(10001)", "over the limit of 10000"),
        ("alc.llm_batch, {}", "empty"),
    ] {
        let source = format!(
            "local function many(n) local t = {{}} for i = 1, n do t[i] = {{prompt = 'a'}} end return t end \
             local ok, why = pcall({call}) return {{ok, type(why), why}}"
        );
        let id = env.spawn(&source);
        let value = env.alc(["result", "--wait", &id]).ok();
        assert!(value.starts_with(r#"[false,"string","#) && value.contains(why), "{value}");
        let calls = &env.json(["state", &id])[0]["usage"]["llm_calls"];
        assert_eq!(calls, 0, "nothing was asked");
    }
    let error = failure(&env, "alc.llm(('x'):rep(17 << 20))");
    assert_eq!(error["kind"], "lua_error");
}

#[test]
fn the_largest_batch_is_asked_and_answered() {
    let env = TestEnv::new();
    let source = "local t = {} for i = 1, 10000 do t[i] = {prompt = 'q' .. i} end \
                  return #alc.llm_batch(t)";
    let id = env.spawn_paused(source);
    let prompts = env.alc(["prompt", "--all", &id]).ok();
    assert_eq!(prompts.matches('\0').count(), 10_000);
    let line = |number| format!("{{\"query_id\":\"{id}.{number}\",\"response\":\"x\"}}");
    let lines: Vec<_> = (1..=10_000).map(line).collect();
    env.alc_with(["resume", &id, "--batch"], lines.join("\n")).ok();
    assert_eq!(env.alc(["result", "--wait", &id]).ok(), "10000");
}

#[test]
fn the_longest_question_and_answer_pass() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return #alc.llm(('x'):rep((16 << 20) - 64))");
    assert_eq!(env.alc(["prompt", &id]).ok().len(), (16 << 20) - 64);
    let answer = "y".repeat(16 << 20) + "\n";
    env.alc_with(["resume", &id, "-"], answer).ok();
    assert_eq!(env.alc(["result", "--wait", &id]).ok(), (16 << 20).to_string());
}

#[test]
fn a_session_asks_no_more_queries_than_it_may() {
    let env = TestEnv::new();
    let source = "local n = 0 while true do alc.llm('q' .. n) n = n + 1 end";
    for (ctx, limit) in [("{}", "2"), (r#"{"budget":{"max_llm_calls":2}}"#, "9")] {
        let words = ["spawn", "-", "--ctx", ctx, "--max-llm-calls", limit];
        let id = env.alc_with(words, source).ok();
        for _ in 0..2 {
            env.alc(["prompt", &id]).ok();
            env.kill_daemon();
            env.alc(["resume", &id, "x"]).ok();
        }
        let result = &env.json(["result", "--wait", &id])[0];
        assert_eq!(result["error"]["kind"], "budget", "{result}");
        let message = result["error"]["message"].as_str().expect("a text");
        assert!(message.starts_with("budget_exceeded: max_llm_calls (2 of 2 used)"), "{message}");
        assert_eq!(env.json(["state", &id])[0]["usage"]["llm_calls"], 2);
    }
    let left = "return alc.budget_remaining().llm_calls";
    let id = env.alc(["spawn", "-e", left, "--max-llm-calls", "0"]).ok();
    assert_eq!(env.alc(["result", "--wait", &id]).ok(), "0");
}

/// A page of sessions fits a message, whatever they ask.
#[test]
fn many_sessions_with_long_questions_are_listed() {
    let env = TestEnv::new();
    let mut ids: Vec<_> =
        (0..4).map(|_| env.spawn_paused("return alc.llm(('x'):rep(6 << 20))")).collect();
    ids.reverse();
    assert_eq!(env.alc(["list", "-q"]).ok().lines().collect::<Vec<_>>(), ids);
    assert_eq!(env.json(["list", "--limit", "3"]).len(), 3);
}

#[test]
fn a_history_at_its_limit_ends_its_session_and_takes_no_more() {
    let env = TestEnv::new();
    let mut daemon = env.start_daemon("history.longest=return(40)");
    let other = env.spawn_paused("return alc.llm('a') .. alc.llm('b')");
    for source in [
        "while true do print('x') end",
        "while true do alc.llm('x') end",
        "while true do alc.state.set('n', 1) print('x') end",
    ] {
        let id = env.spawn(source);
        while env.alc(["prompt", &id]).code == Some(0) {
            env.alc(["resume", &id, "y"]).ok();
        }
        let error = env.json(["result", "--wait", &id]).remove(0)["error"].clone();
        assert_eq!(error["kind"], "engine_error", "{error}");
        let message = error["message"].as_str().expect("a message");
        assert_eq!(message, "the history is over its limit of 40 entries");
        let history = env.json(["watch", &id]);
        // Its end follows.
        let places: Vec<_> = history.iter().filter_map(|event| event["seq"].as_u64()).collect();
        assert!(
            places.len() >= 40 && places.iter().copied().eq(1..=places.len() as u64),
            "{places:?}"
        );
        let stderr = env.alc(["note", &id, "more"]).fails(2, "too_large");
        assert!(stderr.contains("limit of 40 entries"), "{stderr}");
        assert_eq!(env.json(["watch", &id]), history);
    }
    // Nobody else has to do with it.
    env.alc(["resume", &other, "x", "--next"]).ok();
    env.alc(["note", &other, "fits"]).ok();
    env.alc(["resume", &other, "y"]).ok();
    assert_eq!(env.alc(["result", "--wait", "-r", &other]).ok(), "xy");
    // What notes have filled up can still be answered and cancelled.
    let noted = env.spawn_paused("return alc.llm('a')");
    while env.alc(["note", &noted, "x"]).code == Some(0) {}
    env.alc(["resume", &noted, "x"]).ok();
    assert_eq!(env.alc(["result", "--wait", "-r", &noted]).ok(), "x");
    env.alc(["daemon", "stop"]).ok();
    daemon.wait().expect("ends");
}
