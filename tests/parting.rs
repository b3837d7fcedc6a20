//! Branches: sessions that share a history up to a query, and go on as the answers they get.

use serde_json::Value;

use crate::{chaos::random::Random, env::TestEnv};

/// Answers what a session asks with these, one after the other, and returns its result.
#[track_caller]
fn answer_all(env: &TestEnv, id: &str, mut answer: impl FnMut(&str) -> String) -> Value {
    loop {
        let asked = env.alc(["prompt", "--id", id]);
        match asked.code {
            Some(0) => {}
            Some(7) => return outcome(env, id),
            _ => panic!("{asked:?}"),
        }
        let query = asked.ok();
        let prompt = env.alc(["prompt", &query]).stdout;
        env.alc(["resume", &query, &answer(&prompt)]).ok();
    }
}

/// How a session ended, without which one it is, when, and how long it took.
fn outcome(env: &TestEnv, id: &str) -> Value {
    let mut result = env.json(["result", "--wait", id]).remove(0);
    let members = result.as_object_mut().expect("an object");
    members.retain(|key, _| !matches!(key.as_str(), "session" | "finished_at"));
    let auto = result["stats"]["auto"].as_object_mut().expect("an object");
    auto.remove("elapsed_ms").expect("is counted");
    result
}

/// What it asked and was told, and what it logged.
fn transcript(env: &TestEnv, id: &str) -> Vec<String> {
    let log = env.alc(["log", id]).ok();
    let said = log.lines().filter(|line| line.starts_with(['?', '=', '|']));
    // A line of the log begins with its time.
    said.map(|line| match line.strip_prefix("| 2") {
        Some(timed) => timed.split_once(' ').map_or(timed, |(_, line)| line).to_owned(),
        None => line.to_owned(),
    })
    .collect()
}

const THREE: &str = "print('begun', math.random(1000))
    local a = alc.llm('a?') local b = alc.llm('b after ' .. a) print('b is', b, math.random(1000))
    local c = alc.llm('c after ' .. a .. b) return {a, b, c, math.random(1000)}";

#[test]
fn a_branch_shares_the_history_up_to_a_query_and_is_answered_differently() {
    let env = TestEnv::new();
    let spawn = ["spawn", "--name", "first", "-l", "team=core", "-l", "try=1", "-e", THREE];
    let id = env.alc(spawn).ok();
    for answer in ["A", "B", "C"] {
        env.alc(["prompt", &id]).ok();
        env.alc(["resume", &id, answer]).ok();
    }
    let first = outcome(&env, &id);
    let branch = env.alc(["branch", "first.2", "--name", "second", "-l", "try=2"]).ok();
    let session = &env.json(["state", "second"])[0];
    assert_eq!(session["id"], branch.as_str());
    assert_eq!(session["state"], "paused");
    assert_eq!(session["labels"], serde_json::json!({"team": "core", "try": "2"}));
    assert_eq!(session["pause"]["queries"][0]["query_id"], format!("{branch}.2"));
    assert_eq!(session["usage"]["llm_calls"], 2);
    assert_eq!(session["log"].as_array().map(Vec::len), Some(1));
    assert!(env.alc(["log", "second"]).ok().ends_with(&format!("branched from {id}.2")));

    env.alc(["resume", "second.2", "X", "--next"]).ok();
    assert_eq!(env.alc(["prompt", &branch]).ok(), "c after AX");
    env.alc(["resume", &branch, "C"]).ok();
    let second = env.alc(["result", "--wait", &branch]).ok();
    assert!(second.starts_with(r#"["A","X","C","#), "{second}");
    assert_eq!(outcome(&env, &id), first);
    assert!(env.alc(["diff", "first", "second"]).ok().starts_with(&format!(
        "{id} and {branch} share 1 answer and part at the answer to query 2\n--- {id}\n+++ {branch}\n"
    )));
    // Given the same answers, it is the same.
    let again = env.alc(["branch", "first.1"]).ok();
    let mut answers = ["A", "B", "C"].into_iter();
    answer_all(&env, &again, |_| answers.next().expect("asks three times").to_owned());
    assert_eq!(outcome(&env, &again), first);
    let same = env.alc(["diff", &id, &again]).ok();
    assert_eq!(same, format!("{id} and {again} do not differ; they share 3 answers"));
}

#[test]
fn without_a_number_it_begins_at_the_open_query_or_the_last_answered_one() {
    let env = TestEnv::new();
    let id = env.spawn_paused(THREE);
    let open = env.alc(["branch", &id]).ok();
    assert_eq!(env.alc(["prompt", "--id", &open]).ok(), format!("{open}.1"));
    env.alc(["resume", &id, "A", "--next"]).ok();
    env.alc(["resume", &id, "B", "--next"]).ok();
    let open = env.alc(["branch", &id]).ok();
    assert_eq!(env.alc(["prompt", "--id", &open]).ok(), format!("{open}.3"));
    env.alc(["resume", &id, "C"]).ok();
    env.alc(["result", "--wait", &id]).ok();
    let last = env.alc(["branch", &id]).ok();
    assert_eq!(env.alc(["prompt", "--id", &last]).ok(), format!("{last}.3"));
    // A branch of a branch.
    env.alc(["resume", &last, "D"]).ok();
    env.alc(["result", "--wait", &last]).ok();
    let other = env.alc(["branch", &format!("{last}.2")]).ok();
    assert_eq!(env.alc(["prompt", &other]).ok(), "b after A");

    // What was open when it was cancelled can be taken up.
    let cancelled = env.spawn_paused(THREE);
    env.alc(["cancel", &cancelled]).ok();
    env.alc(["note", &cancelled, "too early"]).ok();
    let branch = env.alc(["branch", &cancelled]).ok();
    assert_eq!(env.alc(["prompt", "--id", &branch]).ok(), format!("{branch}.1"));
    env.alc(["branch", &format!("{cancelled}.2")]).fails(5, "unknown_query");
    let silent = env.alc(["spawn", "--wait", "-e", "return 1"]).ok();
    env.alc(["branch", &silent]).fails(5, "unknown_query");
}

#[test]
fn a_branch_in_a_batch_keeps_the_answers_that_came_before() {
    let env = TestEnv::new();
    let source = "return alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}, {prompt = 'c'}})";
    let id = env.spawn_paused(source);
    for (query, answer) in [(3, "C"), (1, "A"), (2, "B")] {
        env.alc(["resume", &format!("{id}.{query}"), answer]).ok();
    }
    env.alc(["result", "--wait", &id]).ok();
    let open = |session: &str| {
        let queries = env.json(["state", session])[0]["pause"]["queries"].take();
        let number = |query: &Value| query["query_id"].as_str().expect("an id")[9..].to_owned();
        queries.as_array().expect("queries").iter().map(number).collect::<Vec<_>>().join(" ")
    };
    let branch = |query: u32| env.alc(["branch", &format!("{id}.{query}")]).ok();
    assert_eq!(open(&branch(3)), "1 2 3");
    assert_eq!(open(&branch(1)), "1 2");
    let last = branch(2);
    assert_eq!(open(&last), "2");
    env.alc(["resume", &last, "X"]).ok();
    assert_eq!(env.alc(["result", "--wait", &last]).ok(), r#"["A","X","C"]"#);
}

#[test]
fn a_key_makes_one_branch_and_a_deadline_is_as_long_as_it_was() {
    let env = TestEnv::new();
    let id = env.alc(["spawn", "--deadline", "1h", "-e", THREE]).ok();
    env.alc(["prompt", &id]).ok();
    let keyed = ["branch", &id, "--idempotency-key", "k"];
    let branch = env.alc(keyed).ok();
    assert_eq!(env.alc(keyed).ok(), branch);
    env.alc(["branch", &id, "--idempotency-key", "k", "--name", "n"]).fails(5, "key_in_use");
    let lasts = |id: &str| {
        let session = &env.json(["state", id])[0];
        session["deadline_at"].as_i64().expect("a deadline")
            - session["created_at"].as_i64().expect("a time")
    };
    assert_eq!(lasts(&branch), 3_600_000);
    let brief = env.alc(["branch", &id, "--deadline", "2h"]).ok();
    assert_eq!(lasts(&brief), 7_200_000);
}

#[test]
fn the_time_that_counts_stands_still_until_the_branch() {
    let env = TestEnv::new();
    env.move_clock(0);
    let source = "alc.llm('a?') alc.llm('b?') return alc.budget_remaining().elapsed_ms > 3600000";
    let ctx = r#"{"budget":{"max_elapsed_ms":7200000}}"#;
    let id = env.alc(["spawn", "--ctx", ctx, "-e", source]).ok();
    env.alc(["prompt", &id]).ok();
    env.alc(["resume", &id, "A", "--next"]).ok();
    env.move_clock(24 * 3_600_000);
    let branch = env.alc(["branch", &format!("{id}.2")]).ok();
    env.alc(["resume", &branch, "B"]).ok();
    assert_eq!(env.alc(["result", "--wait", &branch]).ok(), "true");
    // The other one has used up its time.
    env.alc(["resume", &id, "B"]).ok();
    assert_ne!(env.alc(["result", "--wait", &id]).stdout, "true\n");
}

/// What a random script may do.
const STEPS: &[&str] = &[
    "keep(alc.llm('one of ' .. #kept))",
    "for _, a in ipairs(alc.llm_batch({{prompt = 'x' .. #kept}, {prompt = 'y'}, {prompt = 'z'}})) do keep(a) end",
    "print('so far', #kept, kept[#kept])",
    "keep(tostring(math.random(1000000)))",
    "keep(tostring(alc.time() > 0))",
    "alc.progress(#kept, 20)",
    "pcall(function() keep(alc.llm('may fail?')) error('caught') end)",
    "local co = coroutine.wrap(function() keep(alc.llm('in a coroutine?')) end) co()",
    "alc.state.set('count', (alc.state.get('count') or 0) + 1)",
    "if #kept % 3 == 0 then keep(alc.llm('only sometimes, ' .. (kept[#kept] or 'no'))) end",
    "for _, r in ipairs(alc.parallel({'p', 'q'}, function(x) return x .. #kept end)) do keep(r) end",
];

#[test]
fn with_the_same_answers_a_branch_comes_to_the_same() {
    let env = TestEnv::new();
    let mut random = Random::seeded();
    for _ in 0..5 {
        let steps: Vec<_> = (0..7).filter_map(|_| random.pick(STEPS).copied()).collect();
        let source = format!(
            "local kept = {{}} local function keep(x) kept[#kept + 1] = x end\n{}\nreturn kept",
            steps.join("\n")
        );
        let id = env.spawn(&source);
        let mut count = 0;
        let mut answers = Vec::new();
        let expected = answer_all(&env, &id, |_| {
            count += 1;
            answers.push(format!("answer {count} {}", random.below(100)));
            answers[count - 1].clone()
        });
        let history = transcript(&env, &id);
        for first in 1..=answers.len() {
            let branch = env.alc(["branch", &format!("{id}.{first}")]).ok();
            let mut next = env.alc(["prompt", "--id", &branch]).ok();
            // It asks nothing again that was answered before.
            assert_eq!(next.split_off(9), first.to_string(), "{source}");
            let mut place = first - 1;
            let same = answer_all(&env, &branch, |_| {
                place += 1;
                answers[place - 1].clone()
            });
            assert_eq!(same, expected, "branch at {first} of\n{source}");
            assert_eq!(transcript(&env, &branch), history, "branch at {first} of\n{source}");
        }
    }
}
