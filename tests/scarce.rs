//! Few descriptors, little memory, and other things under the names of the daemon's files.

use std::{
    fs,
    os::unix::{fs::symlink, net::UnixStream},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use crate::env::{Ran, TestEnv};

const ALC: &str = env!("CARGO_BIN_EXE_alc");

/// Whether a program can be given less than others have.
#[expect(clippy::print_stdout, reason = "what a machine lacks is told by the test")]
fn can_limit(env: &TestEnv, test: &str) -> bool {
    let can = env.program("prlimit").args(["--nofile=64", "true"]).output();
    let can = can.is_ok_and(|ran| ran.status.success());
    if !can {
        println!("skipped: {test} needs prlimit");
    }
    can
}

/// A daemon that has only so much.
fn start(env: &TestEnv, limit: &str) -> Child {
    let mut command = env.program("prlimit");
    command.args([limit, env!("CARGO_BIN_EXE_alcd"), "run"]);
    let daemon = command.stderr(Stdio::null()).spawn().expect("prlimit runs");
    let deadline = Instant::now() + Duration::from_mins(1);
    while env.alc(["daemon", "status", "--no-start"]).code != Some(0) {
        assert!(Instant::now() < deadline, "it does not listen");
    }
    daemon
}

#[test]
fn a_daemon_without_descriptors_takes_clients_in_once_others_have_left() {
    let env = TestEnv::new();
    if !can_limit(&env, "a_daemon_without_descriptors_takes_clients_in_once_others_have_left") {
        return;
    }
    let id = env.spawn_paused("return alc.llm('a')");
    env.alc(["daemon", "stop"]).ok();
    let mut daemon = start(&env, "--nofile=40");
    let mut client = env.connect();
    let address = env.endpoint().expect("an endpoint").address().to_owned();
    let idle: Vec<_> = (0..60).map(|_| UnixStream::connect(&address).expect("connects")).collect();
    // Who is in already is served, or told to try again.
    for _ in 0..20 {
        match client.state(id.parse().expect("an id")) {
            Ok(view) => assert!(view.0.contains("paused"), "{view:?}"),
            Err(error) => assert!(format!("{error:?}").contains("Unavailable"), "{error:?}"),
        }
    }
    drop(idle);
    env.alc(["resume", &id, "x"]).ok();
    assert_eq!(env.alc(["result", "--wait", "-r", &id]).ok(), "x");
    env.alc(["daemon", "stop"]).ok();
    assert_eq!(daemon.wait().expect("ends").code(), Some(0));
}

#[test]
fn a_client_without_descriptors_says_so_and_does_not_panic() {
    let env = TestEnv::new();
    if !can_limit(&env, "a_client_without_descriptors_says_so_and_does_not_panic") {
        return;
    }
    let id = env.spawn_paused("return alc.llm('a')");
    for descriptors in 3..12 {
        for words in [&["state", &id][..], &["list"], &["watch", &id, "--until", "paused"]] {
            let mut command = env.program("prlimit");
            command.args([&format!("--nofile={descriptors}"), ALC]).args(words);
            let ran = Ran::new(command.output().expect("prlimit runs"));
            let says = ran.stderr.starts_with("alc: ") && ran.stderr.contains(" [");
            // With fewer not even its libraries can be loaded.
            let runs = !ran.stderr.contains("error while loading shared libraries");
            assert!(ran.code == Some(0) || says || !runs, "{descriptors}: {ran:?}");
        }
    }
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
}

#[test]
fn a_daemon_that_dies_of_want_of_memory_loses_nothing() {
    let env = TestEnv::new();
    if !can_limit(&env, "a_daemon_that_dies_of_want_of_memory_loses_nothing") {
        return;
    }
    let id = env.spawn_paused("return alc.llm('a') .. alc.llm('b')");
    env.alc(["resume", &id, "x"]).ok();
    env.alc(["prompt", &id]).ok();
    env.alc(["daemon", "stop"]).ok();
    let mut daemon = start(&env, "--as=1000000000");
    // Each may have 256 MiB of its own.
    let greedy = "local t = {} while true do t[#t + 1] = ('x'):rep(1 << 20) .. #t end";
    let spawned: Vec<_> = (0..5).map(|_| env.alc_with(["spawn", "-"], greedy)).collect();
    for id in spawned.iter().filter(|ran| ran.code == Some(0)).map(|ran| ran.stdout.trim_end()) {
        env.alc(["wait", "--for", "terminal", id]);
        assert_eq!(env.alc(["state", id]).ok(), "failed");
        let result = env.json(["result", id]).remove(0);
        // Whether the script lacks it or the engine around it is a matter of chance.
        let kind = &result["error"]["kind"];
        assert!(kind == "memory" || kind == "engine_error", "{result}");
    }
    env.alc(["resume", &id, "y"]).ok();
    assert_eq!(env.alc(["result", "--wait", "-r", &id]).ok(), "xy");
    env.alc(["daemon", "stop"]).ok();
    daemon.wait().expect("ends");
}

#[test]
fn what_has_the_name_of_one_of_its_files_is_named_and_stays() {
    for name in ["journal.db", "journal.reserve", "lock", "id", "endpoint", "alcd.log"] {
        for dangling in [false, true] {
            // A link to nothing is as good as nothing where a file is replaced.
            if dangling && matches!(name, "id" | "endpoint") {
                continue;
            }
            let env = TestEnv::new();
            env.alc(["daemon", "start"]).ok();
            env.alc(["daemon", "stop"]).ok();
            let path = env.home().join(name);
            fs::remove_file(&path).expect("removes");
            if dangling {
                symlink("nowhere/at/all", &path).expect("links");
            } else {
                fs::create_dir(&path).expect("makes");
            }
            let stderr = env.alc(["spawn", "-e", "return 1"]).fails(78, "damaged");
            assert!(stderr.contains(name), "{stderr}");
            assert!(path.is_symlink() == dangling && path.is_dir() != dangling);
        }
    }
}

#[test]
fn garbage_in_its_small_files_is_replaced_or_named() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let write = |name: &str| fs::write(env.home().join(name), b"\0\xff garbage").expect("writes");
    for name in ["lock", "alcd.sock", "alcd.log", "endpoint", "journal.reserve"] {
        env.alc(["daemon", "stop"]).ok();
        write(name);
        assert_eq!(env.alc(["state", &id]).ok(), "paused", "{name}");
    }
    env.alc(["daemon", "stop"]).ok();
    let folder_id = fs::read(env.home().join("id")).expect("reads");
    write("id");
    let stderr = env.alc(["state", &id]).fails(78, "damaged");
    assert!(stderr.contains("/id"), "{stderr}");
    fs::write(env.home().join("id"), folder_id).expect("writes");
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
}
