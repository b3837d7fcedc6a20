//! `alc run` and `alc drive` at a terminal: without a command the person there is asked, and Ctrl-C
//! leaves the session as it is.

use std::{fs, os::unix::process::ExitStatusExt as _};

use crate::{
    env::TestEnv,
    terminal::{CTRL_C, Ended, Shown, Terminal},
};

const CTRL_D: &[u8] = b"\x04";
const ASK: &str = "return alc.llm('2+2?')";
const HOW: &str = "`e` alone opens your editor";

/// Starts a session and is asked what it asks.
fn run(env: &TestEnv, source: &str, flags: &[&str]) -> Terminal {
    let words = ["run", "-e", source].into_iter().chain(flags.iter().copied());
    let mut terminal = Terminal::showing(Shown::Stderr, env.command(words));
    terminal.wait_for(HOW);
    terminal
}

/// The newest session's id.
fn newest(env: &TestEnv) -> String {
    env.alc(["list", "-q", "--limit", "1"]).ok()
}

#[track_caller]
fn printed(ended: &Ended, result: &str) {
    assert_eq!((ended.status.code(), ended.piped.as_str()), (Some(0), result), "{ended:?}");
}

#[track_caller]
fn died_of_ctrl_c(ended: &Ended) {
    assert_eq!(ended.status.signal(), Some(libc::SIGINT), "{ended:?}");
    assert_eq!(ended.piped, "");
}

#[test]
fn a_person_is_asked_and_types_the_answers() {
    let env = TestEnv::new();
    let source = "local a = alc.llm('Two lines\\27[2J?', {system = 'be kind', role = 'poet',
        max_tokens = 9}) return {a, alc.llm('And ' .. #a .. '?')}";
    let mut terminal = run(&env, source, &[]);
    let screen = terminal.screen();
    let id = newest(&env);
    assert!(screen.contains(&format!("{id}.1 asks you as poet, for up to 9 tokens\nbe kind\n")));
    assert!(screen.contains("Two lines\\033[2J?"), "{screen}");
    terminal.press("grün\nrot\n\n".as_bytes());
    terminal.wait_for("And 9?");
    terminal.press(b"yes");
    // Once for the line, once for the end.
    terminal.press(CTRL_D);
    terminal.press(CTRL_D);
    let ended = terminal.end();
    printed(&ended, "[\"grün\\nrot\",\"yes\"]\n");
}

#[test]
fn an_empty_answer_is_asked_for_again_and_leaving_keeps_the_query() {
    let env = TestEnv::new();
    let mut terminal = run(&env, ASK, &[]);
    terminal.press(b"\n");
    terminal.wait_for("that is empty; Ctrl-D leaves the query open");
    terminal.press(CTRL_D);
    let ended = terminal.end();
    assert_eq!((ended.status.code(), ended.piped.as_str()), (Some(8), ""));
    let id = newest(&env);
    let said = format!("\nalc: {id}.1 is still open: no answer was given [pending]\n");
    assert!(ended.screen.contains(&said), "{ended:?}");
    assert!(ended.screen.ends_with(&format!("hint: alc drive {id}")), "{ended:?}");
    let mut terminal =
        Terminal::showing(Shown::Stderr, env.command(["drive", &id, "--allow-empty", "-r"]));
    terminal.wait_for(HOW);
    terminal.press(b"\n");
    printed(&terminal.end(), "\n");
}

#[test]
fn a_person_may_write_in_an_editor() {
    let env = TestEnv::new();
    // It says what it was shown, fails once, and takes an interruption for its own.
    let editor = env.file(
        "editor.sh",
        "cp \"$1\" shown; [ -e tried ] || { touch tried; exit 3; }
        trap 'echo deaf >&2' INT; echo ready >&2; until [ -e go ]; do :; done
        printf 'one\\n\\ntwo\\n\\n' | cat - shown > \"$1\"",
    );
    let mut command = env.command(["run", "-e", ASK]);
    command.env("EDITOR", "false").env("VISUAL", format!("exec sh '{}'", editor.display()));
    let mut terminal = Terminal::showing(Shown::Stderr, command);
    terminal.wait_for(HOW);
    terminal.press(b"e\n");
    terminal.wait_for("the editor failed: ");
    terminal.press(b"e\n");
    terminal.wait_for("ready");
    terminal.press(CTRL_C);
    terminal.wait_for("deaf");
    env.file("go", "");
    printed(&terminal.end(), "\"one\\n\\ntwo\"\n");
    let shown = fs::read_to_string(env.folder().join("shown")).expect("reads");
    assert!(shown.starts_with("\n-------- >8 --------") && shown.ends_with("\n2+2?\n"), "{shown}");
}

#[test]
fn what_somebody_else_answers_a_person_need_not() {
    let env = TestEnv::new();
    let mut terminal = run(&env, "return alc.llm('a?') .. alc.llm('b?')", &["-r"]);
    let id = newest(&env);
    env.alc(["resume", &id, "A"]).ok();
    terminal.wait_for(&format!("{id}.1 was answered by somebody else; press Enter"));
    terminal.press(b"half an ans\n\n");
    terminal.wait_for("b?");
    env.alc(["cancel", &id]).ok();
    let ended = terminal.end();
    assert_eq!(ended.status.code(), Some(3));
    assert!(ended.screen.contains(&format!("\nalc: {id} was cancelled")), "{ended:?}");
}

#[test]
fn ctrl_c_leaves_the_question_to_another_day() {
    let env = TestEnv::new();
    let mut terminal = run(&env, ASK, &[]);
    let id = newest(&env);
    terminal.press(CTRL_C);
    let ended = terminal.end();
    died_of_ctrl_c(&ended);
    assert!(ended.screen.contains(&format!("stopped driving; {id} is still paused")), "{ended:?}");
    assert!(ended.screen.ends_with(&format!("\n  hint: alc drive {id}")), "{ended:?}");
    assert_eq!(env.alc(["drive", &id, "--", "echo", "4"]).ok(), "\"4\"");
}

#[test]
fn ctrl_c_ends_the_command_and_gives_the_lease_up() {
    let env = TestEnv::new();
    for (script, says) in [
        ("trap 'echo ended >&2; echo no; exit' TERM; echo ready >&2; while :; do :; done", "ended"),
        // Deaf to a gentle word, and so is its child.
        ("trap '' TERM; sh -c 'echo ready >&2; exec sleep 1000' & wait; echo no", ""),
    ] {
        let id = env.spawn(ASK);
        let words = ["drive", &id, "-j", "2", "--retry", "9", "--", "sh", "-c", script];
        let mut terminal = Terminal::showing(Shown::Stderr, env.command(words));
        terminal.wait_for("ready");
        terminal.press(CTRL_C);
        // When nobody has the terminal any more: neither the command nor its child.
        let ended = terminal.end();
        died_of_ctrl_c(&ended);
        let sentence = format!("\nalc: stopped driving; {id} is still paused [interrupted]\n");
        assert!(ended.screen.contains(&sentence) && ended.screen.contains(says), "{ended:?}");
        let hint = format!("hint: alc drive {id} -j 2 --retry 9 -- sh -c ");
        assert!(ended.screen.contains(&hint), "{ended:?}");
        assert_eq!(env.alc(["prompt", "--id", &id]).ok(), format!("{id}.1"));
        assert_eq!(env.alc(["drive", &id, "--", "echo", "4"]).ok(), "\"4\"");
    }
}

#[test]
fn a_command_of_the_hint_is_the_one_that_was_given() {
    let env = TestEnv::new();
    let id = env.spawn(ASK);
    let line = "echo ready >&2; sleep 1000; echo 'a b'";
    let words = ["drive", &id, "-r", "--role", "it's=x y", "--answer-timeout", "1h", "--sh", line];
    let mut command = env.command(words);
    command.stderr(std::process::Stdio::piped());
    let mut driver = command.spawn().expect("alc runs");
    let mut said = std::io::BufReader::new(driver.stderr.take().expect("a pipe"));
    let mut first = String::new();
    std::io::BufRead::read_line(&mut said, &mut first).expect("reads");
    assert_eq!(first, "ready\n");
    crate::env::kill(i32::try_from(driver.id()).expect("a pid"), libc::SIGTERM);
    assert_eq!(driver.wait().expect("ends").signal(), Some(libc::SIGTERM));
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut said, &mut rest).expect("reads");
    let hint = rest.lines().find_map(|line| line.strip_prefix("  hint: ")).expect("a hint");
    // As a shell reads it.
    let words = env
        .program("/bin/sh")
        .args(["-c", &format!("set -- {hint}; printf '%s\\n' \"$@\"")])
        .output();
    let words = String::from_utf8(words.expect("runs").stdout).expect("UTF-8");
    let expected = [
        "alc",
        "drive",
        &id,
        "--role",
        "it's=x y",
        "--answer-timeout",
        "3600000ms",
        "--sh",
        line,
        "-r",
    ];
    assert_eq!(words.lines().collect::<Vec<_>>(), expected);
}
