//! Cards: each change is made once, whenever the daemon is killed, and never laid over what somebody
//! has written meanwhile.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

use crate::env::TestEnv;

const CREATE: &str = "local c = alc.card.create{pkg = {name = 'p'}, a = 1}
    return {c.card_id, alc.card.get(c.card_id).created_at, alc.llm('q')}";
const NAMED: &str = "local c = alc.card.create{pkg = {name = 'p'}, card_id = 'c', a = 1}
    return {c.card_id, alc.llm('q')}";
const APPEND: &str = "return {alc.card.append('old', {a = 1}).a, alc.llm('q')}";
const SAMPLES: &str = "return {alc.card.write_samples('old', {{a = 1}}).count, alc.llm('q')}";
const ALIAS: &str = "return {alc.card.alias_set('best', 'old').card_id, alc.llm('q')}";

/// A daemon that stands still at a named point for ever.
fn stopping_daemon(env: &TestEnv, point: &str) -> Child {
    let mut command = env.program(env!("CARGO_BIN_EXE_alcd"));
    command.args(["run", "--ready"]).env("FAILPOINTS", format!("{point}=pause"));
    let mut child = command.stdout(Stdio::piped()).spawn().expect("alcd runs");
    let mut said = String::new();
    let stdout = child.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut said).expect("reads");
    child
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::yield_now();
    }
}

/// Whether the journal has an intent without a result.
fn intends(home: &Path) -> bool {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let journal = Connection::open_with_flags(home.join("journal.db"), flags).expect("opens");
    let sql = "SELECT count(*) FROM effect WHERE intent IS NOT NULL AND result IS NULL";
    journal.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("reads") == 1
}

/// Kills the daemon at a point of a script's one change, lets somebody edit the file, and has the next
/// daemon go on: what the script returns or fails with.
fn killed(env: &TestEnv, source: &str, point: &str, file: &Path, edit: Option<&str>) -> Value {
    let before = fs::read(file).ok();
    let mut daemon = stopping_daemon(env, point);
    let id = env.spawn(source);
    wait_until("the change is intended", || intends(env.home()));
    if point == "operation.finished" {
        wait_until("the change is made", || fs::read(file).ok() != before);
    }
    daemon.kill().expect("kills");
    daemon.wait().expect("ends");
    if point == "operation.finish" {
        assert_eq!(fs::read(file).ok(), before, "nothing is changed before {point}");
    }
    if let Some(edit) = edit {
        let kept = fs::read_to_string(file).unwrap_or_default();
        let edited = edit.strip_prefix('+').map_or(edit.to_owned(), |more| more.to_owned() + &kept);
        fs::write(file, edited).expect("writes");
    }
    // It may fail instead of asking.
    if env.alc(["prompt", &id]).code == Some(0) {
        env.alc(["resume", &id, "A"]).ok();
    }
    let ended = env.json(["result", "--wait", &id]).remove(0);
    ended.get("value").unwrap_or(&ended["error"]["message"]).clone()
}

/// A home with one card, `old`.
fn home() -> TestEnv {
    let env = TestEnv::new();
    // So that the data folder is nobody else's.
    env.alc(["daemon", "start"]).ok();
    env.alc(["daemon", "stop"]).ok();
    let folder = env.home().join("cards/p");
    fs::create_dir_all(&folder).expect("creates");
    fs::write(folder.join("old.toml"), "x = 1\n").expect("writes");
    env
}

#[test]
fn a_change_of_a_card_is_made_once_whenever_the_daemon_is_killed() {
    let (before, after) = ("operation.finish", "operation.finished");
    let exists = "alc.card.create: card 'c' already exists";
    let set = "alc.card.append: key 'a' already set";
    let written = "alc.card.write_samples: samples already exist for card 'old'";
    let alias = "[[alias]]\nname = \"best\"\ncard_id = \"new\"\nset_at = \"t\"\n";
    let done = |value: Value| json!([value, "A"]);
    for (source, file, point, edit, told, stored) in [
        (NAMED, "p/c.toml", before, None, done(json!("c")), "a = 1\n"),
        (NAMED, "p/c.toml", after, None, done(json!("c")), "a = 1\n"),
        (NAMED, "p/c.toml", after, Some("+b = 2\n"), done(json!("c")), "b = 2\na = 1\n"),
        (NAMED, "p/c.toml", before, Some("a = 7\n"), json!(exists), "a = 7\n"),
        (APPEND, "p/old.toml", before, None, done(json!(1)), "a = 1\nx = 1\n"),
        (APPEND, "p/old.toml", after, None, done(json!(1)), "a = 1\nx = 1\n"),
        (APPEND, "p/old.toml", before, Some("+b = 2\n"), done(json!(1)), "a = 1\nb = 2\nx = 1\n"),
        (APPEND, "p/old.toml", after, Some("+b = 2\n"), done(json!(1)), "b = 2\na = 1\nx = 1\n"),
        (APPEND, "p/old.toml", before, Some("+a = 7\n"), json!(set), "a = 7\nx = 1\n"),
        (SAMPLES, "p/old.samples.jsonl", before, None, done(json!(1)), "{\"a\":1}\n"),
        (SAMPLES, "p/old.samples.jsonl", after, None, done(json!(1)), "{\"a\":1}\n"),
        (SAMPLES, "p/old.samples.jsonl", before, Some("{}\n"), json!(written), "{}\n"),
        (ALIAS, "_aliases.toml", before, None, done(json!("old")), "card_id = \"old\"\n"),
        (ALIAS, "_aliases.toml", after, None, done(json!("old")), "card_id = \"old\"\n"),
        (ALIAS, "_aliases.toml", after, Some(alias), done(json!("old")), alias),
    ] {
        let env = home();
        let file = env.home().join("cards").join(file);
        let found = killed(&env, source, point, &file, edit);
        let case = format!("{source} at {point} with {edit:?}");
        assert!(found == told || found.as_str().is_some_and(|why| why == told), "{case}: {found}");
        let text = fs::read_to_string(&file).expect("reads");
        assert!(text.contains(stored), "{case}: {text}");
    }
}

#[test]
fn a_card_keeps_its_id_and_its_time_when_its_creation_runs_again() {
    let env = home();
    let folder = env.home().join("cards/p");
    env.move_clock(0);
    let mut daemon = stopping_daemon(&env, "operation.finished");
    let id = env.spawn(CREATE);
    wait_until("the card is there", || folder.read_dir().expect("reads").count() == 2);
    daemon.kill().expect("kills");
    daemon.wait().expect("ends");
    // A card that was created anew would tell another time, and so have another id.
    env.move_clock(3_600_000);
    env.alc(["prompt", &id]).ok();
    env.alc(["resume", &id, "A"]).ok();
    let told: Value = serde_json::from_str(&env.alc(["result", "--wait", &id]).ok()).expect("JSON");
    let name = format!("{}.toml", told[0].as_str().expect("an id"));
    let text = fs::read_to_string(folder.join(name)).expect("the card that was told");
    assert!(text.contains(&format!("created_at = {}", told[1])), "{text}");
    assert_eq!(folder.read_dir().expect("reads").count(), 2, "one new card");
}
