//! `alc list --watch`: a list that goes on, drawn in place for people and in lines for programs.

use std::{
    io::{BufRead as _, BufReader, Lines},
    os::unix::process::ExitStatusExt as _,
    process::{Child, ChildStdout, Stdio},
};

use serde_json::Value;

use crate::{
    env::{Limit, TestEnv, kill},
    terminal::{CTRL_C, Terminal},
};

const ASK: &str = "return alc.llm('a')";

/// A list that somebody reads line by line.
struct Reader {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    _limit: Limit,
}

impl Reader {
    fn start(env: &TestEnv, words: &[&str]) -> Self {
        let words = ["list", "--watch"].iter().chain(words).copied();
        let mut child = env.command(words).stdout(Stdio::piped()).spawn().expect("alc runs");
        let limit = Limit::of(&child);
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        Self { child, lines, _limit: limit }
    }

    /// Reads on to the line that these are in.
    #[track_caller]
    fn until(&mut self, words: &[&str]) -> String {
        for line in self.lines.by_ref() {
            let line = line.expect("text");
            if words.iter().all(|word| line.contains(word)) {
                return line;
            }
        }
        panic!("no line has {words:?}");
    }

    /// Ends it and returns the lines that nobody read.
    fn end(mut self) -> Vec<String> {
        kill(i32::try_from(self.child.id()).expect("an id"), libc::SIGTERM);
        let rest = self.lines.by_ref().map(|line| line.expect("text")).collect();
        assert_eq!(self.child.wait().expect("ends").signal(), Some(libc::SIGTERM));
        rest
    }
}

#[test]
fn a_list_is_drawn_in_place_as_it_changes() {
    let env = TestEnv::new();
    let first = env.spawn_paused(ASK);
    let mut screen = Terminal::start(env.command(["list", "-w"]));
    screen.wait_for("paused");
    let second = env.alc(["spawn", "--name", "second", "-e", ASK]).ok();
    screen.wait_for("second");
    env.alc(["resume", &first, "x"]).ok();
    screen.wait_until("has both, the newer one first", |shown| {
        let lines: Vec<_> = shown.lines().collect();
        let [head, newer, older] = lines[..] else { return false };
        let both = newer.starts_with(&second) && older.starts_with(&first);
        head.starts_with("ID") && both && older.contains("done")
    });
    env.alc(["rm", &first]).ok();
    env.alc(["cancel", &second]).ok();
    screen.wait_until("has the one that is left", |shown| {
        shown.contains("cancelled") && !shown.contains(&first)
    });
    // More than fit are counted.
    for _ in 0..30 {
        env.spawn("return 1");
    }
    screen.wait_until("has as many as fit, and counts the others", |shown| {
        shown.lines().count() == 23 && shown.ends_with("… and 10 older ones")
    });
    screen.press(CTRL_C);
    let ended = screen.end();
    assert_eq!(ended.status.signal(), Some(libc::SIGINT));
    let left = "alc: stopped watching; sessions go on [interrupted]\n  hint: alc list --watch";
    assert!(ended.screen.ends_with(left), "{ended:?}");
}

#[test]
fn a_line_is_printed_for_each_session_that_changes() {
    let env = TestEnv::new();
    let first = env.spawn_paused(ASK);
    let mut all = Reader::start(&env, &[]);
    let mut ids = Reader::start(&env, &["-q"]);
    let mut asking = Reader::start(&env, &["--json", "--state", "paused", "-l", "a=1"]);
    // What a list without --watch prints.
    assert_eq!(all.until(&[]), env.alc(["list"]).ok());
    assert_eq!(ids.until(&[]), first);
    let labelled = env.alc(["spawn", "-l", "a=1", "-e", ASK]).ok();
    all.until(&[&labelled, "\tpaused\t", "a=1"]);
    ids.until(&[&labelled]);
    let view: Value = serde_json::from_str(&asking.until(&[])).expect("JSON");
    assert_eq!((&view["id"], &view["state"]), (&labelled.as_str().into(), &"paused".into()));
    // One after the other: of two that end at once either may be told first.
    for id in [&labelled, &first] {
        env.alc(["resume", id, "x"]).ok();
        all.until(&[id, "\tdone\t"]);
    }
    env.alc(["note", &first, "seen"]).ok();
    let noted = all.until(&[&first, "\tdone\t"]);
    assert_eq!(noted, env.alc(["list"]).ok().lines().nth(1).expect("a line"));
    assert_eq!(all.end(), [""; 0]);
    // Neither has it once it does not ask any more, nor what never had the label.
    assert_eq!(asking.end(), [""; 0]);
}

#[test]
fn a_list_goes_on_with_the_next_daemon_and_tells_only_what_has_changed() {
    let env = TestEnv::new();
    // It may come before the first session.
    let mut list = Reader::start(&env, &[]);
    let same = env.spawn_paused(ASK);
    let other = env.spawn_paused(ASK);
    list.until(&[&same, "paused"]);
    list.until(&[&other, "paused"]);
    env.kill_daemon();
    env.alc(["resume", &other, "x"]).ok();
    // It may be seen running first.
    loop {
        let line = list.until(&[]);
        assert!(line.starts_with(&other), "{line}");
        if line.contains("\tdone\t") {
            break;
        }
    }
    assert_eq!(list.end(), [""; 0]);
}

#[test]
fn a_list_ends_quietly_when_nobody_reads_it() {
    let env = TestEnv::new();
    let id = env.spawn_paused(ASK);
    let mut list = Reader::start(&env, &["--json"]);
    list.until(&[&id]);
    let Reader { mut child, lines, .. } = list;
    drop(lines);
    assert_eq!(child.wait().expect("ends").code(), Some(0));
}
