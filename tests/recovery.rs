//! The daemon is killed, and everything goes on.

use crate::env::TestEnv;

#[test]
fn a_paused_session_survives_a_killed_daemon() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('2+2?')");
    env.kill_daemon();
    assert_eq!(env.alc(["prompt", &id]).ok(), "2+2?");
    env.alc(["resume", &id, "4"]).ok();
    assert_eq!(env.alc(["result", &id, "--wait", "-r"]).ok(), "4");
}

#[test]
fn a_running_session_goes_on_after_a_killed_daemon() {
    let env = TestEnv::new();
    let id = env.spawn_paused(
        "print('before') local a = alc.llm('a') print('after') while a == 'wait' do end return a",
    );
    env.alc(["resume", &id, "wait"]).ok();
    env.kill_daemon();
    assert_eq!(env.alc(["state", &id]).ok(), "running");
    env.kill_daemon();
    env.alc(["cancel", &id]).ok();
    env.alc(["wait", "--for", "terminal", &id]);
    let history = env.json(["watch", &id]);
    let count = |kind: &str| history.iter().filter(|event| event["kind"] == kind).count();
    // The second line is lost if every daemon was killed before it came there.
    assert!(matches!(count("log"), 1 | 2), "{history:?}");
    assert!(count("recovered") >= 1, "{history:?}");
}

#[test]
fn a_half_answered_batch_survives_a_killed_daemon() {
    let env = TestEnv::new();
    let source = "return alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}, {prompt = 'c'}})";
    let id = env.spawn_paused(source);
    env.alc(["resume", &format!("{id}.2"), "B"]).ok();
    env.kill_daemon();
    assert_eq!(env.alc(["prompt", "--id", &id]).ok(), format!("{id}.1"));
    env.alc(["resume", &format!("{id}.2"), "B"]).ok();
    env.alc(["resume", &id, "A"]).ok();
    env.kill_daemon();
    env.alc(["resume", &id, "C"]).ok();
    assert_eq!(env.alc(["result", "--wait", &id]).ok(), r#"["A","B","C"]"#);
}
