//! `config.toml`: settings, and programs that are run when sessions change state.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::env::TestEnv;

/// A home with these settings, which the user alone may read.
fn configured(text: &str) -> TestEnv {
    let env = TestEnv::new();
    // It is made by the first command that starts a daemon.
    env.alc(["daemon", "start"]).ok();
    env.alc(["daemon", "stop"]).ok();
    fs::write(env.home().join("config.toml"), text).expect("writes");
    env
}

/// The lines of a file, once it has so many.
fn lines(path: &Path, count: usize) -> Vec<String> {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let text = fs::read_to_string(path).unwrap_or_default();
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        if lines.len() >= count {
            return lines;
        }
        assert!(Instant::now() < deadline, "{lines:?}");
    }
}

#[test]
fn a_hook_gets_the_event_of_the_states_that_it_is_for() {
    let env = configured(
        "[[hook]]\non = ['paused', 'done']\nrun = ['sh', '-c', '''
            read -r event; echo \"$ALC_SESSION $ALC_STATE $event\" >> \"$ALC_HOME/heard\"''']\n
        [[hook]]\non = ['failed', 'cancelled']\nrun = ['sh', '-c', 'echo $ALC_STATE >> ended']",
    );
    let id = env.spawn_paused("return alc.llm('first?') .. alc.llm('second?')");
    // Both at once: the answer and the next question are one commit.
    env.alc(["resume", &id, "a", "--next"]).ok();
    env.alc(["resume", &id, "b"]).ok();
    env.alc(["result", &id, "--wait"]).ok();
    let heard = lines(&env.home().join("heard"), 3);
    let mut told = Vec::new();
    for line in &heard {
        let [session, state, event] = line.splitn(3, ' ').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let event: Value = serde_json::from_str(event).expect("JSON");
        assert_eq!((session, event["session"].as_str()), (id.as_str(), Some(id.as_str())));
        let prompt = event["pause"]["queries"][0]["prompt"].as_str().unwrap_or_default();
        told.push((event["seq"].as_u64(), state, prompt.to_owned()));
    }
    // They run side by side.
    told.sort();
    let told: Vec<_> = told.iter().map(|(_, state, prompt)| (*state, prompt.as_str())).collect();
    assert_eq!(told, [("paused", "first?"), ("paused", "second?"), ("done", "")]);
    env.alc(["spawn", "-e", "error('x')"]).ok();
    lines(&env.home().join("ended"), 1);
    let id = env.spawn_paused("return alc.llm('?')");
    env.alc(["cancel", &id]).ok();
    let mut ended = lines(&env.home().join("ended"), 2);
    ended.sort();
    assert_eq!(ended, ["cancelled", "failed"]);
}

#[test]
fn a_hook_that_fails_or_takes_too_long_is_in_the_log_and_holds_nothing_up() {
    let env = configured(
        "[[hook]]\non = ['done']\nrun = ['false']\n
        [[hook]]\non = ['done']\nrun = ['no-such-program', 'x']\n
        [[hook]]\non = ['done']\nrun = ['sh', '-c', 'sleep 1000; touch late']\ntimeout = '10ms'",
    );
    let id = env.spawn("return 1");
    env.alc(["result", &id, "--wait"]).ok();
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let log = env.alc(["daemon", "log"]).ok();
        let said = |what: &str| log.contains(&format!("hook failed: {what} on {id} done: "));
        if said("false") && said("no-such-program x") && said("sh -c sleep 1000; touch late") {
            assert!(
                log.contains("exit status: 1") && log.contains("took longer than 10ms"),
                "{log}"
            );
            break;
        }
        assert!(Instant::now() < deadline, "{log}");
    }
    assert!(!env.home().join("late").exists());
    let doctor = env.alc(["doctor"]);
    assert_eq!(doctor.code, Some(1), "{doctor:?}");
    let said = |what: &str| {
        let line = format!("mend\thook\t{what} failed once, last at ");
        doctor.stdout.lines().any(|found| found.starts_with(&line) && found.contains(&id))
    };
    assert!(said("false") && said("no-such-program x"), "{doctor:?}");
    assert!(said("sh -c sleep 1000; touch late"), "{doctor:?}");
}

#[test]
fn settings_are_shown_with_who_sets_them() {
    let env = configured("[daemon]\nmemory = 64\n");
    let shown = env.alc(["config", "show"]).ok();
    let rest = "daemon.log_size=\"16M\"\nsession.memory=256\nsession.max_llm_calls=null\n\
                session.deadline=null\ngc.older_than=\"2592000s\"\ngc.keep_bytes=null";
    assert_eq!(shown, format!("daemon.memory=64\ndaemon.idle_exit=\"600s\"\n{rest}"));
    let file = env.alc(["config", "path"]).ok();
    assert_eq!(Path::new(&file), env.home().join("config.toml"));
    let mut command = env.command(["config", "show", "--origin"]);
    let output = command.env("ALC_IDLE_EXIT", "1h").output().expect("runs");
    let shown = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(
        shown,
        format!(
            "daemon.memory=64\t{file}\ndaemon.idle_exit=\"3600s\"\tenvironment\n{}\tdefault\n",
            rest.replace('\n', "\tdefault\n")
        )
    );
    let first = &env.json(["config", "show"])[0];
    assert_eq!(
        (first["key"].as_str(), first["origin"].as_str()),
        (Some("daemon.memory"), Some("file"))
    );
    // A home that is not there has the defaults, and stays away.
    let empty = TestEnv::new();
    let shown = empty.alc(["config", "show", "--origin"]).ok();
    assert!(shown.starts_with("daemon.memory=512\tdefault\ndaemon.idle_exit=\"600s\"\tdefault"));
    assert!(!empty.home().exists());
}

#[test]
fn what_is_set_for_sessions_holds_where_nothing_else_is_said() {
    let env = configured(
        "[session]\nmemory = 1\nmax_llm_calls = 1\ndeadline = '1h'\n[gc]\nolder_than = '0s'",
    );
    let ran = env.alc(["spawn", "--wait", "-e", "return #('x'):rep(1 << 21)"]);
    assert!(
        ran.stderr.contains("not enough memory") && ran.stderr.contains("session.memory"),
        "{ran:?}"
    );
    let twice = "alc.llm('a') return alc.llm('b')";
    let id = env.spawn_paused(twice);
    let view = &env.json(["state", &id])[0];
    let left = |at: &str| view[at].as_i64().expect("a time");
    assert_eq!(left("deadline_at") - left("created_at"), 3_600_000);
    env.alc(["resume", &id, "x"]).ok();
    let ran = env.alc(["result", &id, "--wait"]);
    assert!(ran.stderr.contains("budget_exceeded"), "{ran:?}");
    // What is said counts before.
    let id = env.alc(["spawn", "--max-llm-calls", "2", "--deadline", "2h", "-e", twice]).ok();
    env.alc(["prompt", &id]).ok();
    assert_eq!(env.alc(["resume", &id, "x", "--next"]).ok(), "b");
    assert_eq!(env.alc(["gc", "--older-than", "1h"]).ok().lines().next(), Some("sessions=0"));
    assert_eq!(env.alc(["gc"]).ok().lines().next(), Some("sessions=2"));
}

#[test]
fn a_daemon_does_not_guess_what_settings_mean() {
    let env = configured("[daemon]\nidle_exti = '1h'\n");
    let error = env.alc(["spawn", "-e", "return 1"]).fails(78, "damaged");
    assert!(error.contains("config.toml:2: unknown field `idle_exti`"), "{error}");
    fs::write(env.home().join("config.toml"), "").expect("writes");
    env.alc(["spawn", "-e", "return 1"]).ok();
}
