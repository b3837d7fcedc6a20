//! The clock on the wall is set, forward and back, while a daemon runs.

use serde_json::Value;

use crate::env::TestEnv;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("no number: {value}"))
}

/// Each time in a session's row, in the order in which they came about.
fn times(env: &TestEnv, id: &str) -> Vec<i64> {
    let session = &env.json(["state", id])[0];
    let paused = session["pause"]["paused_at"].as_i64();
    [session["created_at"].as_i64(), paused, session["changed_at"].as_i64()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn a_clock_that_is_set_back_turns_no_history_around() {
    let env = TestEnv::new();
    env.move_clock(0);
    let id =
        env.spawn_paused("local t = {} for i = 1, 3 do t[i] = alc.llm('q') print(i) end return #t");
    let pid = env.daemon_pid();
    for back in [-MINUTE, -DAY, -40 * 365 * DAY] {
        env.move_clock(back);
        let before = times(&env, &id);
        env.alc(["note", &id, "set back"]).ok();
        env.alc(["resume", &id, "x"]).ok();
        env.alc(["wait", &id]);
        let after = times(&env, &id);
        assert!(before.is_sorted() && after.is_sorted(), "{before:?} {after:?}");
        assert!(before.last() <= after.last(), "{before:?} {after:?}");
    }
    env.alc(["note", &id, "after the end"]).ok();
    let history = env.json(["watch", &id]);
    let column = |key: &str| history.iter().map(|event| number(&event[key])).collect::<Vec<_>>();
    let seqs: Vec<i64> = (1..).take(history.len()).collect();
    assert_eq!(column("seq"), seqs);
    assert!(column("at").is_sorted(), "{:?}", column("at"));
    let result = &env.json(["result", &id])[0];
    assert_eq!(result["finished_at"].as_i64(), column("at").last().copied(), "{result}");
    assert_eq!(env.daemon_pid(), pid);
}

#[test]
fn the_order_of_sessions_is_that_of_their_creation_whatever_the_clock_says() {
    let env = TestEnv::new();
    let mut ids = Vec::new();
    for moved in [0, DAY, -DAY, 7 * DAY, -7 * DAY] {
        env.move_clock(moved);
        ids.push(env.spawn("return 1"));
    }
    ids.reverse();
    assert_eq!(env.alc(["list", "-q"]).ok().lines().collect::<Vec<_>>(), ids);
    assert_eq!(env.alc(["state", "@", "--json"]).ok(), env.alc(["state", &ids[0], "--json"]).ok());
}

/// What is left of a budget of an hour, asked again after each answer.
const HOURLY: &str = "local left = {} \
    for i = 1, 4 do left[i] = alc.budget_remaining().elapsed_ms alc.llm(tostring(left[i])) end";

#[test]
fn a_budget_of_time_is_never_negative_and_never_more_than_was_given() {
    let env = TestEnv::new();
    env.move_clock(0);
    let arguments = ["spawn", "-", "--ctx", r#"{"budget":{"max_elapsed_ms":3600000}}"#];
    let id = env.alc_with(arguments, HOURLY).ok();
    let left = || -> i64 { env.alc(["prompt", &id]).ok().parse().expect("a number") };
    assert!((1..=60 * MINUTE).contains(&left()));
    for (moved, expected) in [(-DAY, 60 * MINUTE..=60 * MINUTE), (30 * MINUTE, 1..=30 * MINUTE)] {
        env.move_clock(moved);
        env.alc(["resume", &id, "x"]).ok();
        let left = left();
        assert!(expected.contains(&left), "{left} after {moved}");
    }
    env.move_clock(DAY);
    env.alc(["resume", &id, "x"]).ok();
    env.alc(["wait", "--for", "terminal", &id]);
    let result = &env.json(["result", &id])[0];
    assert_eq!(result["error"]["kind"], "budget", "{result}");
}

#[test]
fn what_is_kept_how_long_is_counted_on_the_wall() {
    let env = TestEnv::new();
    env.move_clock(0);
    let id = env.spawn("return 1");
    env.alc(["wait", &id]).ok();
    let pid = env.daemon_pid();
    let gone = |arguments: &[&str]| {
        let found = env.json(arguments.iter().copied());
        found[0]["sessions"].as_array().expect("a list").clone()
    };
    for moved in [0, -DAY, 59 * MINUTE] {
        env.move_clock(moved);
        assert_eq!(gone(&["gc", "--older-than", "1h"]), [] as [Value; 0], "{moved}");
    }
    env.move_clock(61 * MINUTE);
    assert_eq!(gone(&["gc", "--older-than", "1h"]), [id.as_str()]);
    // How long nobody needed the daemon is not.
    env.move_clock(365 * DAY);
    assert_eq!(env.daemon_pid(), pid);
}
