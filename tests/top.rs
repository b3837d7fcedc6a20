//! `alc top` and `alc inbox` at a terminal.

use std::os::unix::process::ExitStatusExt as _;

use crate::{
    env::TestEnv,
    terminal::{CTRL_C, Terminal},
};

const LEAVES: &str = "\u{1b}[?1049l";

fn top(env: &TestEnv, words: &[&str]) -> Terminal {
    Terminal::start(env.command(words.iter().copied()))
}

/// Quits; the screen is as it was before.
#[track_caller]
fn quit(mut terminal: Terminal) {
    terminal.press(b"q");
    let ended = terminal.end();
    assert_eq!((ended.status.code(), ended.screen.as_str()), (Some(0), ""), "{ended:?}");
    assert!(ended.bytes.contains(LEAVES), "{ended:?}");
}

#[test]
fn a_question_is_seen_and_answered_in_an_editor() {
    let env = TestEnv::new();
    let source =
        "local a = alc.llm('One\\27[2J?\\n\\nsecond line', {role = 'poet', system = 'be kind'})
        return alc.llm(a .. '?')";
    let id = env.spawn_paused(source);
    let editor =
        env.file("editor.sh", "printf 'first answer\\n' | cat - \"$1\" > new; mv new \"$1\"");
    let mut command = env.command(["top"]);
    command.env("VISUAL", format!("sh '{}'", editor.display()));
    let mut terminal = Terminal::start(command);
    let screen = terminal.wait_for("1 paused");
    assert!(screen.starts_with("alc top"), "{screen}");
    let screen = terminal.wait_for("One\\033[2J?");
    assert!(screen.contains(&id) && !screen.contains("second line"), "{screen}");
    terminal.press(b"\r");
    let screen = terminal.wait_for("second line");
    assert!(screen.contains(&format!("{id}.1 asks as poet, for up to 1024 tokens")), "{screen}");
    assert!(screen.contains("be kind\n"), "{screen}");
    terminal.press(b"e");
    terminal.wait_for(&format!("{id}.2 asks"));
    terminal.wait_for("first answer?");
    env.alc(["resume", &id, "yes"]).ok();
    terminal.wait_for(&format!("{id} is done"));
    terminal.press(b"q");
    terminal.wait_for("Enter what it asks");
    quit(terminal);
    assert_eq!(env.alc(["result", &id]).ok(), "\"yes\"");
}

#[test]
fn a_session_is_cancelled_once_that_is_confirmed() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('?')");
    let mut terminal = top(&env, &["top"]);
    terminal.wait_for(&id);
    terminal.press(b"c");
    terminal.wait_for(&format!("End {id} for good?"));
    terminal.press(b"n");
    terminal.wait_for("Enter what it asks");
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
    terminal.press(b"cy");
    terminal.wait_for(&format!("{id} is cancelled"));
    terminal.wait_for("1 cancelled");
    terminal.press(b"c");
    terminal.wait_for(&format!("{id} has ended"));
    terminal.press(b"e");
    terminal.wait_for(&format!("{id} asks nothing now"));
    quit(terminal);
    assert_eq!(env.alc(["state", &id]).ok(), "cancelled");
}

#[test]
fn ctrl_c_ends_the_screen_and_no_session() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('?')");
    for verb in ["top", "inbox"] {
        let mut terminal = top(&env, &[verb]);
        terminal.wait_for(&id);
        terminal.press(CTRL_C);
        let ended = terminal.end();
        assert_eq!(ended.status.signal(), Some(libc::SIGINT), "{ended:?}");
        assert!(ended.screen.starts_with("alc: stopped looking; sessions go on"), "{ended:?}");
        assert!(ended.screen.contains(&format!("hint: alc {verb}")), "{ended:?}");
    }
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
}

#[test]
fn the_screen_outlives_the_daemon() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('?')");
    let mut terminal = top(&env, &["top"]);
    terminal.wait_for(&id);
    env.kill_daemon();
    env.alc(["resume", &id, "yes"]).ok();
    terminal.wait_for("1 done");
    quit(terminal);
}

#[test]
fn many_sessions_are_pages() {
    let env = TestEnv::new();
    let ids: Vec<String> = (0..50).map(|_| env.spawn("return alc.llm('?')")).collect();
    let mut terminal = top(&env, &["top"]);
    // 21 fit: the header, the headings and the keys take three lines.
    let screen = terminal.wait_for(&ids[29]);
    assert!(screen.contains(&ids[49]) && !screen.contains(&ids[28]), "{screen}");
    terminal.press(b" ");
    let screen = terminal.wait_for(&ids[8]);
    assert!(screen.contains(&ids[28]) && !screen.contains(&ids[7]), "{screen}");
    terminal.press(b" ");
    terminal.wait_for(&ids[0]);
    terminal.press(b" ");
    terminal.press(b"k\x1b[5~\x1b[5~");
    terminal.wait_for(&ids[49]);
    // The last one of a page, and on.
    terminal.press(b"Gj");
    terminal.wait_for(&ids[28]);
    terminal.press(b"g");
    terminal.wait_for(&ids[49]);
    quit(terminal);
}

#[test]
fn an_inbox_has_what_waits_for_answers() {
    let env = TestEnv::new();
    env.alc(["spawn", "--wait", "-e", "return 1", "-l", "team=a"]).ok();
    let other = env.spawn_paused("return alc.llm('another team')");
    let spawn =
        ["spawn", "-l", "team=a", "-e", "alc.llm_batch({{prompt = 'first'}, {prompt = 'second'}})"];
    let id = env.alc(spawn).ok();
    env.alc(["prompt", &id]).ok();
    let mut terminal = top(&env, &["inbox"]);
    let screen = terminal.wait_for("first (and 1 more)");
    assert!(!screen.contains("  done  "), "{screen}");
    terminal.wait_for(&other);
    quit(terminal);
    let mut terminal = top(&env, &["inbox", "-l", "team=a"]);
    let screen = terminal.wait_for(&id);
    assert!(!screen.contains(&other), "{screen}");
    terminal.press(b"\r");
    terminal.wait_for(&format!("{id}.1 asks"));
    terminal.press(b"\t");
    terminal.wait_until("shows the second question", |screen| {
        let asks = screen.contains(&format!("{id}.2 asks"));
        asks && screen.contains("2 are open") && screen.contains("second")
    });
    terminal.press(b"q");
    terminal.wait_for("first (and 1 more)");
    env.alc(["cancel", &id]).ok();
    terminal.wait_for("no such sessions");
    quit(terminal);
}

#[test]
fn an_empty_home_has_nothing_to_show() {
    let env = TestEnv::new();
    let ended = top(&env, &["top"]).end();
    assert_eq!((ended.status.code(), ended.screen.as_str()), (Some(0), "no sessions yet"));
    assert!(!env.home().exists());
}
