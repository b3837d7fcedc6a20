//! `alc doctor`: what is wrong is found, with the command that mends it; nothing is changed and nothing
//! started.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, chown},
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::env::{Ran, TestEnv, kill};

const ALC: &str = env!("CARGO_BIN_EXE_alc");

/// What each line says of its subject: the verdict, the message and the hint.
fn findings(ran: &Ran) -> BTreeMap<String, [String; 3]> {
    let lines = ran.stdout.lines().map(|line| {
        let columns: Vec<_> = line.split('\t').map(str::to_owned).collect();
        let [verdict, subject, message, hint] = &columns[..] else { panic!("{line}") };
        (subject.clone(), [verdict.clone(), message.clone(), hint.clone()])
    });
    lines.collect()
}

/// Asserts that nothing is to be mended.
#[track_caller]
fn sound(env: &TestEnv) -> BTreeMap<String, [String; 3]> {
    let ran = env.alc(["doctor"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let findings = findings(&ran);
    assert!(findings.values().all(|[verdict, _, hint]| verdict == "ok" && hint.is_empty()));
    findings
}

/// Asserts that this alone is to be mended; what is said of it, and the command.
#[track_caller]
fn mend(ran: &Ran, subject: &str) -> (String, String) {
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{ran:?}");
    let findings = findings(ran);
    let wrong: Vec<_> = findings.iter().filter(|(_, [verdict, ..])| verdict != "ok").collect();
    let [(found, [_, message, hint])] = wrong[..] else { panic!("{ran:?}") };
    assert_eq!(found, subject, "{ran:?}");
    (message.clone(), hint.clone())
}

/// Runs a hint, as somebody would paste it.
fn paste(env: &TestEnv, command: &str) {
    let mut shell = env.program("/bin/sh");
    Ran::new(shell.args(["-c", command]).output().expect("sh runs")).ok();
}

/// Every file in the home with what is in it; the log aside, which daemons write.
fn files(env: &TestEnv) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries =
        fs::read_dir(env.home()).expect("reads").map(|entry| entry.expect("reads").path());
    entries
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), fs::read(path).expect("reads")))
        .collect()
}

#[test]
fn a_sound_home_is_told_to_be_and_stays_as_it_is() {
    let env = TestEnv::new();
    let subjects: Vec<_> = sound(&env).into_keys().collect();
    assert_eq!(subjects, ["daemon", "folder", "journal", "limits", "lua", "program"]);
    assert!(!env.home().exists());
    env.spawn_paused("return alc.llm('a')");
    let running = sound(&env);
    assert!(running["journal"][1].starts_with("1 sessions in "), "{running:?}");
    let pid = env.daemon_pid().expect("a daemon");
    assert!(running["daemon"][1].ends_with(&format!("answers as process {pid}")), "{running:?}");
    assert!(running.contains_key("socket") && running.contains_key("disk"), "{running:?}");
    env.alc(["daemon", "stop"]).ok();
    let before = files(&env);
    assert_eq!(sound(&env)["daemon"][1], "none runs; commands that need one start it");
    assert_eq!(files(&env), before);
    assert_eq!(env.daemon_pid(), None);
}

#[test]
fn what_a_killed_daemon_left_is_sound() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    env.kill_daemon();
    assert!(env.home().join("journal.db-wal").exists());
    let found = sound(&env);
    assert!(found["journal"][1].starts_with("1 sessions in "), "{found:?}");
    assert_eq!(env.daemon_pid(), None);
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
}

#[test]
fn rights_that_let_others_in_are_found_and_the_hints_mend_them() {
    let env = TestEnv::new();
    fs::DirBuilder::new().mode(0o755).create(env.home()).expect("makes");
    let (message, hint) = mend(&env.alc(["doctor"]), "folder");
    assert!(message.contains("others may read or write"), "{message}");
    paste(&env, &hint);
    sound(&env);
    env.spawn_paused("return alc.llm('a')");
    let socket = env.home().join("alcd.sock");
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o666)).expect("sets");
    let (_, hint) = mend(&env.alc(["doctor"]), "socket");
    paste(&env, &hint);
    sound(&env);
}

#[test]
fn files_that_the_daemon_cannot_use_are_found() {
    let env = TestEnv::new();
    env.spawn_paused("return alc.llm('a')");
    env.alc(["daemon", "stop"]).ok();
    if alc_ipc::own_uid() == 0 {
        // As if it had been started with `sudo` once.
        let log = env.home().join("alcd.log");
        chown(&log, Some(65534), None).expect("gives away");
        let (message, hint) = mend(&env.alc(["doctor"]), "rights");
        assert!(message.contains("alcd.log is not yours"), "{message}");
        paste(&env, hint.strip_prefix("sudo ").expect("a command"));
        sound(&env);
    }
    fs::set_permissions(env.home(), fs::Permissions::from_mode(0o500)).expect("sets");
    if let Some(ran) = env.alc_of_a_user(["doctor"]) {
        let (_, hint) = mend(&ran, "rights");
        paste(&env, &hint);
        sound(&env);
    } else {
        println!("skipped: setpriv");
    }
}

#[test]
fn a_damaged_journal_is_found_and_not_touched() {
    let env = TestEnv::new();
    for n in 0..20 {
        env.alc(["spawn", "--wait", "-e", &format!("return ('{n} '):rep(200)")]).ok();
    }
    env.alc(["daemon", "stop"]).ok();
    let journal = env.home().join("journal.db");
    let sound_bytes = fs::read(&journal).expect("reads");
    let damage = |at: usize, length: usize| {
        let mut bytes = sound_bytes.clone();
        bytes[at..at + length].fill(0xa5);
        fs::write(&journal, &bytes).expect("writes");
        let (message, _) = mend(&env.alc(["doctor"]), "journal");
        assert_eq!(fs::read(&journal).expect("reads"), bytes);
        message
    };
    // A page in the middle, the head of the first one, and half a file.
    let page = 8192;
    assert!(damage(sound_bytes.len() / page / 2 * page, page).contains("is damaged"));
    assert!(damage(0, 16).contains("journal.db"));
    fs::write(&journal, &sound_bytes[..sound_bytes.len() / 2]).expect("writes");
    mend(&env.alc(["doctor"]), "journal");
    fs::write(&journal, &sound_bytes).expect("writes");
    sound(&env);
}

#[test]
fn a_daemon_that_does_not_answer_is_found() {
    let env = TestEnv::new();
    env.spawn_paused("return alc.llm('a')");
    let pid = env.daemon_pid().expect("a daemon");
    kill(pid, libc::SIGSTOP);
    let (message, hint) = mend(&env.alc(["doctor"]), "daemon");
    assert!(message.contains("does not answer"), "{message}");
    assert!(hint.starts_with("fuser -k "), "{hint}");
    kill(pid, libc::SIGCONT);
    sound(&env);
}

#[test]
fn a_program_that_is_not_there_and_narrow_limits_are_found() {
    let env = TestEnv::new();
    let alone = env.copy_of_program(Path::new(ALC), "alc");
    let mut command = env.program(&alone.display().to_string());
    let ran = Ran::new(command.arg("doctor").env("PATH", env.folder()).output().expect("alc runs"));
    let (message, hint) = mend(&ran, "program");
    assert!(message.contains("alcd"), "{message}");
    assert_eq!(hint, "cargo install --force alc");
    let mut shell = env.program("/bin/sh");
    shell.args(["-c", "ulimit -n 100; exec \"$0\" doctor", ALC]);
    let (_, hint) = mend(&Ran::new(shell.output().expect("sh runs")), "limits");
    assert_eq!(hint, "ulimit -n 1024");
}

#[test]
fn a_home_that_is_no_folder_is_found() {
    let env = TestEnv::new();
    fs::write(env.home(), "").expect("writes");
    let ran = env.alc(["doctor"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(findings(&ran)["folder"][0], "mend");
    fs::remove_file(env.home()).expect("removes");
    let lines = env.json(["doctor"]);
    let of = |subject: &str| lines.iter().find(|line| line["subject"] == subject).expect("a line");
    assert_eq!(of("lua")["verdict"], "ok");
    assert_eq!(of("lua")["hint"], Value::Null);
    assert!(
        Path::new(
            of("folder")["message"].as_str().expect("text").split(' ').next().expect("a path")
        )
        .is_absolute()
    );
}
