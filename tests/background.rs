//! The daemon as its users meet it: it holds on to nothing of its caller, owns its folder alone, and
//! touches nothing that is not its own.

use std::{
    ffi::OsString,
    fs,
    io::{BufRead as _, BufReader},
    os::unix::{
        ffi::OsStringExt as _,
        fs::{DirBuilderExt as _, PermissionsExt as _},
    },
    path::{Path, PathBuf},
    process::Stdio,
};

use crate::env::{Ran, TestEnv, kill};

const ALC: &str = env!("CARGO_BIN_EXE_alc");
const ALCD: &str = env!("CARGO_BIN_EXE_alcd");

/// Runs a shell script that finds the command in `$ALC`.
fn shell(env: &TestEnv, script: &str) -> Ran {
    let mut shell = env.program("/bin/sh");
    Ran::new(shell.args(["-c", script]).env("ALC", ALC).output().expect("sh runs"))
}

/// A daemon that stands still until this is dropped.
struct Standstill(i32);

impl Standstill {
    fn of(env: &TestEnv) -> Self {
        let pid = env.daemon_pid().expect("a daemon");
        kill(pid, libc::SIGSTOP);
        Self(pid)
    }
}

impl Drop for Standstill {
    fn drop(&mut self) {
        kill(self.0, libc::SIGCONT);
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("is there").permissions().mode() & 0o777
}

/// Makes the home, with these rights.
fn make_home(env: &TestEnv, mode: u32) {
    fs::DirBuilder::new().create(env.home()).expect("makes");
    fs::set_permissions(env.home(), fs::Permissions::from_mode(mode)).expect("sets");
}

/// The process's session, from Linux's `/proc`.
#[cfg(target_os = "linux")]
fn session_of(process: &str) -> String {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("reads");
    let (_, fields) = stat.rsplit_once(") ").expect("a name");
    fields.split(' ').nth(3).expect("a session").to_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn the_daemon_holds_on_to_nothing_of_its_caller() {
    let env = TestEnv::new();
    // All of these must be free of it, or this waits for ever: the substitution's pipe, the two of
    // the shell itself, and a pipe and a file that it happens to have open.
    let script = r#"
        export MARKER=leaked
        exec 9>leak.txt
        exec 8>&1
        id=$("$ALC" spawn -e "return alc.llm('a')") && "$ALC" prompt "$id""#;
    let ran = shell(&env, script);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "a", ""));
    let process = format!("/proc/{}", env.daemon_pid().expect("a daemon"));
    let home = env.home().canonicalize().expect("is there");
    for entry in fs::read_dir(format!("{process}/fd")).expect("reads") {
        // It may close one meanwhile, such as the connection of the client that asked who it is.
        let Ok(target) = fs::read_link(entry.expect("reads").path()) else { continue };
        let text = target.display().to_string();
        let own = target.starts_with(&home)
            || target == Path::new("/dev/null")
            || text.starts_with("socket:")
            || text.starts_with("anon_inode:");
        assert!(own, "{text}");
    }
    let link = |name: &str| fs::read_link(format!("{process}/{name}")).expect("a link");
    assert_eq!(link("cwd"), home);
    assert_eq!((link("fd/0"), link("fd/1")), ("/dev/null".into(), "/dev/null".into()));
    assert_eq!(link("fd/2"), home.join("alcd.log"));
    let pid = process.trim_start_matches("/proc/");
    assert_ne!(session_of(pid), session_of("self"));
    let environment = fs::read(format!("{process}/environ")).expect("reads");
    let environment = String::from_utf8_lossy(&environment).into_owned();
    let names: Vec<_> =
        environment.split('\0').filter_map(|entry| Some(entry.split_once('=')?.0)).collect();
    assert_eq!(names, ["PATH"]);
}

#[test]
fn what_the_daemon_writes_is_its_owners_alone() {
    let env = TestEnv::new();
    let ran = shell(&env, r#"umask 0; "$ALC" spawn -e "return alc.llm('a')""#);
    let id = ran.ok();
    env.alc(["prompt", &id]).ok();
    assert_eq!(mode(env.home()), 0o700);
    let mut files: Vec<_> = fs::read_dir(env.home())
        .expect("reads")
        .map(|entry| entry.expect("reads").file_name().into_string().expect("UTF-8"))
        .collect();
    files.sort();
    for name in ["alcd.log", "alcd.sock", "endpoint", "id", "journal.db", "lock"] {
        assert!(files.iter().any(|file| file == name), "{name}: {files:?}");
    }
    for name in files {
        assert_eq!(mode(&env.home().join(&name)), 0o600, "{name}");
    }
}

#[test]
fn a_home_that_others_may_look_into_is_refused() {
    let env = TestEnv::new();
    for open in [0o755, 0o710, 0o701] {
        if !env.home().exists() {
            make_home(&env, open);
        }
        fs::set_permissions(env.home(), fs::Permissions::from_mode(open)).expect("sets");
        let stderr = env.alc(["spawn", "-e", "return 1"]).fails(77, "not_permitted");
        let hint = format!("hint: chmod 700 {}", env.home().display());
        assert!(stderr.contains(&hint), "{stderr}");
        assert_eq!(mode(env.home()), open);
        assert!(!env.home().join("journal.db").exists());
    }
    fs::set_permissions(env.home(), fs::Permissions::from_mode(0o700)).expect("sets");
    env.alc(["spawn", "-e", "return 1"]).ok();
}

#[test]
fn what_a_killed_daemon_left_behind_is_in_nobodys_way() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let (socket, endpoint) = (env.home().join("alcd.sock"), env.home().join("endpoint"));
    env.kill_daemon();
    assert!(socket.exists() && endpoint.exists());
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
    env.kill_daemon();
    fs::write(&endpoint, "half a f").expect("writes");
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
    env.kill_daemon();
    fs::remove_file(&endpoint).expect("removes");
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
    env.kill_daemon();
    fs::remove_file(&socket).expect("removes");
    fs::write(&socket, "no socket").expect("writes");
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
    env.alc(["resume", &id, "x"]).ok();
    assert_eq!(env.alc(["result", "--wait", "-r", &id]).ok(), "x");
}

#[test]
fn a_second_daemon_is_refused_and_the_first_goes_on() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let pid = env.daemon_pid();
    let here = env.command(["daemon", "run"]);
    let mut other = env.program(ALCD);
    other.arg("run");
    let mut told = env.program(ALCD);
    told.args(["run", "--home"]).arg(env.home()).env_remove("ALC_HOME");
    for mut command in [here, other, told] {
        let ran = Ran::new(command.output().expect("runs"));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(5), ""), "{ran:?}");
        let home = env.home().display();
        let sentence = format!("alcd: a daemon runs in {home} already [");
        assert!(ran.stderr.starts_with(&sentence), "{ran:?}");
    }
    assert_eq!(env.daemon_pid(), pid);
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
    env.alc(["daemon", "start"]).ok();
    assert_eq!(env.daemon_pid(), pid);
}

#[test]
fn a_stopped_daemon_is_gone_and_its_sessions_are_not() {
    let env = TestEnv::new();
    let paused = env.spawn_paused("return alc.llm('a')");
    let running = env.spawn("while true do end");
    env.alc(["daemon", "stop"]).fails(8, "busy");
    assert_eq!(env.alc(["daemon", "stop", "--force"]).ok(), "");
    assert_eq!(env.daemon_pid(), None);
    assert_eq!(env.alc(["daemon", "stop"]).ok(), "");
    assert_eq!(env.alc(["state", &paused]).ok(), "paused");
    assert_eq!(env.alc(["state", &running]).ok(), "running");
    env.alc(["cancel", &running]).ok();
}

#[test]
fn a_daemon_ends_at_sigterm_and_takes_nothing_along() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    env.spawn("while true do end");
    kill(env.daemon_pid().expect("a daemon"), libc::SIGTERM);
    env.wait_for_lock();
    assert_eq!(env.alc(["list", "-q"]).ok().lines().count(), 2);
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
}

#[test]
fn a_home_that_cannot_hold_a_socket_works() {
    let mut names = vec![OsString::from("d".repeat(120)), ["deep"; 40].join("/").into()];
    // Elsewhere a file system may take nothing but UTF-8.
    if cfg!(target_os = "linux") {
        names.push(OsString::from_vec(b"gr\xfcn".to_vec()));
    }
    for name in names {
        let env = TestEnv::with_home(name);
        let id = env.spawn_paused("return alc.llm('a')");
        let endpoint = env.endpoint().expect("an endpoint");
        let elsewhere = endpoint.address().parent().expect("a folder").to_owned();
        assert!(!elsewhere.starts_with(env.folder()));
        assert_eq!((mode(&elsewhere), mode(endpoint.address())), (0o700, 0o600));
        env.kill_daemon();
        env.alc(["resume", &id, "x"]).ok();
        assert_eq!(env.alc(["result", "--wait", "-r", &id]).ok(), "x");
        env.alc(["daemon", "stop"]).ok();
        fs::remove_dir_all(elsewhere).expect("removes");
    }
}

#[test]
fn a_home_may_have_any_name() {
    for name in ["a b", "grün\n🙂", "it's \"$HOME\" \\", "x=y;z", "-e"] {
        let env = TestEnv::with_home(name);
        let id = env.spawn_paused("return alc.llm('a')");
        env.kill_daemon();
        assert_eq!(env.alc(["state", &id]).ok(), "paused", "{name}");
    }
}

#[test]
fn a_relative_home_is_the_same_from_anywhere() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let mut command = env.command(["state", &id]);
    command.env("ALC_HOME", "home/../home");
    assert_eq!(Ran::new(command.output().expect("alc runs")).ok(), "paused");
}

#[test]
fn a_daemon_that_does_not_answer_is_called_wedged() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let mut watch = env.command(["watch", &id]);
    let mut watch = watch.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("alc runs");
    let mut line = String::new();
    let mut events = BufReader::new(watch.stdout.take().expect("a pipe"));
    events.read_line(&mut line).expect("reads");
    assert!(line.starts_with("1\t"), "{line}");
    let standstill = Standstill::of(&env);
    env.alc(["state", &id]).fails(69, "wedged");
    env.alc(["spawn", "-e", "return 1"]).fails(69, "wedged");
    env.alc(["daemon", "status"]).fails(69, "wedged");
    let ran = Ran::new(watch.wait_with_output().expect("alc ends"));
    ran.fails(69, "wedged");
    drop(standstill);
    assert_eq!(env.alc(["list", "-q"]).ok(), id);
}

/// Every file of the home with its bytes, but the log.
fn content(env: &TestEnv) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(env.home())
        .expect("reads")
        .map(|entry| entry.expect("reads").path())
        .filter(|path| {
            path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"journal"))
        })
        .map(|path| (path.clone(), fs::read(path).expect("reads")))
        .collect();
    files.sort();
    files
}

#[test]
fn a_damaged_journal_is_refused_and_not_touched() {
    let env = TestEnv::new();
    env.spawn_paused("return alc.llm('a')");
    env.alc(["daemon", "stop"]).ok();
    let journal = env.home().join("journal.db");
    let sound = fs::read(&journal).expect("reads");
    let other_program = [&sound[..68], b"else", &sound[72..]].concat();
    let later_release = [&sound[..60], &[0, 0, 99, 0], &sound[64..]].concat();
    let garbage = b"this is no journal\n".repeat(1000);
    for bytes in [&garbage, &sound[..sound.len() / 2], &sound[..50], &other_program, &later_release]
    {
        fs::write(&journal, bytes).expect("writes");
        let before = content(&env);
        for words in
            [&["list"][..], &["state", "@"], &["spawn", "-e", "return 1"], &["daemon", "start"]]
        {
            let stderr = env.alc(words.iter().copied()).fails(78, "damaged");
            assert!(stderr.contains("journal.db"), "{stderr}");
        }
        assert_eq!(content(&env), before);
    }
    fs::write(&journal, &sound).expect("writes");
    assert_eq!(env.alc(["state", "@"]).ok(), "paused");
}

#[test]
fn a_home_that_is_a_file_is_refused_and_not_touched() {
    let env = TestEnv::new();
    env.file("home", "precious");
    for words in
        [&["list"][..], &["state", "@"], &["spawn", "-e", "return 1"], &["daemon", "start"]]
    {
        let stderr = env.alc(words.iter().copied()).fails(78, "damaged");
        assert!(stderr.contains("home"), "{stderr}");
    }
    assert_eq!(fs::read(env.home()).expect("reads"), b"precious");
}

#[test]
fn a_home_in_which_nothing_can_be_written_is_refused() {
    let env = TestEnv::with_home("closed/home");
    let closed = env.folder().join("closed");
    fs::DirBuilder::new().mode(0o500).create(&closed).expect("makes");
    let Some(ran) = env.alc_of_a_user(["spawn", "-e", "return 1"]) else {
        println!("skipped: a_home_in_which_nothing_can_be_written_is_refused");
        return;
    };
    ran.fails(77, "not_permitted");
    assert_eq!(env.alc(["list"]).ok(), "");
}
