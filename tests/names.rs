//! Names, labels and idempotency keys: who is meant, and what happens once.

use std::{
    collections::BTreeSet,
    io,
    os::unix::net::UnixStream,
    process::{Child, Stdio},
    thread,
};

use crate::{
    detour::{Detour, receive, send},
    env::{Ran, TestEnv, kill},
};

const ASK: &str = "return alc.llm('a')";
const ASK_TWICE: &str = "local a = alc.llm('a') return {a, alc.llm('b')}";

/// `alc spawn -e SOURCE` with these flags.
fn spawn(env: &TestEnv, source: &str, flags: &str) -> Ran {
    let flags = flags.split(' ').filter(|flag| !flag.is_empty());
    env.alc(["spawn", "-e", source].into_iter().chain(flags))
}

/// Starts `alc` and does not wait.
fn start(env: &TestEnv, words: &[&str]) -> Child {
    let mut command = env.command(words.iter().copied());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("alc runs")
}

fn end(child: Child) -> Ran {
    Ran::new(child.wait_with_output().expect("alc ends"))
}

fn count(env: &TestEnv) -> usize {
    env.alc(["list", "-q"]).ok().lines().count()
}

/// Brings a new session of this name into a state, and returns its id.
#[track_caller]
fn bring_to(env: &TestEnv, name: &str, state: &str) -> String {
    let source = match state {
        "running" => "while true do end",
        "failed" => "error('no luck')",
        "done" => "return 1",
        _ => ASK,
    };
    let id = spawn(env, source, &format!("--name {name}")).ok();
    match state {
        "running" => {}
        "cancelled" => {
            env.alc(["cancel", &id]).ok();
        }
        _ => {
            env.alc(["wait", &id]);
        }
    }
    id
}

#[test]
fn a_session_is_called_by_its_name_and_shows_it_with_its_labels() {
    let env = TestEnv::new();
    let id = spawn(&env, ASK, "--name nightly -l team=core -l n.b=x=y").ok();
    assert_eq!(env.alc(["prompt", "nightly"]).ok(), "a");
    assert_eq!(env.alc(["prompt", "--id", "nightly"]).ok(), format!("{id}.1"));
    let session = &env.json(["state", "nightly"])[0];
    assert_eq!(session["name"], "nightly");
    assert_eq!(session["labels"], serde_json::json!({"team": "core", "n.b": "x=y"}));
    let row = env.alc(["list"]).ok();
    let columns: Vec<_> = row.split('\t').collect();
    assert_eq!((columns[1], columns[5]), ("nightly", "n.b=x=y,team=core"));
    let other = spawn(&env, ASK, "-l team=core").ok();
    let listed = |labels: &str| env.alc(["list", "-q"].into_iter().chain(labels.split(' '))).ok();
    assert_eq!(listed("-l team=core"), format!("{other}\n{id}"));
    assert_eq!(listed("-l team=core -l n.b=x=y"), id);
    assert_eq!(listed("-l team=other"), "");
    assert_eq!(env.json(["list", "-l", "team=core"]).len(), 2);
    env.alc(["resume", "nightly.1", "x"]).ok();
    assert_eq!(env.alc(["result", "--wait", "-r", "nightly"]).ok(), "x");
}

#[test]
fn a_live_name_is_taken_and_an_ended_one_is_free() {
    let env = TestEnv::new();
    for state in ["running", "paused"] {
        let id = bring_to(&env, state, state);
        let said = spawn(&env, ASK, &format!("--name {state}")).fails(5, "name_in_use");
        assert!(said.contains(&format!("belongs to session {id} ")), "{said}");
        assert!(said.contains(&format!("hint: alc state {id}\n")), "{said}");
        // What is cancelled has let go of its name, also while its Lua still runs.
        env.alc(["cancel", state]).ok();
        let next = spawn(&env, ASK, &format!("--name {state}")).ok();
        assert_eq!(env.alc(["prompt", "--id", state]).ok(), format!("{next}.1"));
    }
    for state in ["done", "failed", "cancelled"] {
        let id = bring_to(&env, state, state);
        assert_eq!(env.alc(["state", state]).ok(), state);
        let next = spawn(&env, ASK, &format!("--name {state}")).ok();
        assert_eq!(env.alc(["prompt", "--id", state]).ok(), format!("{next}.1"));
        assert_eq!(env.alc(["state", &id]).ok(), state);
    }
    let error = spawn(&env, ASK, "--name done --json").stderr;
    let error: serde_json::Value = serde_json::from_str(&error).expect("JSON");
    assert_eq!((&error["code"], &error["exit"]), (&"name_in_use".into(), &5.into()));
}

#[test]
fn reuse_takes_the_live_session_else_the_newest_that_is_done() {
    let env = TestEnv::new();
    let reuse =
        |name: &str, source: &str| spawn(&env, source, &format!("--name {name} --if-exists reuse"));
    for state in ["running", "paused"] {
        let id = bring_to(&env, state, state);
        assert_eq!(reuse(state, "return 2").ok(), id);
    }
    let done = bring_to(&env, "done", "done");
    assert_eq!(reuse("done", "return 1").ok(), done);
    let said = reuse("done", "return 2").fails(5, "name_in_use");
    assert!(said.contains(&done), "{said}");
    let other_ctx = "--name done --if-exists reuse --set a=1";
    spawn(&env, "return 1", other_ctx).fails(5, "name_in_use");
    for state in ["failed", "cancelled"] {
        let id = bring_to(&env, state, state);
        assert_ne!(reuse(state, ASK).ok(), id);
        bring_to(&env, &format!("new-{state}"), state);
    }
    let first = reuse("none", "return 1").ok();
    env.alc(["wait", &first]).ok();
    assert_eq!(reuse("none", "return 1").ok(), first);
    assert_eq!(
        env.json(["spawn", "-e", "return 1", "--name", "none", "--if-exists", "reuse"])[0]["id"],
        first
    );
}

#[test]
fn replace_cancels_what_is_live_and_nothing_else() {
    let env = TestEnv::new();
    for state in ["running", "paused", "done", "failed", "cancelled"] {
        let old = bring_to(&env, state, state);
        let new = spawn(&env, ASK, &format!("--name {state} --if-exists replace")).ok();
        assert_ne!(new, old);
        assert_eq!(env.alc(["prompt", "--id", state]).ok(), format!("{new}.1"));
        env.alc(["wait", "--for", "terminal", &old]);
        let live = matches!(state, "running" | "paused");
        assert_eq!(env.alc(["state", &old]).ok(), if live { "cancelled" } else { state });
        if live {
            let result = &env.json(["result", &old])[0];
            assert_eq!(result["reason"]["detail"], format!("replaced by {new}"));
            assert_eq!(result["state_before"], state);
        }
    }
    let none = spawn(&env, ASK, "--name none --if-exists replace").ok();
    spawn(&env, "return x x", "--name none --if-exists replace").fails(1, "does_not_load");
    assert_eq!(env.alc(["prompt", "--id", "none"]).ok(), format!("{none}.1"));
}

#[test]
fn of_spawns_that_race_for_a_name_one_gets_it() {
    let env = TestEnv::new();
    env.alc(["daemon", "start"]).ok();
    for name in ["a", "b", "c", "d"] {
        let racers: Vec<_> =
            (0..4).map(|_| start(&env, &["spawn", "-e", ASK, "--name", name])).collect();
        let (won, lost): (Vec<_>, Vec<_>) =
            racers.into_iter().map(end).partition(|ran| ran.code == Some(0));
        let [won] = <[Ran; 1]>::try_from(won).expect("one winner");
        let id = won.ok();
        for ran in lost {
            assert!(ran.fails(5, "name_in_use").contains(&id));
        }
        let reuse = ["spawn", "-e", ASK, "--name", name, "--if-exists", "reuse"];
        let racers: Vec<_> = (0..4).map(|_| start(&env, &reuse)).collect();
        assert!(racers.into_iter().all(|racer| end(racer).ok() == id));
    }
    assert_eq!(count(&env), 4);
}

#[test]
fn a_key_makes_one_session_across_ends_and_killed_daemons() {
    let env = TestEnv::new();
    let again = || spawn(&env, ASK, "--idempotency-key k1 --name n -l a=1 -l b=2").ok();
    let id = again();
    assert_eq!(again(), id);
    env.kill_daemon();
    assert_eq!(again(), id);
    assert_eq!(spawn(&env, ASK, "-l b=2 -l a=1 --name n --idempotency-key k1").ok(), id);
    for other in [
        spawn(&env, ASK, "--idempotency-key k1"),
        spawn(&env, ASK, "--idempotency-key k1 --name n -l a=1"),
        spawn(&env, ASK, "--idempotency-key k1 --name n -l a=1 -l b=2 --set x=1"),
        spawn(&env, "return 1", "--idempotency-key k1 --name n -l a=1 -l b=2"),
    ] {
        let said = other.fails(5, "key_in_use");
        assert!(said.contains(&format!("hint: alc state {id}\n")), "{said}");
    }
    env.alc(["resume", &id, "x"]).ok();
    env.alc(["wait", &id]).ok();
    assert_eq!(again(), id);
    env.kill_daemon();
    assert_eq!(again(), id);
    assert_eq!(count(&env), 1);
    env.alc(["rm", &id]).ok();
    // It names that session for ever, also once nothing is left of it.
    for flags in ["--name n -l a=1 -l b=2", "", "--json"] {
        let ran = spawn(&env, ASK, &format!("--idempotency-key k1 {flags}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(5), ""), "{ran:?}");
        assert!(ran.stderr.contains(&format!("session {id}, which is deleted")), "{ran:?}");
        assert!(ran.stderr.contains("alc spawn --idempotency-key ANOTHER"), "{ran:?}");
    }
    assert_eq!(count(&env), 0);
    assert_ne!(spawn(&env, ASK, "--idempotency-key k2 --name n -l a=1 -l b=2").ok(), id);
}

/// Runs `alc` behind a detour that hangs up on it once it was told so many things, just as the daemon
/// answers its next request; and lets it through when it comes again.
fn cut_after(env: &TestEnv, told: usize, words: &[&str]) -> Ran {
    let detour = Detour::new(env);
    let some = |daemon: &UnixStream, client: &UnixStream| {
        (0..told).try_for_each(|_| send(client, &receive(daemon)?))?;
        receive(daemon).map(|_| ())
    };
    let all = |mut daemon: &UnixStream, mut client: &UnixStream| {
        // Whoever has what it wanted may hang up first.
        let _ = io::copy(&mut daemon, &mut client);
        Ok(())
    };
    thread::scope(|scope| {
        let passed = scope.spawn(|| detour.pass(some).and_then(|()| detour.pass(all)));
        let ran = env.alc(words.iter().copied());
        passed.join().expect("ends").expect("no error");
        ran
    })
}

#[test]
fn a_spawn_whose_answer_is_lost_is_sent_again_and_makes_one_session() {
    let env = TestEnv::new();
    env.alc(["daemon", "start"]).ok();
    for flags in ["", "--name a", "--name a --if-exists replace", "--idempotency-key k"] {
        let before = count(&env);
        // The greeting is told, the new session's id is not.
        let words: Vec<_> =
            ["spawn", "-e", ASK].into_iter().chain(flags.split_whitespace()).collect();
        let id = cut_after(&env, 1, &words).ok();
        assert_eq!(count(&env), before + 1, "{flags}");
        assert_eq!(env.alc(["prompt", "--id", "@"]).ok(), format!("{id}.1"), "{flags}");
    }
}

#[test]
fn an_answer_whose_receipt_is_lost_reaches_one_question() {
    let env = TestEnv::new();
    for flags in [&[][..], &["--idempotency-key", "k"]] {
        let id = env.spawn_paused(ASK_TWICE);
        // The greeting and the query are told, that the answer is stored is not.
        cut_after(&env, 2, &[&["resume", "@", "A"], flags].concat()).ok();
        assert_eq!(env.alc(["prompt", &id]).ok(), "b");
        env.alc(["resume", &id, "B"]).ok();
        assert_eq!(env.alc(["result", "--wait", &id]).ok(), r#"["A","B"]"#);
    }
}

#[test]
fn spawns_under_a_dying_daemon_make_one_session_each() {
    let env = TestEnv::new();
    let mut ids = BTreeSet::new();
    for _ in 0..6 {
        let spawns: Vec<_> = (0..5).map(|_| start(&env, &["spawn", "-e", ASK])).collect();
        // Without waiting for its end, since the clients start the next one meanwhile.
        if let Some(pid) = env.daemon_pid() {
            kill(pid, libc::SIGKILL);
        }
        ids.extend(spawns.into_iter().map(|spawn| end(spawn).ok()));
    }
    assert_eq!(ids.len(), 30);
    let listed: BTreeSet<_> = env.alc(["list", "-q"]).ok().lines().map(str::to_owned).collect();
    assert_eq!(listed, ids);
}

#[test]
fn an_answer_with_a_key_counts_once_whatever_it_says() {
    let env = TestEnv::new();
    let id = spawn(&env, ASK_TWICE, "--name n").ok();
    env.alc(["prompt", &id]).ok();
    let resume = |reference: &str, text: &str, key: &str| {
        env.alc(["resume", reference, text, "--idempotency-key", key])
    };
    resume("n", "A", "k").ok();
    assert_eq!(env.alc(["prompt", "n"]).ok(), "b");
    for reference in ["n", "n.1", &id, &format!("{id}.1")] {
        let ran = resume(reference, "again", "k");
        assert!(ran.stderr.contains(&format!("{id}.1 had this answer already")), "{ran:?}");
        ran.ok();
    }
    resume("n.1", "other", "l").fails(5, "stale_query");
    env.kill_daemon();
    resume("n", "again", "k").ok();
    assert_eq!(env.alc(["prompt", "n"]).ok(), "b");
    let line = format!("{{\"query_id\":\"{id}.2\",\"response\":\"B\"}}\n");
    env.alc_with(["resume", "n", "--batch", "--idempotency-key", "k"], &line).ok();
    env.alc(["wait", "n"]).ok();
    let line = line.replace('B', "other");
    env.alc_with(["resume", "n", "--batch", "--idempotency-key", "k"], &line).ok();
    env.alc_with(["resume", "n", "--batch"], &line).fails(5, "stale_query");
    resume("n", "again", "k").ok();
    resume("n", "more", "m").fails(5, "not_paused");
    resume("n.3", "more", "k").fails(5, "unknown_query");
    assert_eq!(env.alc(["result", "n"]).ok(), r#"["A","B"]"#);
    let cancelled = env.spawn_paused(ASK_TWICE);
    resume(&cancelled, "A", "k").ok();
    env.alc(["prompt", &cancelled]).ok();
    env.alc(["cancel", &cancelled]).ok();
    resume(&cancelled, "again", "k").ok();
    resume(&cancelled, "B", "l").fails(5, "already_cancelled");
}

#[test]
fn an_answer_to_nothing_never_reaches_a_question_that_opens_later() {
    let env = TestEnv::new();
    let id = env.spawn("while true do end");
    env.alc(["resume", &id, "x"]).fails(5, "not_paused");
    env.alc(["resume", "@", "x", "--idempotency-key", "k"]).fails(5, "not_paused");
    env.alc(["cancel", &id]).ok();
    env.alc(["resume", &id, "x"]).fails(5, "already_cancelled");
    for _ in 0..10 {
        // Its question opens about now.
        let id = env.spawn(ASK);
        let ran = env.alc(["resume", &id, "x"]);
        env.alc(["wait", &id]);
        let state = env.alc(["state", &id]).ok();
        if ran.code == Some(0) {
            assert_eq!(state, "done");
        } else {
            ran.fails(5, "not_paused");
            assert_eq!(state, "paused");
        }
    }
}

#[test]
fn what_is_no_name_label_or_key_is_refused() {
    let env = TestEnv::new();
    for flags in [
        "--name a.b",
        "--name @",
        "--if-exists reuse",
        "--name a --if-exists sometimes",
        "-l novalue",
        "-l a/b=1",
        "--idempotency-key=",
    ] {
        spawn(&env, ASK, flags).fails(2, "usage");
    }
    spawn(&env, ASK, "-l a=1 -l a=2").fails(2, "invalid");
    env.alc(["list", "-l", "novalue"]).fails(2, "usage");
    assert!(!env.home().exists());
}
