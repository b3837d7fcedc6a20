//! What a terminal is shown beyond what scripts read: colour, drawing, and nothing that commands it.

use std::process::Command;

use crate::{
    env::{TestEnv, kill},
    terminal::{CTRL_C, Ended, Shown, Terminal},
};

const ESCAPE: char = '\u{1b}';

#[test]
fn stdout_and_stderr_are_judged_apart() {
    let env = TestEnv::new();
    env.spawn_paused("return alc.llm('a')");
    let run = |words: &[&str], shown, variables: &[(&str, &str)]| {
        let mut command = env.command(words.iter().copied());
        command.envs(variables.iter().copied());
        let Ended { bytes, piped, .. } = Terminal::showing(shown, command).end();
        (bytes.contains(ESCAPE), piped.contains(ESCAPE))
    };
    let list = |shown, variables: &[_]| run(&["list"], shown, variables);
    let error = |shown, variables: &[_]| run(&["state", "nobody"], shown, variables);
    // On the terminal, in the pipe.
    assert_eq!(list(Shown::Stdout, &[]), (true, false));
    assert_eq!(list(Shown::Stderr, &[]), (false, false));
    assert_eq!(error(Shown::Stderr, &[]), (true, false));
    assert_eq!(error(Shown::Stdout, &[]), (false, false));
    assert_eq!(error(Shown::Stdout, &[("CLICOLOR_FORCE", "1")]), (false, true));
    let log = run(&["log", "@"], Shown::Stderr, &[("CLICOLOR_FORCE", "1")]);
    assert_eq!(log, (false, true));
    let usage = ["bogus", "--color", "never"];
    assert_eq!(run(&usage, Shown::Both, &[]), (false, false));
    assert_eq!(run(&["bogus", "--color=always"], Shown::Stdout, &[]), (false, true));
    for variable in [("NO_COLOR", "1"), ("TERM", "dumb"), ("CLICOLOR_FORCE", "0")] {
        let off = variable.0 != "CLICOLOR_FORCE";
        assert_eq!(list(Shown::Both, &[variable]).0, !off, "{variable:?}");
        assert_eq!(error(Shown::Both, &[variable]).0, !off, "{variable:?}");
    }
}

#[test]
fn a_background_job_does_not_draw_on_the_terminal_of_another() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let wait = |flags: &str| {
        let mut shell = env.program("sh");
        let alc = env!("CARGO_BIN_EXE_alc");
        shell.args(["-m", "-c", &format!("{alc} wait {id} --for terminal {flags}")]);
        Terminal::showing(Shown::Both, shell)
    };
    let mut before = wait("");
    before.wait_for("waiting");
    before.press(CTRL_C);
    before.end();
    let behind = wait("--timeout 1s & wait").end().bytes;
    assert!(!behind.contains("waiting") && behind.contains("did not get there"), "{behind}");
}

#[test]
fn what_a_session_says_cannot_command_a_terminal() {
    let env = TestEnv::new();
    // Clears the screen, in seven bits and in eight; and rings, and deletes.
    let says = "'a\\27[2Jb\\u{9b}2Jc\\7\\127'";
    let asks = env.spawn_paused(&format!("return alc.llm({says})"));
    let returns = env.spawn(&format!("return {says}"));
    let fails = env.spawn(&format!("error({says}, 0)"));
    for id in [&returns, &fails] {
        env.alc(["wait", id]);
    }
    for words in [
        &["prompt", &asks][..],
        &["prompt", "--json", &asks],
        &["state", "--json", &asks],
        &["watch", &asks, "--until", "paused"],
        &["watch", &asks, "--until", "paused", "--json"],
        &["log", &asks],
        &["result", "-r", &returns],
        &["result", &returns],
        &["result", "--json", &returns],
        &["result", &fails],
        &["result", "--json", &fails],
    ] {
        let words = words.iter().copied().chain(["--color", "never"]);
        let ended = Terminal::start(env.command(words.clone())).end();
        assert!(!ended.bytes.contains(['\u{9b}', '\u{7}', '\u{7f}']), "{ended:?}");
        assert!(!ended.bytes.contains("\u{1b}[2J"), "{ended:?}");
        assert!(ended.screen.contains("[2Jb"), "{ended:?}");
    }
    // Programs get it as it is.
    assert_eq!(env.alc(["prompt", &asks]).stdout, "a\u{1b}[2Jb\u{9b}2Jc\u{7}\u{7f}");
    assert_eq!(env.alc(["result", "-r", &returns]).stdout, "a\u{1b}[2Jb\u{9b}2Jc\u{7}\u{7f}\n");
}

#[test]
fn who_begins_is_told_how_to_go_on() {
    let env = TestEnv::new();
    let on_terminal = |words: &[&str]| {
        let words = words.iter().copied().chain(["--color", "never"]);
        Terminal::start(env.command(words)).end().screen
    };
    let bare = on_terminal(&[]);
    assert_eq!(bare.lines().filter(|line| line.starts_with("  ")).count(), 3, "{bare}");
    assert!(on_terminal(&["list"]).starts_with("no sessions yet; begin with: alc spawn "));
    assert!(on_terminal(&["list", "--json"]).is_empty());
    assert!(on_terminal(&["list", "-q"]).is_empty());
    let spawned = on_terminal(&["spawn", "-e", "return alc.llm('a')"]);
    let id = env.alc(["list", "-q"]).ok();
    assert_eq!(spawned, format!("{id}\nnext: alc prompt {id}"));
    assert_eq!(on_terminal(&["list", "--state", "failed"]), "no such sessions");
}

/// Starts to watch these sessions with the drawing on the terminal and the events in a pipe.
fn watch(env: &TestEnv, ids: &[&str], variables: &[(&str, &str)]) -> Terminal {
    let mut command: Command = env.command(["watch"].iter().chain(ids).copied());
    command.envs(variables.iter().copied());
    Terminal::showing(Shown::Stderr, command)
}

#[test]
fn every_watched_session_has_its_line() {
    let env = TestEnv::new();
    let asks = env.spawn_paused("alc.llm_batch({{prompt = 'one\\nmore'}, {prompt = 'two'}})");
    let works = env.spawn_paused("alc.llm('x') alc.progress(1, 4, 'reading') while true do end");
    let mut terminal = watch(&env, &[&asks, &works], &[]);
    let expected = format!("? {asks}.1 one\n? {asks}.2 two\n? {works}.1 x");
    terminal.wait_until("shows every question", |screen| screen == expected);
    env.alc(["resume", &works, "y"]).ok();
    terminal.wait_until("shows how far it is", |screen| {
        let line = screen.lines().last().unwrap_or_default();
        [&works, "[=====>", "1/4 reading"].iter().all(|part| line.contains(part))
    });
    env.alc(["resume", &format!("{asks}.1"), "1"]).ok();
    env.alc(["cancel", &works]).ok();
    env.alc(["resume", &asks, "2"]).ok();
    let ended = terminal.end();
    assert_eq!(ended.status.code(), Some(3), "{ended:?}");
    assert_eq!(ended.screen, "");
    for id in [&asks, &works] {
        let printed = ended.piped.lines().filter_map(|line| line.strip_prefix(&format!("{id}\t")));
        let alone = env.alc(["watch", id]);
        assert_eq!(printed.collect::<Vec<_>>().join("\n"), alone.stdout.trim_end());
    }
}

#[test]
fn what_is_drawn_is_gone_after_ctrl_c() {
    let env = TestEnv::new();
    let ids = [(); 3].map(|()| env.spawn_paused("return alc.llm('a')"));
    let mut terminal = watch(&env, &[&ids[0], &ids[1], &ids[2]], &[]);
    terminal.wait_for(&format!("? {}.1 a", ids[2]));
    terminal.press(CTRL_C);
    let ended = terminal.end();
    assert!(!ended.screen.contains('?'), "{ended:?}");
    let sentence = "alc: stopped watching; 3 sessions live on [interrupted]\n";
    assert!(ended.screen.starts_with(sentence), "{ended:?}");
    // Each goes on where its events in the pipe end.
    let printed = |id: &str| ended.piped.lines().filter(|line| line.starts_with(id)).count();
    let places = ids.each_ref().map(|id| printed(id).to_string());
    let hint = format!("hint: alc watch {} --after {}", ids.join(" "), places.join(","));
    // The terminal broke it.
    assert!(ended.screen.replace('\n', "").contains(&hint), "{ended:?}");
}

#[test]
fn nothing_is_drawn_where_nobody_looks_or_wants_it() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    for (flag, variables) in [
        ("--quiet", &[][..]),
        ("--json", &[]),
        ("--color=auto", &[("TERM", "dumb")]),
        ("--color=always", &[("TERM", "dumb"), ("NO_COLOR", "1")]),
    ] {
        let mut command = env.command(["watch", &id, flag]);
        command.envs(variables.iter().copied());
        let mut terminal = Terminal::start(command);
        terminal.wait_for("running");
        terminal.wait_for("paused");
        kill(terminal.pid(), libc::SIGKILL);
        let ended = terminal.end();
        // Events and nothing else, each on its line.
        let drawn = ended.bytes.contains(ESCAPE) || ended.bytes.contains(['?', '\u{2801}']);
        assert!(!drawn, "{flag} {ended:?}");
    }
    let ran =
        Terminal::showing(Shown::Stdout, env.command(["watch", &id, "--until", "paused"])).end();
    assert_eq!(ran.piped, "");
}
