//! A cancel ends whatever it meets, for good.

use crate::env::TestEnv;

#[test]
fn scripts_that_never_return_are_cancelled() {
    let env = TestEnv::new();
    for source in [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "while true do pcall(table.sort, {1, 2, 3}, function() while true do end end) end",
        "xpcall(error, function() while true do end end)",
        "while true do print(('x'):rep(1000)) end",
        "while true do alc.time() end",
    ] {
        let id = env.spawn(source);
        assert_eq!(env.alc(["cancel", &id]).ok(), id, "{source}");
        assert_eq!(env.alc(["wait", "--for", "terminal", &id]).code, Some(3), "{source}");
        env.alc(["resume", &id, "x"]).fails(5, "already_cancelled");
    }
}

#[test]
fn a_cancel_is_not_undone_by_a_killed_daemon() {
    let env = TestEnv::new();
    let paused = env.spawn_paused("return alc.llm('a')");
    let running = env.spawn("while true do end");
    env.alc(["cancel", &paused, &running]).ok();
    env.kill_daemon();
    for id in [&paused, &running] {
        assert_eq!(env.alc(["wait", "--for", "terminal", id]).code, Some(3));
        let asked = env.json(["watch", id]);
        let last = asked.last().expect("an event");
        assert_eq!((&last["kind"], &last["to"]), (&"state_transition".into(), &"cancelled".into()));
    }
}

#[test]
fn the_first_reason_stays() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    env.alc(["cancel", &id, "--reason", "first"]).ok();
    env.alc(["cancel", &id, "--reason", "second"]).ok();
    assert_eq!(env.json(["result", &id])[0]["reason"]["detail"], "first");
}
