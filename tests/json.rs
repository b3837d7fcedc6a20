//! `--json`: every line is an object with its format, its type, and the members that scripts may
//! rely on, no more and no fewer.

use serde_json::Value;

use crate::env::TestEnv;

/// The names of an object's members, in alphabetical order.
#[track_caller]
fn names(value: &Value) -> String {
    let members = value.as_object().unwrap_or_else(|| panic!("no object: {value}"));
    members.keys().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Asserts a line's type and members; `v` and `type` are in every line.
#[track_caller]
fn is(line: &Value, kind: &str, members: &str) {
    assert_eq!(line["v"], 1, "{line}");
    assert_eq!(line["type"], kind, "{line}");
    let mut expected: Vec<_> = members.split_whitespace().chain(["type", "v"]).collect();
    expected.sort_unstable();
    assert_eq!(names(line), expected.join(" "), "{line}");
}

/// The one line that a command prints.
#[track_caller]
fn line<const N: usize>(env: &TestEnv, arguments: [&str; N]) -> Value {
    let mut lines = env.json(arguments);
    assert_eq!(lines.len(), 1, "{arguments:?}: {lines:?}");
    lines.remove(0)
}

const SESSION: &str = "id kind state seq created_at changed_at labels usage log";
const EVERYTHING: &str = "return alc.llm('2+2?', {system = 's', max_tokens = 9, role = 'grader', \
    grounded = true, underspecified = true, cache_breakpoint = 'c'})";

#[track_caller]
fn is_session(session: &Value, state: &str, more: &str) {
    is(session, "session", &format!("{SESSION} {more}"));
    assert_eq!(session["state"], state);
    assert_eq!(session["kind"], "run");
    assert_eq!(session["labels"], serde_json::json!({}));
    assert_eq!(names(&session["usage"]), "completion_tokens llm_calls prompt_tokens source");
    let times = [&session["created_at"], &session["changed_at"]].map(Value::as_i64);
    assert!(times[0] > Some(1_700_000_000_000) && times[0] <= times[1], "{session}");
}

#[test]
fn a_session_is_shown_alike_by_every_verb() {
    let env = TestEnv::new();
    let spawned = line(&env, ["spawn", "-e", EVERYTHING]);
    // It may ask at once.
    let more = if spawned["state"] == "paused" { "pause" } else { "" };
    is(&spawned, "session", &format!("{SESSION} {more}"));
    let id = spawned["id"].as_str().expect("an id").to_owned();
    let waited = line(&env, ["wait", "--for", "prompt", &id]);
    is_session(&waited, "paused", "pause");
    assert_eq!(line(&env, ["state", &id]), waited);
    assert_eq!(line(&env, ["list"]), waited);
    assert_eq!(waited["id"], id.as_str());
    assert_eq!(waited["usage"]["llm_calls"], 1);
    let pause = &waited["pause"];
    assert_eq!(names(pause), "kind paused_at queries");
    assert_eq!(pause["kind"], "single");
    let query = serde_json::json!({
        "query_id": format!("{id}.1"), "prompt": "2+2?", "system": "s", "max_tokens": 9,
        "role": "grader", "grounded": true, "underspecified": true, "cache_breakpoint": "c",
    });
    assert_eq!(pause["queries"], serde_json::json!([query]));
    env.alc(["resume", &id, "4"]).ok();
    is_session(&line(&env, ["wait", &id]), "done", "");
}

#[test]
fn what_a_query_leaves_out_is_missing() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let queries = &line(&env, ["state", &id])["pause"]["queries"];
    assert_eq!(names(&queries[0]), "max_tokens prompt query_id");
    is(&line(&env, ["prompt", &id]), "query", "query_id prompt max_tokens");
}

#[test]
fn prompt_prints_each_query_as_a_line() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm_batch({{prompt = 'a'}, {prompt = 'b\\n'}})");
    let queries = env.json(["prompt", "--all", &id]);
    for (number, (query, prompt)) in (1..).zip(queries.iter().zip(["a", "b\n"])) {
        is(query, "query", "query_id prompt max_tokens");
        assert_eq!(query["query_id"], format!("{id}.{number}"));
        assert_eq!(query["prompt"], prompt);
    }
    assert_eq!(queries.len(), 2);
    assert_eq!(line(&env, ["prompt", &format!("{id}.2")]), queries[1]);
    assert_eq!(line(&env, ["prompt", "--id", &id]), queries[0]);
}

#[test]
fn resume_says_what_became_of_each_answer() {
    let env = TestEnv::new();
    let source = "local t = alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}}) return alc.llm('c')";
    let id = env.spawn_paused(source);
    let resumed = line(&env, ["resume", &id, "A"]);
    is(&resumed, "resumed", "session state answers");
    assert_eq!(resumed["session"], id.as_str());
    assert_eq!(resumed["state"], "paused");
    let answers = serde_json::json!([{"query_id": format!("{id}.1"), "status": "applied"}]);
    assert_eq!(resumed["answers"], answers);
    let lines = format!(
        "{{\"query_id\":\"{id}.1\",\"response\":\"A\"}}\n{{\"query_id\":\"{id}.2\",\"response\":\"B\"}}\n"
    );
    let ran = env.alc_with(["resume", &id, "--batch", "--json"], lines);
    let resumed: Value = serde_json::from_str(&ran.ok()).expect("JSON");
    is(&resumed, "resumed", "session state answers");
    assert_eq!(resumed["answers"][0]["status"], "already");
    assert_eq!(resumed["answers"][1]["status"], "applied");
    let again = env.alc(["resume", &format!("{id}.1"), "A", "--json"]);
    assert_eq!(again.stderr, "", "no notice beside JSON");
}

/// Asserts that history has an event of this kind, and the members of every such event.
#[track_caller]
fn has(history: &[Value], kind: &str, members: &str) {
    let events: Vec<_> = history.iter().filter(|event| event["kind"] == kind).collect();
    assert!(!events.is_empty(), "no {kind}: {history:?}");
    for event in events {
        is(event, "event", &format!("session seq at kind {members}"));
    }
}

#[test]
fn an_event_has_the_members_of_its_kind() {
    let env = TestEnv::new();
    let id = env.spawn_paused("print('x') local a = alc.llm('a') while true do end");
    env.alc(["resume", &id, "A"]).ok();
    env.kill_daemon();
    env.alc(["cancel", &id, "--reason", "enough"]).ok();
    let history = env.json(["watch", &id]);
    has(&history, "spawned", "");
    has(&history, "log", "level source message");
    has(&history, "llm_call_begin", "query_id");
    has(&history, "pause_requested", "pause");
    has(&history, "state_transition", "from to");
    has(&history, "resume_accepted", "payload_kind");
    has(&history, "llm_call_end", "query_id");
    has(&history, "recovered", "");
    has(&history, "cancel_requested", "reason");
    let known = [
        "spawned",
        "log",
        "llm_call_begin",
        "pause_requested",
        "state_transition",
        "resume_accepted",
        "llm_call_end",
        "recovered",
        "cancel_requested",
    ];
    for (seq, event) in (1..).zip(&history) {
        assert_eq!((&event["session"], &event["seq"]), (&id.as_str().into(), &Value::from(seq)));
        assert!(known.iter().any(|kind| event["kind"] == *kind), "{event}");
    }
    let find = |kind: &str| history.iter().find(|event| event["kind"] == kind).expect("is there");
    let pause = &find("pause_requested")["pause"];
    assert_eq!(names(pause), "kind queries");
    assert_eq!(names(&pause["queries"][0]), "max_tokens prompt query_id");
    assert_eq!(find("resume_accepted")["payload_kind"], "single");
    let reason = &find("cancel_requested")["reason"];
    assert_eq!(names(reason), "code detail requested_at");
    assert_eq!((&reason["code"], &reason["detail"]), (&"user".into(), &"enough".into()));
}

#[test]
fn usage_that_was_reported_is_told_and_added_up() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}})");
    let lines = format!(
        "{{\"query_id\":\"{id}.1\",\"response\":\"A\",\"usage\":{{\"prompt_tokens\":7}}}}\n\
         {{\"query_id\":\"{id}.2\",\"response\":\"B\",\
         \"usage\":{{\"prompt_tokens\":1,\"completion_tokens\":2}}}}\n"
    );
    env.alc_with(["resume", &id, "--batch"], lines).ok();
    env.alc(["wait", &id]).ok();
    let expected = serde_json::json!({"llm_calls": 2, "prompt_tokens": 8, "completion_tokens": 3,
        "source": "estimated"});
    assert_eq!(line(&env, ["state", &id])["usage"], expected);
    let history = env.json(["watch", &id]);
    let ends: Vec<_> = history.iter().filter(|event| event["kind"] == "llm_call_end").collect();
    assert_eq!(ends[0]["usage"], serde_json::json!({"prompt_tokens": 7}));
    let both = serde_json::json!({"prompt_tokens": 1, "completion_tokens": 2});
    assert_eq!(ends[1]["usage"], both);
}

#[test]
fn a_session_shows_the_latest_lines_of_its_log() {
    let env = TestEnv::new();
    let id = env.spawn("for i = 1, 25 do alc.log('warn', 'line ' .. i) end");
    let session = line(&env, ["wait", &id]);
    let log = session["log"].as_array().expect("an array");
    assert_eq!(log.len(), 20);
    for (number, entry) in (6..).zip(log) {
        assert_eq!(names(entry), "level message source ts");
        assert_eq!(entry["message"], format!("line {number}"));
    }
}

#[test]
fn a_result_has_the_members_of_its_state() {
    let env = TestEnv::new();
    for (source, value) in [("return {a = 1}", serde_json::json!({"a": 1})), ("", Value::Null)] {
        let id = env.alc(["spawn", "-e", &format!("local _ {source}")]).ok();
        let done = line(&env, ["result", "--wait", &id]);
        is(&done, "result", "session state value finished_at stats");
        assert_eq!((&done["state"], &done["value"]), (&"done".into(), &value));
        assert_eq!(done["session"], id.as_str());
    }
    let id = env.spawn("error('no luck')");
    let failed = line(&env, ["result", "--wait", &id]);
    is(&failed, "result", "session state error finished_at stats");
    assert_eq!(names(&failed["error"]), "kind message traceback");
    assert_eq!(failed["error"]["kind"], "lua_error");
    assert_eq!(env.alc(["result", "--json", &id]).code, Some(1));
    let id = env.spawn_paused("return alc.llm('a')");
    env.alc(["cancel", &id]).ok();
    let cancelled = line(&env, ["result", &id]);
    is(&cancelled, "result", "session state reason state_before finished_at stats");
    assert_eq!(names(&cancelled["reason"]), "code requested_at");
    assert_eq!(cancelled["state_before"], "paused");
    let finished = cancelled["finished_at"].as_i64();
    assert!(finished >= cancelled["reason"]["requested_at"].as_i64() && finished.is_some());
    assert_eq!(env.alc(["result", "--json", &id]).code, Some(3));
}

#[test]
fn cancel_prints_a_line_for_each_session() {
    let env = TestEnv::new();
    let ids = [(); 2].map(|()| env.spawn_paused("return alc.llm('a')"));
    env.alc(["cancel", &ids[0]]).ok();
    let lines = env.json(["cancel", &ids[0], &ids[1]]);
    for (line, (id, first)) in lines.iter().zip(ids.iter().zip([false, true])) {
        is(line, "cancelled", "session first");
        assert_eq!((&line["session"], &line["first"]), (&id.as_str().into(), &first.into()));
    }
    assert_eq!(lines.len(), 2);
}

#[test]
fn the_daemon_and_the_versions_are_objects_too() {
    let env = TestEnv::new();
    is(&line(&env, ["version"]), "version", "client");
    let members = "version pid home started_at sessions";
    is(&line(&env, ["daemon", "start"]), "daemon", members);
    let version = line(&env, ["version"]);
    is(&version, "version", "client daemon");
    assert_eq!(version["client"], version["daemon"]);
    env.spawn_paused("return alc.llm('a')");
    let status = line(&env, ["daemon", "status"]);
    is(&status, "daemon", members);
    assert_eq!(status["home"], env.home().display().to_string());
    assert_eq!(status["sessions"]["paused"], 1, "{status}");
    for was_running in [true, false] {
        let stopped = line(&env, ["daemon", "stop"]);
        is(&stopped, "stopped", "was_running");
        assert_eq!(stopped["was_running"], was_running);
    }
}
