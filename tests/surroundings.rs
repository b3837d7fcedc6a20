//! Homes as people have them: links, other users', read-only ones; and folders for sockets that are no
//! good.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, chown, symlink},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::env::{Ran, TestEnv};

const ALC: &str = env!("CARGO_BIN_EXE_alc");
/// Nobody on most systems, and nobody who runs these tests.
const STRANGER: u32 = 65534;

/// Whether this runs as root, who alone can be others.
#[expect(clippy::print_stdout, reason = "what a machine lacks is told by the test")]
fn can_be_others(test: &str) -> bool {
    let can = alc_ipc::own_uid() == 0;
    if !can {
        println!("skipped: {test} needs root");
    }
    can
}

fn make(path: &std::path::Path, mode: u32) {
    fs::DirBuilder::new().mode(mode).create(path).expect("makes");
}

/// The names in the home.
fn names(env: &TestEnv) -> Vec<String> {
    let entries = fs::read_dir(env.home()).expect("reads");
    entries.map(|entry| entry.expect("reads").file_name().into_string().expect("UTF-8")).collect()
}

#[test]
fn a_home_of_another_user_is_refused_and_not_touched() {
    if !can_be_others("a_home_of_another_user_is_refused_and_not_touched") {
        return;
    }
    let env = TestEnv::new();
    make(env.home(), 0o700);
    chown(env.home(), Some(STRANGER), None).expect("gives away");
    for words in [&["spawn", "-e", "return 1"][..], &["daemon", "start"]] {
        let stderr = env.alc(words.iter().copied()).fails(77, "not_permitted");
        assert!(stderr.contains("belongs to another user"), "{stderr}");
    }
    let ran = env.program(env!("CARGO_BIN_EXE_alcd")).arg("run").output().expect("alcd runs");
    assert_eq!(ran.status.code(), Some(77), "{ran:?}");
    assert_eq!(env.alc(["list"]).ok(), "");
    assert_eq!(names(&env), [""; 0]);
    fs::remove_dir(env.home()).expect("removes");
}

#[test]
fn another_user_is_turned_away() {
    if !can_be_others("another_user_is_turned_away") {
        return;
    }
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    // Where he could find the program and the way there.
    let mode = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("sets");
    };
    mode(env.folder(), 0o711);
    let program = env.copy_of_program(std::path::Path::new(ALC), "alc");
    let stranger = |words: &[&str]| {
        let mut command = env.program("setpriv");
        command.args([&format!("--reuid={STRANGER}"), "--clear-groups"]).arg(&program).args(words);
        Ran::new(command.output().expect("setpriv runs"))
    };
    stranger(&["state", &id]).fails(77, "not_permitted");
    stranger(&["spawn", "-e", "return 1"]).fails(77, "not_permitted");
    // Even if the rights were given away.
    mode(env.home(), 0o711);
    mode(&env.home().join("endpoint"), 0o644);
    mode(&env.home().join("alcd.sock"), 0o666);
    let stderr = stranger(&["resume", &id, "x"]).fails(77, "not_permitted");
    assert!(stderr.contains("the daemon belongs to another user"), "{stderr}");
    // And the daemon looks who it is that came.
    let limit = Instant::now() + Duration::from_mins(1);
    let log = || fs::read_to_string(env.home().join("alcd.log")).expect("a log");
    while !log().contains("turned away a client of another user") {
        assert!(Instant::now() < limit, "{}", log());
    }
    mode(env.home(), 0o700);
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
}

#[test]
fn a_home_that_is_a_link_is_the_folder_behind_it() {
    let env = TestEnv::with_home("link");
    let real = env.folder().join("real");
    make(&real, 0o700);
    symlink("real", env.home()).expect("links");
    let id = env.spawn_paused("return alc.llm('a')");
    let pid = env.daemon_pid();
    let there = |words: &[&str]| {
        let mut command = env.command(words.iter().copied());
        Ran::new(command.env("ALC_HOME", &real).output().expect("alc runs")).ok()
    };
    assert_eq!(there(&["state", &id]), "paused");
    assert_eq!(env.daemon_pid(), pid);
    env.kill_daemon();
    assert_eq!(there(&["state", &id]), "paused");
    env.alc(["resume", &id, "x"]).ok();
    assert_eq!(env.alc(["result", "--wait", "-r", &id]).ok(), "x");
}

#[test]
fn a_home_that_is_a_link_to_nothing_is_refused_and_nothing_made() {
    let env = TestEnv::with_home("link");
    symlink("nowhere", env.home()).expect("links");
    for words in [&["spawn", "-e", "return 1"][..], &["daemon", "start"]] {
        env.alc(words.iter().copied()).fails(78, "damaged");
    }
    assert!(!env.folder().join("nowhere").exists());
    fs::remove_file(env.home()).expect("removes");
}

#[test]
fn a_journal_that_is_a_link_survives_a_killed_daemon_and_is_never_replaced() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a') .. alc.llm('b')");
    env.alc(["daemon", "stop"]).ok();
    let (link, file) = (env.home().join("journal.db"), env.folder().join("elsewhere.db"));
    fs::rename(&link, &file).expect("moves");
    symlink(&file, &link).expect("links");
    env.alc(["resume", &id, "x"]).ok();
    env.kill_daemon();
    assert_eq!(env.alc(["prompt", &id]).ok(), "b");
    env.alc(["daemon", "stop"]).ok();
    assert!(!env.home().join("journal.db-wal").exists());
    // As if the disk that it is on were not there.
    let away = env.folder().join("away.db");
    fs::rename(&file, &away).expect("moves");
    for words in [&["list"][..], &["state", &id], &["spawn", "-e", "return 1"]] {
        let stderr = env.alc(words.iter().copied()).fails(78, "damaged");
        assert!(stderr.contains("journal.db"), "{stderr}");
    }
    assert!(link.is_symlink() && !file.exists());
    fs::rename(&away, &file).expect("moves");
    env.alc(["resume", &id, "y"]).ok();
    assert_eq!(env.alc(["result", "--wait", "-r", &id]).ok(), "xy");
}

#[test]
fn a_home_that_has_become_read_only_is_refused() {
    let env = TestEnv::new();
    env.spawn_paused("return alc.llm('a')");
    env.alc(["daemon", "stop"]).ok();
    fs::set_permissions(env.home(), fs::Permissions::from_mode(0o500)).expect("sets");
    for words in [&["state", "@"][..], &["spawn", "-e", "return 1"]] {
        let Some(ran) = env.alc_of_a_user(words.iter().copied()) else {
            println!("skipped: a_home_that_has_become_read_only_is_refused");
            break;
        };
        let stderr = ran.fails(77, "not_permitted");
        assert!(stderr.contains("may not be written"), "{stderr}");
    }
    fs::set_permissions(env.home(), fs::Permissions::from_mode(0o700)).expect("sets");
    assert_eq!(env.alc(["state", "@"]).ok(), "paused");
}

#[test]
fn the_default_home_is_in_the_users_folder() {
    let env = TestEnv::new();
    let mut command = env.command(["spawn", "--wait", "-e", "return 1"]);
    command.env_remove("ALC_HOME").env("HOME", env.folder());
    Ran::new(command.output().expect("alc runs")).ok();
    let place =
        if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/share" };
    let home = env.folder().join(place).join("alc");
    assert!(home.join("journal.db").exists());
    // From another folder, and with a HOME that is relative to it, it is the same.
    let mut command = env.command(["daemon", "stop"]);
    command.env_remove("ALC_HOME").env("HOME", ".");
    Ran::new(command.output().expect("alc runs")).ok();
    let lock = fs::File::options().write(true).open(home.join("lock")).expect("is there");
    lock.try_lock().expect("its daemon is gone");
    // Without HOME there is a home all the same.
    let mut command = env.command(["daemon", "status", "--no-start"]);
    let ran = Ran::new(command.env_remove("ALC_HOME").output().expect("alc runs"));
    assert!(matches!(ran.code, Some(0 | 69)), "{ran:?}");
}

#[test]
fn a_folder_for_sockets_that_is_no_good_is_passed_over() {
    let env = TestEnv::with_home("d".repeat(120));
    let runtime = env.folder().join("runtime");
    let start = |runtime: &std::path::Path| {
        let mut command = env.command(["daemon", "start"]);
        Ran::new(command.env("XDG_RUNTIME_DIR", runtime).output().expect("alc runs")).ok();
        let endpoint = env.endpoint().expect("an endpoint");
        assert_eq!(env.alc(["list"]).ok(), "");
        env.alc(["daemon", "stop"]).ok();
        endpoint.address().parent().expect("a folder").to_owned()
    };
    // It is not for us to make.
    let elsewhere = start(&runtime);
    assert!(!runtime.exists() && !elsewhere.starts_with(env.folder()));
    fs::remove_dir_all(&elsewhere).expect("removes");
    make(&runtime, 0o700);
    let ours = start(&runtime);
    assert!(ours.starts_with(&runtime));
    // Something else has the name.
    fs::remove_dir_all(&ours).expect("removes");
    fs::write(&ours, "precious").expect("writes");
    assert_eq!(start(&runtime), elsewhere);
    assert_eq!(fs::read_to_string(&ours).expect("reads"), "precious");
    fs::remove_dir_all(&elsewhere).expect("removes");
}

#[test]
fn a_folder_that_is_gone_keeps_nobody_from_working() {
    let env = TestEnv::new();
    let gone = env.folder().join("gone");
    make(&gone, 0o700);
    let script = "rmdir \"$PWD\" && exec \"$ALC\" spawn -e 'return 1' --wait";
    let mut shell = env.program("/bin/sh");
    shell.args(["-c", script]).env("ALC", ALC).current_dir(&gone);
    Ran::new(shell.output().expect("sh runs")).ok();
}

#[test]
fn a_parallel_make_ends_when_its_commands_do() {
    let env = TestEnv::new();
    let rule = "id%:\n\t@$(ALC) spawn -e 'return alc.llm(\"a\")' > $@\n";
    env.file("Makefile", format!("all: id1 id2 id3 id4 id5 id6\n{rule}"));
    let mut make = Command::new("make");
    make.args(["-j4", &format!("ALC={ALC}")]).current_dir(env.folder());
    let Ok(output) = make.env("ALC_HOME", env.home()).output() else {
        println!("skipped: make");
        return;
    };
    Ran::new(output).ok();
    assert_eq!(env.alc(["list", "-q"]).ok().lines().count(), 6);
}

#[test]
fn of_daemons_that_start_at_once_one_serves_and_the_others_say_so() {
    let env = TestEnv::new();
    let start = || {
        let mut command = env.program(env!("CARGO_BIN_EXE_alcd"));
        command.args(["run", "--ready"]).stdout(Stdio::piped()).spawn().expect("alcd runs")
    };
    let mut daemons: Vec<_> = (0..5).map(|_| start()).collect();
    let said = daemons.iter_mut().map(|daemon| {
        let mut line = String::new();
        let stdout = daemon.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("reads");
        line
    });
    let said: Vec<_> = said.collect();
    let serves = |line: &str| line == "{\"ready\":true}\n";
    assert_eq!(said.iter().filter(|line| serves(line)).count(), 1, "{said:?}");
    for (line, mut daemon) in said.iter().zip(daemons) {
        if serves(line) {
            env.alc(["daemon", "stop"]).ok();
            assert_eq!(daemon.wait().expect("ends").code(), Some(0));
        } else {
            assert!(line.contains("already"), "{line}");
            assert_eq!(daemon.wait().expect("ends").code(), Some(5));
        }
    }
}
