//! The daemon dies at each place that has a name, under each verb that changes something: the verb is
//! carried out once, or said to be in doubt, and the session goes on to the end that it would have had.

use std::{collections::BTreeSet, os::unix::process::ExitStatusExt as _, sync::Mutex, thread};

use serde_json::Value;

use crate::env::{Ran, TestEnv};

/// Every call of `point` in the daemon. `append.after` and others that only its own tests know are
/// not among them.
const POINTS: [&str; 12] = [
    "commit.before",
    "commit.after",
    "tell.before",
    "tell.after",
    "step.before",
    "step.after",
    "operation.finish",
    "operation.finished",
    "replace.before",
    "replace.after",
    "response.before",
    "response.after",
];

/// At its which pass of a point a daemon dies, from 0.
const PASSES: [u32; 3] = [0, 1, 3];

/// It does something outside between its questions; at its end it knows how often.
const SOURCE: &str = "
    local function count(by) alc.state.set('count', (alc.state.get('count') or 0) + by) end
    count(1)
    local a = alc.llm('first')
    count(10)
    local b = alc.llm('second after ' .. a)
    count(100)
    return {a, b, alc.state.get('count')}";

const RESULT: &str = r#"["one","two",111]"#;

/// What is there before, what is done while a daemon dies, and what must hold then.
type Verb = (fn(&TestEnv), &'static [&'static str], fn(&TestEnv, Ran));

const VERBS: &[Verb] = &[
    (
        |_| {},
        &["spawn", "--name", "it", "-e", SOURCE],
        |env, ran| {
            let id = ran.ok();
            assert_eq!(env.alc(["list", "-q"]).ok(), id);
            ends_well(env);
        },
    ),
    (asked, &["spawn", "--name", "it", "--if-exists", "replace", "-e", SOURCE], |env, ran| {
        let id = ran.ok();
        let both = env.alc(["list", "-q"]).ok();
        let old: Vec<_> = both.lines().filter(|other| *other != id).collect();
        assert_eq!(old.len(), 1, "{both}");
        env.alc(["wait", "--for", "terminal", old[0]]).code.expect("a code");
        assert_eq!(env.alc(["state", old[0]]).ok(), "cancelled");
        // The old one had counted before it asked.
        answer(env);
        assert_eq!(env.alc(["result", "--wait", "it"]).ok(), RESULT.replace("111", "112"));
    }),
    (asked, &["resume", "it", "one"], |env, ran| {
        assert_eq!(ran.ok(), "");
        ends_well(env);
    }),
    (asked, &["resume", "it", "one", "--next"], |env, ran| {
        assert_eq!(ran.ok(), "second after one");
        ends_well(env);
    }),
    (asked_twice, &["resume", "it", "two"], |env, ran| {
        assert_eq!(ran.ok(), "");
        ends_well(env);
    }),
    (asked, &["cancel", "it"], |env, ran| {
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(env.alc(["wait", "--for", "terminal", "it"]).code, Some(3));
        env.alc(["result", "it"]).fails(3, "cancelled");
    }),
    (asked, &["note", "it", "noted"], |env, ran| {
        ends_well(env);
        let notes = kinds(env).into_iter().filter(|kind| kind == "note").count();
        match ran.code {
            Some(0) => assert_eq!(notes, 1, "{ran:?}"),
            // Whether it is there is what it says is not known.
            Some(75) => assert!(notes <= 1, "{ran:?}"),
            _ => panic!("{ran:?}"),
        }
    }),
    (asked, &["branch", "it", "--name", "other"], |env, ran| {
        let id = ran.ok();
        let all = env.alc(["list", "-q"]).ok();
        assert!(all.lines().count() == 2 && all.starts_with(&id), "{all}");
        assert_eq!(env.alc(["prompt", "other"]).ok(), "first");
        ends_well(env);
    }),
    (asked, &["export", "it", "-o", "it.alc"], |env, ran| {
        assert_eq!(ran.ok(), "");
        comes_back(env);
        ends_well(env);
    }),
    (asked, &["export", "it", "-o", "it.alc", "--move"], |env, ran| {
        if ran.code == Some(0) {
            env.alc(["result", "it"]).fails(3, "cancelled");
            comes_back(env);
        } else {
            // Whether it has ended here is what it says is not known; in one place it goes on.
            assert_eq!(ran.code, Some(75), "{ran:?}");
            match env.alc(["state", "it"]).ok().as_str() {
                "paused" => ends_well(env),
                _ => comes_back(env),
            }
        }
    }),
    (exported, &["import", "it.alc", "--new-id", "--name", "other"], |env, ran| {
        let there = env.alc(["list", "-q"]).ok().lines().count();
        match ran.code {
            Some(0) => assert_eq!(there, 2),
            Some(75) => assert!(there <= 2, "{ran:?}"),
            _ => panic!("{ran:?}"),
        }
        if there == 2 {
            assert_eq!(env.alc(["prompt", "other"]).ok(), "first");
        }
        ends_well(env);
    }),
    (ended, &["rm", "it"], |env, ran| {
        assert!(matches!(ran.code, Some(0 | 75)), "{ran:?}");
        if ran.code == Some(0) {
            env.alc(["state", "it"]).fails(4, "not_found");
        }
    }),
    (ended, &["gc", "--older-than", "0s"], |env, ran| {
        assert!(matches!(ran.code, Some(0 | 75)), "{ran:?}");
        env.alc(["gc", "--older-than", "0s"]).ok();
        assert_eq!(env.alc(["list", "-q"]).ok(), "");
    }),
];

fn asked(env: &TestEnv) {
    env.alc(["spawn", "--name", "it", "-e", SOURCE]).ok();
    env.alc(["prompt", "it"]).ok();
}

fn exported(env: &TestEnv) {
    asked(env);
    env.alc(["export", "it", "-o", "it.alc"]).ok();
}

/// What is in the file waits where it waited.
fn comes_back(env: &TestEnv) {
    let import = || env.alc(["import", "it.alc", "--new-id", "--name", "copy"]);
    let ran = import();
    // A daemon that lived until now may die here; what is in doubt is whole or not there.
    if ran.code != Some(75) {
        ran.ok();
    } else if env.alc(["state", "copy"]).code == Some(4) {
        import().ok();
    }
    assert_eq!(env.alc(["prompt", "copy"]).ok(), "first");
}

fn asked_twice(env: &TestEnv) {
    asked(env);
    env.alc(["resume", "it", "one"]).ok();
    env.alc(["prompt", "it"]).ok();
}

fn ended(env: &TestEnv) {
    asked(env);
    ends_well(env);
}

/// Answers what is open, until it ends.
fn answer(env: &TestEnv) {
    loop {
        let ran = env.alc(["prompt", "it"]);
        match (ran.code, &*ran.stdout) {
            (Some(0), "first\n" | "first") => env.alc(["resume", "it.1", "one"]).ok(),
            (Some(0), _) => env.alc(["resume", "it.2", "two"]).ok(),
            (Some(7), _) => return,
            _ => panic!("{ran:?}"),
        };
    }
}

/// The session goes on, and everything in it is there once.
fn ends_well(env: &TestEnv) {
    answer(env);
    assert_eq!(env.alc(["result", "--wait", "it"]).ok(), RESULT);
    let kinds = kinds(env);
    for kind in ["llm_call_begin", "llm_call_end", "resume_accepted"] {
        assert_eq!(kinds.iter().filter(|other| *other == kind).count(), 2, "{kinds:?}");
    }
}

/// The kinds of the history of a session that has ended, which has no gaps.
fn kinds(env: &TestEnv) -> Vec<String> {
    let history = env.json(["watch", "it"]);
    let seqs = history.iter().map(|event| event["seq"].as_u64().expect("a number"));
    assert!(seqs.eq(1..=history.len() as u64), "{history:?}");
    let kind = |event: &Value| event["kind"].as_str().expect("a kind").to_owned();
    history.iter().map(kind).collect()
}

/// Whether the daemon died there.
fn dies_at(point: &str, pass: u32, (prepare, act, holds): &Verb) -> bool {
    let env = TestEnv::new();
    prepare(&env);
    env.alc(["daemon", "stop"]).ok();
    let mut daemon = env.start_daemon(&format!("{point}={pass}*off->return"));
    let ran = env.alc(act.iter().copied());
    holds(&env, ran);
    env.alc(["daemon", "stop", "--force"]).ok();
    let status = daemon.wait().expect("ends");
    assert!(status.success() || status.signal() == Some(libc::SIGKILL), "{status}");
    !status.success()
}

#[test]
fn wherever_a_daemon_dies_each_verb_is_carried_out_once() {
    let cases = POINTS.iter().flat_map(|point| {
        PASSES.iter().flat_map(move |pass| VERBS.iter().map(move |verb| (*point, *pass, verb)))
    });
    let next = Mutex::new(cases);
    let worker = || {
        let mut reached = BTreeSet::new();
        loop {
            let case = next.lock().expect("sound").next();
            let Some((point, pass, verb)) = case else { return reached };
            let case = Case(point, pass, verb.1);
            if dies_at(case.0, case.1, verb) {
                reached.insert(point);
            }
        }
    };
    let reached: BTreeSet<&str> = thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no case panics")).collect()
    });
    assert_eq!(reached, BTreeSet::from(POINTS));
}

/// Tells which case it was if it panics.
struct Case(&'static str, u32, &'static [&'static str]);

impl Drop for Case {
    #[expect(clippy::print_stdout, reason = "a failed test says which case it was")]
    fn drop(&mut self) {
        if thread::panicking() {
            println!("{} at pass {} of {}", self.2.join(" "), self.1, self.0);
        }
    }
}
