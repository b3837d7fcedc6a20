//! The daemon as a service of its user: what is written, and what the platform's manager is told. This
//! machine's own manager is left alone; one that writes down what it is told has its name.

use std::{fs, path::PathBuf, process::Command};

use crate::env::{Ran, TestEnv};

/// The test's user's home.
fn user(env: &TestEnv) -> PathBuf {
    env.folder().to_owned()
}

/// `alc` with a service manager that writes down its arguments and ends with this status.
pub(crate) fn alc(env: &TestEnv, status: u8, words: &[&str]) -> Command {
    // Written by a shell: what this process has open for writing, another thread's child may have, too,
    // and then it cannot be run.
    let script = "mkdir -p bin; for name in systemctl launchctl; do
        printf '#!/bin/sh\necho \"$0 $*\" >> \"%s/told\"\necho no bus >&2\nexit %s\n' \"$PWD\" \"$0\" > bin/$name
        chmod +x bin/$name; done";
    let mut shell = env.program("/bin/sh");
    let written = shell.args(["-c", script, &status.to_string()]).status().expect("sh runs");
    assert!(written.success());
    let mut command = env.command(words.iter().copied());
    let path = std::env::var("PATH").expect("a path");
    command.env("PATH", format!("{}/bin:{path}", env.folder().display())).env("HOME", user(env));
    command
}

/// What the manager was told since the last time, without where it lies.
fn told(env: &TestEnv) -> Vec<String> {
    let log = env.folder().join("told");
    let text = fs::read_to_string(&log).unwrap_or_default();
    fs::write(&log, "").expect("writes");
    text.lines().map(|line| line.rsplit("/bin/").next().expect("a name").to_owned()).collect()
}

fn ran(mut command: Command) -> Ran {
    Ran::new(command.output().expect("alc runs"))
}

#[cfg(target_os = "linux")]
#[test]
fn systemd_is_told_to_start_the_daemon_and_to_forget_it() {
    let env = TestEnv::new();
    let unit = user(&env).join(".config/systemd/user/alcd.service");
    let printed = ran(alc(&env, 0, &["daemon", "install", "--print"])).ok();
    assert!(!unit.exists() && told(&env).is_empty());
    let home = env.home().display();
    assert!(printed.contains(&format!("run --home \"{home}\"\n")), "{printed}");
    for _ in 0..2 {
        assert_eq!(ran(alc(&env, 0, &["daemon", "install"])).ok(), unit.display().to_string());
        assert_eq!(fs::read_to_string(&unit).expect("reads").trim_end(), printed);
        let enable =
            ["systemctl --user daemon-reload", "systemctl --user enable --now alcd.service"];
        assert_eq!(told(&env), enable);
    }
    match Command::new("systemd-analyze").args(["--user", "verify"]).arg(&unit).output() {
        Ok(output) => {
            let verified = Ran::new(output);
            // Where no systemd runs, it can verify nothing.
            if !verified.stderr.contains("Failed to") {
                assert_eq!((verified.code, verified.stderr.as_str()), (Some(0), ""));
            }
        }
        Err(_) => println!("skipped: systemd-analyze"),
    }
    assert_eq!(ran(alc(&env, 0, &["daemon", "uninstall"])).ok(), unit.display().to_string());
    assert_eq!(told(&env), ["systemctl --user disable --now alcd.service"]);
    assert!(!unit.exists());
    let again = ran(alc(&env, 0, &["daemon", "uninstall"]));
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), ""));
    assert!(told(&env).is_empty());
}

/// The unit's command starts the daemon, as systemd would.
#[cfg(target_os = "linux")]
#[test]
fn what_the_unit_runs_is_the_daemon() {
    let env = TestEnv::with_home("a home with spaces");
    let unit = ran(alc(&env, 0, &["daemon", "install", "--print"])).ok();
    let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).expect("a command");
    let mut shell = env.program("/bin/sh");
    let mut daemon = shell.args(["-c", &format!("exec {line}")]).spawn().expect("sh runs");
    while env.daemon_pid().is_none() {
        assert!(daemon.try_wait().expect("is there").is_none(), "it ended");
    }
    assert_eq!(env.daemon_pid(), i32::try_from(daemon.id()).ok());
    env.alc(["daemon", "stop"]).ok();
    assert!(daemon.wait().expect("ends").success());
}

#[test]
fn what_the_manager_refuses_is_told() {
    let env = TestEnv::new();
    let stderr = ran(alc(&env, 1, &["daemon", "install"])).fails(1, "service_refused");
    assert!(stderr.contains("refused: no bus"), "{stderr}");
    ran(alc(&env, 0, &["daemon", "install"])).ok();
    // Its file is gone all the same: nothing starts at the next login.
    ran(alc(&env, 1, &["daemon", "uninstall"])).fails(1, "service_refused");
    assert_eq!(ran(alc(&env, 0, &["daemon", "uninstall"])).ok(), "");
}

#[cfg(target_os = "linux")]
#[test]
fn doctor_finds_a_service_of_another_program() {
    let env = TestEnv::new();
    let line = || {
        let ran = ran(alc(&env, 0, &["doctor"]));
        ran.stdout.lines().find(|line| line.contains("\tservice\t")).map(str::to_owned)
    };
    assert_eq!(line(), None);
    let unit = PathBuf::from(ran(alc(&env, 0, &["daemon", "install"])).ok());
    assert!(line().expect("a line").starts_with("ok\t"));
    let text = fs::read_to_string(&unit).expect("reads");
    fs::write(&unit, text.replace("/alcd\"", "/old/alcd\"")).expect("writes");
    let found = line().expect("a line");
    assert!(found.starts_with("mend\t") && found.ends_with("\talc daemon install"), "{found}");
    ran(alc(&env, 0, &["daemon", "install"])).ok();
    assert!(line().expect("a line").starts_with("ok\t"));
    // One who is not logged in for ever, and whose services end when he leaves.
    let mut doctor = alc(&env, 0, &["doctor"]);
    doctor.env("USER", "nobody-of-this-name");
    assert!(ran(doctor).stdout.contains("\tloginctl enable-linger\n"));
}
