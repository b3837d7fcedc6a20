//! A session's life through the verbs, undisturbed.

use crate::env::TestEnv;

#[test]
fn a_session_is_spawned_asked_answered_and_tells_its_result() {
    let env = TestEnv::new();
    let file = env.file("ask.lua", "return {answer = alc.llm('2+2 for ' .. ctx.who .. '?')}");
    let id = env.alc(["spawn", "ask.lua", "--set", "who=you"]).ok();
    assert!(file.exists());
    assert_eq!(env.alc(["prompt", &id]).ok(), "2+2 for you?");
    assert_eq!(env.alc(["prompt", "--id", &id]).ok(), format!("{id}.1"));
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
    assert_eq!(env.alc(["resume", &id, "4"]).ok(), "");
    assert_eq!(env.alc(["result", "--wait", &id]).ok(), r#"{"answer":"4"}"#);
    assert_eq!(env.alc(["state", &id]).ok(), "done");
}

#[test]
fn the_answer_loop_of_a_shell_script_works() {
    let env = TestEnv::new();
    let id = env.spawn("local t = {} for i = 1, 3 do t[i] = alc.llm('q' .. i) end return t");
    let alc = env!("CARGO_BIN_EXE_alc");
    let script = format!(
        "while q=$({alc} prompt --id {id}); do {alc} prompt \"$q\" | tr a-z A-Z | {alc} resume \"$q\" - || break; done"
    );
    let status = env.program("/bin/sh").args(["-c", &script]).output().expect("sh runs").status;
    assert!(status.success());
    assert_eq!(env.alc(["result", &id]).ok(), r#"["Q1","Q2","Q3"]"#);
    env.alc(["prompt", &id]).fails(7, "ended");
}

#[test]
fn a_batch_is_answered_in_any_order_and_in_parts() {
    let env = TestEnv::new();
    let source = "return alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}, {prompt = 'c'}})";
    let id = env.spawn_paused(source);
    env.alc(["resume", &format!("{id}.3"), "C"]).ok();
    let session = &env.json(["state", &id])[0];
    assert_eq!(session["pause"]["kind"], "batch");
    assert_eq!(session["pause"]["queries"].as_array().map(Vec::len), Some(2));
    let lines = format!(
        "{{\"query_id\":\"{id}.2\",\"response\":\"B\"}}\n{{\"query_id\":\"{id}.1\",\"response\":\"A\"}}\n"
    );
    env.alc_with(["resume", &id, "--batch"], lines).ok();
    assert_eq!(env.alc(["result", "--wait", &id]).ok(), r#"["A","B","C"]"#);
}

#[test]
fn every_way_to_end_has_its_exit_code() {
    let env = TestEnv::new();
    let failed = env.spawn("error('no luck')");
    let ran = env.alc(["result", "--wait", &failed]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(ran.stderr.contains("stdin:1: no luck"), "{ran:?}");
    assert!(ran.stderr.contains("stack traceback"), "{ran:?}");
    let open = env.spawn_paused("return alc.llm('a')");
    assert_eq!(env.alc(["result", &open]).code, Some(8));
    assert_eq!(env.alc(["state", &open, "--exit-code"]).code, Some(8));
    assert_eq!(env.alc(["cancel", &open, "--reason", "enough"]).ok(), open);
    assert_eq!(env.alc(["cancel", &open]).ok(), "");
    assert_eq!(env.alc(["result", &open]).code, Some(3));
    let result = &env.json(["result", &open])[0];
    assert_eq!(result["reason"]["code"], "user");
    assert_eq!(result["reason"]["detail"], "enough");
    assert_eq!(result["state_before"], "paused");
    assert_eq!(env.alc(["wait", &failed]).code, Some(1));
    assert_eq!(env.alc(["wait", &open]).code, Some(3));
}

#[test]
fn a_watcher_sees_the_same_history_from_any_place() {
    let env = TestEnv::new();
    let id = env.spawn_paused("print('hello') return alc.llm('a')");
    env.alc(["resume", &id, "x"]).ok();
    let whole = env.json(["watch", &id]);
    let seqs: Vec<_> = whole.iter().map(|event| event["seq"].as_u64().expect("a seq")).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
    for after in 0..whole.len() {
        assert_eq!(env.json(["watch", &id, "--after", &after.to_string()]), whole[after..]);
    }
}

#[test]
fn two_runs_of_one_script_in_two_processes_have_equal_histories() {
    let source = "local keys = {} \
         for k in pairs({red = 1, green = 2, blue = 3, cyan = 4, [true] = 5, [2.5] = 6}) do \
           keys[#keys + 1] = tostring(k) end \
         return alc.llm(table.concat(keys, ' '))";
    let histories = [TestEnv::new(), TestEnv::new()].map(|env| {
        let id = env.spawn_paused(source);
        env.alc(["resume", &id, "x"]).ok();
        env.alc(["result", "--wait", &id]).ok();
        env.history(&id)
    });
    assert_eq!(histories[0], histories[1]);
    assert!(!histories[0].is_empty());
}

/// Invariant 1.
#[test]
fn a_session_is_on_disk_before_its_lua_has_run() {
    let env = TestEnv::new();
    let id = env.spawn("while true do end");
    env.kill_daemon();
    assert_eq!(env.alc(["state", &id]).ok(), "running");
    env.alc(["cancel", &id]).ok();
}

/// Invariant 7.
#[test]
fn an_ended_session_can_be_cancelled_and_says_it_had_ended() {
    let env = TestEnv::new();
    let id = env.spawn("return 1");
    env.alc(["result", "--wait", &id]).ok();
    assert_eq!(env.alc(["cancel", &id]).ok(), "");
    assert_eq!(env.alc(["state", &id]).ok(), "done");
    env.alc(["resume", &id, "x"]).fails(5, "not_paused");
    let cancelled = env.spawn_paused("return alc.llm('a')");
    env.alc(["cancel", &cancelled]).ok();
    env.alc(["resume", &cancelled, "x"]).fails(5, "already_cancelled");
    env.alc(["resume", &format!("{cancelled}.1"), "x"]).fails(5, "already_cancelled");
}

/// Invariants 8 and 10.
#[test]
fn an_answer_reaches_the_query_it_names_or_none() {
    let env = TestEnv::new();
    let id = env.spawn_paused("local a = alc.llm('a') return {a, alc.llm('b')}");
    env.alc(["resume", &format!("{id}.2"), "x"]).fails(5, "unknown_query");
    env.alc(["resume", &format!("{id}.1"), "A"]).ok();
    env.alc(["prompt", &id]).ok();
    env.alc(["resume", &format!("{id}.1"), "A"]).ok();
    env.alc(["resume", &format!("{id}.1"), "other"]).fails(5, "stale_query");
    assert_eq!(env.alc(["prompt", &id]).ok(), "b");
    env.alc(["resume", &format!("{id}.2"), "B"]).ok();
    assert_eq!(env.alc(["result", "--wait", &id]).ok(), r#"["A","B"]"#);
    env.alc(["resume", &format!("{id}.1"), "A"]).ok();
    env.alc(["resume", &format!("{id}.2"), "other"]).fails(5, "stale_query");
    env.alc(["resume", &format!("{id}.3"), "C"]).fails(5, "unknown_query");
    assert_eq!(env.alc(["result", &id]).ok(), r#"["A","B"]"#);
}

#[test]
fn a_batch_with_one_bad_answer_stores_none() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}})");
    let lines = format!(
        "{{\"query_id\":\"{id}.1\",\"response\":\"A\"}}\n{{\"query_id\":\"{id}.9\",\"response\":\"X\"}}\n"
    );
    env.alc_with(["resume", &id, "--batch"], lines).fails(5, "unknown_query");
    let session = &env.json(["state", &id])[0];
    assert_eq!(session["pause"]["queries"].as_array().map(Vec::len), Some(2));
}
