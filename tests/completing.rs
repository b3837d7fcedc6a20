//! What shells offer when somebody presses Tab, in real shells.

use std::{fs, path::Path, process::Command};

use crate::{
    env::{Ran, TestEnv, kill},
    terminal::Terminal,
};

const ALC: &str = env!("CARGO_BIN_EXE_alc");
/// What is offered must not depend on how busy the machine is.
const PATIENT: (&str, &str) = ("ALC_COMPLETE_MS", "60000");
const BATCH: &str = "return alc.llm_batch({{prompt = 'one'}, {prompt = 'two'}})";

/// Whether there is such a shell; a remark if not.
#[expect(clippy::print_stdout, reason = "what a machine lacks is told by the test")]
fn is_there(shell: &str) -> bool {
    let there = Command::new(shell).arg("--version").output().is_ok();
    if !there {
        println!("skipped: {shell}");
    }
    there
}

/// A shell that finds `alc`, and its completion script in the test's folder.
fn shell(env: &TestEnv, name: &str, arguments: &[&str]) -> Command {
    let (_, script) = [("bash", "alc.bash"), ("zsh", "_alc"), ("fish", "alc.fish")]
        .into_iter()
        .find(|(shell, _)| *shell == name)
        .expect("a shell");
    env.file(script, env.alc(["completions", name]).stdout);
    let folder = Path::new(ALC).parent().expect("a folder").display();
    let path = std::env::var("PATH").expect("a path");
    let mut command = env.program(name);
    command.args(arguments).env("PATH", format!("{folder}:{path}")).env("PS1", "> ");
    command.env("HOME", env.folder()).env(PATIENT.0, PATIENT.1);
    command
}

/// Starts a shell on a terminal, tells it this, and returns when it is ready.
fn on_terminal(env: &TestEnv, name: &str, arguments: &[&str], begin: &str) -> Terminal {
    let mut terminal = Terminal::start(shell(env, name, arguments));
    terminal.wait_for(">");
    terminal.press(format!("{begin}; echo is re''ady\r").as_bytes());
    terminal.wait_for("is ready");
    terminal
}

/// What a shell without a terminal is offered for a line, by `alc` itself.
fn offered(env: &TestEnv, words: &[&str]) -> Vec<String> {
    offered_within(env, Some(PATIENT), words)
}

/// The same with another limit, or the usual one.
fn offered_within(env: &TestEnv, limit: Option<(&str, &str)>, words: &[&str]) -> Vec<String> {
    let mut command = env.command(["--", "alc"].iter().chain(words).copied());
    command.env("ALC_COMPLETE", "fish").envs(limit);
    let ran = Ran::new(command.output().expect("alc runs"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{words:?}");
    ran.stdout.lines().map(str::to_owned).collect()
}

/// Sessions of which each verb is about others. No id begins like a name that has an `i`, `l`, `o` or `u`.
fn sessions(env: &TestEnv) -> [String; 4] {
    let spawn = |words: &[&str]| env.alc(["spawn"].iter().chain(words).copied()).ok();
    let ask = "return alc.llm('Is this\\n  diff safe?')";
    let paused = spawn(&["--name", "review-1", "-l", "team=core", "-e", ask]);
    let done = spawn(&["--name", "old", "-l", "team=web", "-e", "return 1"]);
    let batch = spawn(&["-e", BATCH]);
    let running = spawn(&["--name", "busy", "-e", "while true do end"]);
    for id in [&paused, &done, &batch] {
        env.alc(["wait", id]);
    }
    [paused, done, batch, running]
}

#[test]
fn each_verb_is_offered_what_it_can_do_something_with() {
    let env = TestEnv::new();
    let [paused, done, batch, running] = sessions(&env);
    let safe = "review-1\tIs this diff safe?".to_owned();
    let (one, two) = (format!("{batch}.1\tone"), format!("{batch}.2\ttwo"));
    assert_eq!(offered(&env, &["resume", ""])[..3], [one, two.clone(), safe.clone()]);
    assert_eq!(offered(&env, &["resume", &format!("{batch}.2")]), [two]);
    assert_eq!(offered(&env, &["resume", "revi"]), [safe.as_str()]);
    assert_eq!(offered(&env, &["resume", "busy"]), [""; 0]);
    assert_eq!(offered(&env, &["resume", &paused]), [format!("{paused}\tIs this diff safe?")]);
    assert_eq!(offered(&env, &["drive", "bu"]), ["busy\trunning"]);
    assert_eq!(offered(&env, &["rm", "o"]), ["old\tdone"]);
    assert_eq!(offered(&env, &["rm", "bu"]), [""; 0]);
    assert_eq!(offered(&env, &["log", &done]), [format!("{done}\tdone")]);
    assert_eq!(offered(&env, &["watch", &done, "revi"]), [safe]);
    assert_eq!(offered(&env, &["list", "-l", "team="]), ["team=core", "team=web"]);
    assert_eq!(offered(&env, &["list", "--after", "ol"]), ["old\tdone"]);
    assert_eq!(offered(&env, &["list", "--state", "running,pa"]), ["running,paused"]);
    assert!(offered(&env, &["daemon", "st"]).iter().any(|line| line.starts_with("status\t")));
    assert_eq!(offered(&env, &["help", "exit"]), ["exit-codes"]);
    env.alc(["cancel", &running]).ok();
}

#[test]
fn what_has_a_name_is_offered_without_a_daemon() {
    let env = TestEnv::new();
    let source = "alc.card.create{pkg = {name = 'cot'}, card_id = 'first'}
        alc.state.set('owner', 'Anna')";
    env.alc(["spawn", "--wait", "-e", source]).ok();
    env.alc(["card", "alias", "best", "first"]).ok();
    let install = |path: &str, text: &str| {
        let path = env.home().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("creates");
        fs::write(path, text).expect("writes");
    };
    install("packages/cot/init.lua", "return { run = function() return 1 end }");
    install("packages/other/init.lua", "no lua at all");
    install("scenarios/sums.lua", "return { cases = { { input = 'x' } } }");
    env.file("local.lua", "return {}");
    env.alc(["eval", "sums", "cot", "--wait", "-q"]).ok();
    let evaluation = env.alc(["evals", "list", "-q"]).ok();
    env.spawn_paused("return alc.llm('Still safe?')");
    let paused =
        env.alc(["spawn", "--name", "review-1", "-l", "a=1", "-e", "return alc.llm('Safe?')"]).ok();
    env.alc(["prompt", &paused]).ok();
    env.alc(["daemon", "stop"]).ok();
    for (words, found) in [
        (["advice", "co"], "cot"),
        (["eval", "su"], "sums"),
        (["eval", "loc"], "local.lua"),
        (["resume", "rev"], "review-1\tSafe?"),
        (["resume", &format!("{paused}.")], &format!("{paused}.1\tSafe?")),
    ] {
        assert_eq!(offered(&env, &words), [found], "{words:?}");
    }
    for (words, found) in [
        (["pkg", "show", "c"], "cot"),
        (["pkg", "test", "o"], "other"),
        (["pkg", "remove", "c"], "cot"),
        (["run", "--strategy", "c"], "cot"),
        (["eval", "sums", "co"], "cot"),
        (["scenario", "show", "s"], "sums"),
        (["card", "show", "f"], "first\tcot"),
        (["card", "samples", "b"], "best\tfirst"),
        (["evals", "show", "c"], &format!("{evaluation}\tcot")),
        (["kv", "get", "o"], "owner\tdefault"),
        (["list", "-l", "a"], "a=1"),
    ] {
        assert_eq!(offered(&env, &words), [found], "{words:?}");
    }
    assert_eq!(env.daemon_pid(), None);
    // In a shell that a person uses, too.
    if is_there("bash") {
        let begin = ". ./alc.bash; set +o history";
        let mut bash = on_terminal(&env, "bash", &["--norc", "--noprofile", "-i"], begin);
        for (keys, shows) in [
            ("alc advice co\t#", "alc advice cot #"),
            ("alc resume rev\t#", "alc resume review-1 #"),
        ] {
            bash.press(keys.as_bytes());
            bash.wait_for(shows);
            bash.press(b"\x15\x0c");
        }
    }
    assert_eq!(env.daemon_pid(), None);
}

#[test]
fn completion_starts_no_daemon_and_says_nothing_of_what_goes_wrong() {
    let env = TestEnv::new();
    assert_eq!(offered(&env, &["resume", "x"]), [""; 0]);
    assert!(!env.home().exists());
    let id = env.spawn_paused("return alc.llm('a')");
    let pid = env.daemon_pid().expect("a daemon");
    // One that does not answer keeps nobody waiting.
    kill(pid, libc::SIGSTOP);
    assert_eq!(offered_within(&env, None, &["resume", &id]), [""; 0]);
    assert!(!offered(&env, &["resume", "--"]).is_empty());
    kill(pid, libc::SIGCONT);
    assert_eq!(offered(&env, &["resume", &id]).len(), 1);
    env.kill_daemon();
    offered(&env, &["resume", &id]);
    assert_eq!(env.daemon_pid(), None);
    for (shell, words) in [("tcsh", vec!["--", "alc", ""]), ("bash", vec![]), ("zsh", vec!["--"])] {
        let mut command = env.command(words);
        let ran = Ran::new(command.env("ALC_COMPLETE", shell).output().expect("alc runs"));
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", ""));
    }
}

#[test]
fn bash_completes() {
    if !is_there("bash") {
        return;
    }
    let env = TestEnv::new();
    let [_, _, batch, running] = sessions(&env);
    let mut bash =
        on_terminal(&env, "bash", &["--norc", "--noprofile", "-i"], ". ./alc.bash; set +o history");
    let mut types = |keys: &str, shows: &str| {
        bash.press(keys.as_bytes());
        bash.wait_for(shows);
        bash.press(b"\x15\x0c");
    };
    types("alc daem\t sta\t\t", "status");
    types("alc resume revi\t#", "alc resume review-1 #");
    types(&format!("alc resume {batch}.\t1 x#"), &format!("alc resume {batch}.1 x#"));
    // Bash cuts words at `=`; a label is one all the same.
    types("alc list -l te\tc\t#", "alc list -l team=core #");
    types("alc list -lteam=w\t#", "alc list -lteam=web #");
    types("alc list --state=running,pau\t#", "alc list --state=running,paused #");
    env.file("my script.lua", "return 1");
    types("alc spawn my\t#", "alc spawn my\\ script.lua #");
    env.alc(["cancel", &running]).ok();
}

#[test]
fn zsh_completes_at_the_first_tab() {
    if !is_there("zsh") {
        return;
    }
    let env = TestEnv::new();
    let running = sessions(&env)[3].clone();
    let begin = "fpath=($PWD $fpath); autoload -U compinit; compinit -u -D";
    let mut zsh = on_terminal(&env, "zsh", &["-f", "-i"], begin);
    let mut types = |keys: &str, shows: &str| {
        zsh.press(keys.as_bytes());
        zsh.wait_for(shows);
        zsh.press(b"\x15\x0c");
    };
    types("alc resume revi\t#", "alc resume review-1 #");
    types("alc resume \t", "Is this diff safe?");
    types("alc daem\t sta\t", "status");
    types("alc list -l team=c\t#", "alc list -l team=core #");
    env.alc(["cancel", &running]).ok();
}

#[test]
fn fish_completes() {
    if !is_there("fish") {
        return;
    }
    let env = TestEnv::new();
    let [paused, done, _, running] = sessions(&env);
    let script = "\
source alc.fish
for line in 'alc daemon sta' 'alc resume revi' 'alc rm ' \"alc log $argv[1]\" 'alc list -l team='
    complete -C $line
end";
    let mut fish = shell(&env, "fish", &["--no-config", "-c", script, &paused]);
    let lines = Ran::new(fish.output().expect("fish runs")).ok();
    let lines: Vec<_> = lines.lines().collect();
    for line in ["review-1\tIs this diff safe?", "old\tdone", "team=core", "team=web"] {
        assert!(lines.contains(&line), "{line}: {lines:?}");
    }
    assert!(lines.iter().any(|line| line.starts_with("status\t")), "{lines:?}");
    assert!(lines.contains(&&*format!("{paused}\tIs this diff safe?")), "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with(&done)), "{lines:?}");
    env.alc(["cancel", &running]).ok();
}
