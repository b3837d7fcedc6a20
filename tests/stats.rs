//! What a session used, told with its result.

use serde_json::{Value, json};

use crate::env::TestEnv;

/// The result's `stats` without its time.
fn stats(env: &TestEnv, id: &str) -> Value {
    env.alc(["wait", "--for", "terminal", id]);
    let mut stats = env.json(["result", id])[0]["stats"].take();
    let auto = stats["auto"].as_object_mut().expect("figures");
    assert!(auto.remove("elapsed_ms").is_some_and(|time| time.is_u64()));
    stats
}

fn tokens(tokens: u64, source: &str) -> Value {
    json!({"tokens": tokens, "source": source})
}

#[test]
fn a_result_has_the_figures_of_its_session_also_after_a_kill() {
    let env = TestEnv::new();
    let source = "alc.stats.record('kept', {1, {a = 2.0}})
        alc.stats.record('changed', 1)
        alc.llm('äöü?', {system = 'be brief'})
        alc.stats.record('changed', 'twice')
        alc.stats.record('nothing', nil)
        alc.llm_batch({{prompt = '1234'}, {prompt = '5678'}})
        return alc.stats.get('kept')[2].a";
    let ctx = r#"{"budget":{"max_llm_calls":9}}"#;
    let id = env.alc(["spawn", "-e", source, "--ctx", ctx]).ok();
    env.alc(["prompt", &id]).ok();
    let question = json!({"llm_calls": 1, "prompt_tokens": 5, "completion_tokens": 0,
        "source": "estimated"});
    assert_eq!(env.json(["state", &id])[0]["usage"], question);
    env.kill_daemon();
    env.alc(["resume", &id, "12345678"]).ok();
    env.alc(["prompt", &id]).ok();
    env.kill_daemon();
    let lines = [2, 3].map(|n| {
        let usage = json!({"prompt_tokens": 10 * n, "completion_tokens": n});
        json!({"query_id": format!("{id}.{n}"), "response": "é", "usage": usage}).to_string()
    });
    env.alc_with(["resume", &id, "--batch"], lines.join("\n")).ok();
    let expected = json!({
        "auto": {
            "llm_calls": 3, "pauses": 2, "rounds": 2,
            "total_prompt_chars": 4 + 8 + 8, "total_response_chars": 10,
            "prompt_tokens": tokens(1 + 2 + 2 + 50, "estimated"),
            "response_tokens": tokens(2 + 5, "estimated"),
            "total_tokens": tokens(55 + 7, "estimated"),
            "budget": {"max_llm_calls": 9},
        },
        "custom": {"kept": [1, {"a": 2.0}], "changed": "twice", "nothing": null},
    });
    assert_eq!(stats(&env, &id), expected);
    assert_eq!(env.alc(["result", &id]).ok(), "2.0");
    let usage = json!({"llm_calls": 3, "prompt_tokens": 55, "completion_tokens": 7,
        "source": "estimated"});
    assert_eq!(env.json(["state", &id])[0]["usage"], usage);
    env.alc(["note", &id, "looked at"]).ok();
    assert_eq!(stats(&env, &id), expected);
}

#[test]
fn a_session_that_failed_or_was_cancelled_has_figures_too() {
    let env = TestEnv::new();
    let failed = env.spawn("alc.stats.record('at', 'start') error('x')");
    let told = stats(&env, &failed);
    assert_eq!(told["custom"], json!({"at": "start"}));
    assert_eq!(told["auto"]["total_tokens"], tokens(0, "definite"));
    assert_eq!(told["auto"].get("budget"), None);
    let cancelled = env.spawn_paused("alc.stats.record('at', 1) alc.llm('1234') alc.llm('5')");
    let line = format!(
        r#"{{"query_id":"{cancelled}.1","response":"","usage":{{"prompt_tokens":3,"completion_tokens":0}}}}"#
    );
    env.alc_with(["resume", &cancelled, "--batch"], line).ok();
    env.alc(["prompt", &cancelled]).ok();
    env.alc(["cancel", &cancelled]).ok();
    let told = stats(&env, &cancelled);
    assert_eq!(told["custom"], json!({"at": 1}));
    let auto = &told["auto"];
    assert_eq!((&auto["pauses"], &auto["rounds"]), (&json!(2), &json!(1)));
    assert_eq!(auto["prompt_tokens"], tokens(4, "estimated"));
    assert_eq!(auto["response_tokens"], tokens(0, "definite"));
}

#[test]
fn figures_have_a_limit_and_those_of_a_forks_children_are_their_own() {
    let env = TestEnv::new();
    let id = env.spawn(
        "for i = 1, 3000 do alc.stats.record('count', i) end
        alc.stats.record('long', ('x'):rep(1 << 19))
        local ok, told = pcall(alc.stats.record, 'longer', ('x'):rep(1 << 19))
        alc.stats.record('long', nil)
        return told",
    );
    let told = stats(&env, &id);
    assert_eq!(told["custom"], json!({"count": 3000, "long": null}));
    let message = env.alc(["result", &id]).ok();
    assert!(message.contains("over the limit of 1048576"), "{message}");
    let packages = env.folder().join("packages");
    std::fs::create_dir_all(packages.join("child")).expect("creates");
    let child = "return {run = function(ctx) alc.stats.record('own', 1) \
        return {alc.stats.get('own'), alc.stats.get('all')} end}";
    std::fs::write(packages.join("child/init.lua"), child).expect("writes");
    let source = "alc.stats.record('all', 2) return alc.fork({'child'}, {})[1].result";
    let mut command = env.command(["run", "-e", source, "--", "false"]);
    let ran = command.env("ALC_PACKAGES_PATH", &packages).output().expect("alc runs");
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "[1]\n");
    assert_eq!(stats(&env, "@")["custom"], json!({"all": 2}));
}
