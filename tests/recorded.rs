//! A recorded journal of every format opens and its sessions go on; one that is damaged is refused or
//! told as it was, and stays as it is.
//!
//! `ALC_RECORD=1 cargo test --test e2e recorded` records the present format anew; of a format that was
//! released the journal stays as it is.

use std::{
    fs,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::Once,
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags};

use crate::env::{Ran, TestEnv};

const AGAIN: &str = "ALC_RECORD=1 cargo test --test e2e recorded";

/// One session: its name, its script, how many of its queries are answered before it is recorded, and
/// the state that it is recorded in. What ends as it should returns its answers.
type Recorded = (&'static str, &'static str, usize, &'static str);

const SESSIONS: &[Recorded] = &[
    ("done", "return {alc.llm('a'), alc.llm('b')}", 2, "done"),
    ("failed", "local a = alc.llm('a') error('no luck with ' .. a)", 1, "failed"),
    ("cancelled", "return {alc.llm('a')}", 0, "cancelled"),
    (
        "in-a-loop",
        "local t = {} for i = 1, 5 do print(i) t[i] = alc.llm(i .. ' after ' .. tostring(t[i - 1])) end return t",
        2,
        "paused",
    ),
    (
        "batch",
        "local t = alc.llm_batch({{prompt = 'x'}, {prompt = 'y', system = 's', max_tokens = 9}, {prompt = 'z'}}) \
         t[4] = alc.llm('the rest', {role = 'grader'}) return t",
        2,
        "paused",
    ),
    (
        "by-chance",
        "local function told() return table.concat({math.random(1 << 40), os.time(), os.clock(), alc.time(), \
           collectgarbage('count'), tostring({}), os.getenv('COLOUR') or 'none', ctx.number}, ' ') end \
         local t = {} for i = 1, 3 do t[i] = alc.llm(told()) math.randomseed(#t[i]) end return t",
        1,
        "paused",
    ),
    (
        "long",
        "local t = {} for i = 1, 2 do local long = ('long ' .. i):rep(2000) print(long) t[i] = alc.llm(long) end \
         return t",
        1,
        "paused",
    ),
    (
        "across-c",
        "local t = {} local next = coroutine.wrap(function() while true do coroutine.yield(alc.llm('co ' .. #t)) end end) \
         t[1] = next() table.sort({3, 1, 2}, function(a, b) t[#t + 1] = alc.llm(a .. '<' .. b) return a < b end) \
         local _ = ('ab'):gsub('.', function(c) t[#t + 1] = alc.llm(c) end) return t",
        2,
        "paused",
    ),
    (
        "with-state",
        "local t = {} alc.state.set('count', 1) for i = 1, 3 do \
           t[i] = alc.llm('count is ' .. alc.state.get('count')) alc.state.set('count', i * 10) alc.progress(i, 3) end \
         return t",
        2,
        "paused",
    ),
    (
        "forked",
        "local all = alc.fork({'twice', 'twice'}, {task = 'fork'}) local t = {} \
         for _, one in ipairs(all) do t[#t + 1] = one.result.result[1] end \
         for _, one in ipairs(all) do t[#t + 1] = one.result.result[2] end return t",
        2,
        "paused",
    ),
];

/// What `forked` runs; it is not there when the journal is opened.
const PACKAGE: &str = "return {run = function(ctx) local a = alc.llm('first of ' .. ctx.task) \
                       return {result = {a, alc.llm('second after ' .. a)}} end}";

/// Its command was under way when the daemon was killed.
const CUT_OFF: Recorded = (
    "cut-off",
    "local a = alc.llm('go?') local ok, why = pcall(os.execute, 'sleep 9') \
     return {a, alc.llm(ok and 'through' or tostring(why))}",
    1,
    "running",
);

/// Only its id and its key are remembered.
const DELETED: Recorded = ("deleted", "return {}", 0, "done");

/// The folders of all formats.
fn fixtures() -> Vec<PathBuf> {
    static RECORDED: Once = Once::new();
    RECORDED.call_once(|| {
        if std::env::var_os("ALC_RECORD").is_some() {
            record();
        }
    });
    let folders =
        fs::read_dir(root()).expect("lists").map(|folder| folder.expect("a folder").path());
    folders.filter(|folder| folder.join("journal.db").exists()).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Where the present format is.
fn present() -> PathBuf {
    root().join("journal-v1/journal.db")
}

/// Lives the sessions' lives so far, and keeps the journal.
fn record() {
    let env = TestEnv::new();
    env.alc(["daemon", "start"]).ok();
    let package = env.home().join("packages/twice");
    fs::create_dir_all(&package).expect("creates");
    fs::write(package.join("init.lua"), PACKAGE).expect("writes");
    for session @ (name, _, answers, state) in SESSIONS {
        spawn(&env, session).ok();
        answer(&env, name, *answers);
        if *state == "cancelled" {
            env.alc(["cancel", name, "--reason", "enough"]).ok();
        }
        env.alc(["wait", "--for", "paused,terminal", name]);
        assert_eq!(env.alc(["state", name]).ok(), *state, "{name}");
    }
    env.alc(["note", "done", "noted"]).ok();
    spawn(&env, &DELETED).ok();
    env.alc(["wait", "deleted"]).ok();
    env.alc(["rm", "deleted"]).ok();
    spawn(&env, &CUT_OFF).ok();
    answer(&env, CUT_OFF.0, CUT_OFF.2);
    let journal = env.home().join("journal.db");
    let under_way = "SELECT count(*) FROM effect WHERE intent IS NOT NULL AND result IS NULL";
    let deadline = Instant::now() + Duration::from_mins(1);
    while number(&journal, under_way) == 0 {
        assert!(Instant::now() < deadline, "its command never begins");
    }
    env.kill_daemon();
    let db = Connection::open(&journal).expect("opens");
    // What the daemon does as it ends, too.
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("moves the log");
    drop(db);
    let bytes = fs::read(&journal).expect("reads");
    let here = env.folder().to_str().expect("UTF-8").as_bytes();
    assert!(!bytes.windows(here.len()).any(|part| part == here), "it names this machine's folders");
    fs::create_dir_all(present().parent().expect("a folder")).expect("creates");
    fs::write(present(), bytes).expect("writes");
}

/// Starts a session; the same one again, if it is there.
fn spawn(env: &TestEnv, (name, source, ..): &Recorded) -> Ran {
    let key = format!("key of {name}");
    let words =
        ["spawn", "-e", source, "--name", name, "--idempotency-key", &key, "-l", "is=recorded"];
    let mut command = env.command(words);
    command.args(["--set-json", "number=7", "--env", "COLOUR=red"]);
    // A journal says in which folder a session was started.
    Ran::new(command.current_dir("/").output().expect("alc runs"))
}

fn number(journal: &Path, sql: &str) -> i64 {
    let db = Connection::open_with_flags(journal, OpenFlags::SQLITE_OPEN_READ_ONLY);
    db.and_then(|db| db.query_row(sql, [], |row| row.get(0))).expect("counts")
}

/// A home with this journal.
fn home_with(journal: &[u8]) -> TestEnv {
    let env = TestEnv::new();
    fs::DirBuilder::new().mode(0o700).create(env.home()).expect("makes");
    fs::write(env.home().join("journal.db"), journal).expect("writes");
    env
}

/// What every query is answered.
fn answer_to(prompt: &str) -> String {
    format!("<{}>", &prompt[..prompt.len().min(20)])
}

/// Answers so many queries, or, if it ends before, as many as there are.
fn answer(env: &TestEnv, name: &str, queries: usize) {
    for _ in 0..queries {
        let ran = env.alc(["prompt", "--all", "--id", name]);
        if ran.code == Some(7) {
            return;
        }
        // Of a batch the last one, since any may be answered first.
        let open = ran.ok();
        let query = open.lines().next_back().expect("a query");
        let prompt = env.alc(["prompt", query]).ok();
        env.alc(["resume", query, &answer_to(&prompt)]).ok();
    }
}

/// Asserts that a session ends with the answers to what it asked.
fn ends_well(env: &TestEnv, name: &str) {
    answer(env, name, usize::MAX);
    let result = env.alc(["result", "--wait", name]).ok();
    let session = env.json(["state", name]).remove(0);
    let id = session["id"].as_str().expect("an id");
    let asked = session["usage"]["llm_calls"].as_u64().expect("a number");
    let prompt = |number| env.alc(["prompt", &format!("{id}.{number}")]).ok();
    let answers: Vec<_> = (1..=asked).map(|number| answer_to(&prompt(number))).collect();
    assert_eq!(result, serde_json::json!(answers).to_string(), "{name}");
}

#[test]
fn a_recorded_journal_opens_and_its_sessions_go_on() {
    let folders = fixtures();
    assert!(!folders.is_empty());
    for folder in folders {
        let env = home_with(&fs::read(folder.join("journal.db")).expect("reads"));
        let prompt = env.alc(["prompt", CUT_OFF.0]).ok();
        assert!(prompt.contains("outcome unknown"), "{prompt}");
        for session @ (name, _, _, state) in SESSIONS {
            let id = spawn(&env, session).ok();
            assert_eq!(env.alc(["state", &id]).ok(), *state, "{name}");
            match *state {
                "failed" => {
                    let failed = env.json(["result", name]).remove(0);
                    let message = failed["error"]["message"].as_str().expect("a message");
                    assert!(message.ends_with("no luck with <a>"), "{message}");
                }
                "cancelled" => {
                    let cancelled = env.json(["result", name]).remove(0);
                    assert_eq!(cancelled["reason"]["detail"], "enough");
                }
                _ => ends_well(&env, name),
            }
        }
        ends_well(&env, CUT_OFF.0);
        spawn(&env, &DELETED).fails(5, "key_in_use");
        assert!(env.alc(["log", "done"]).ok().contains("noted"));
        let labelled = env.alc(["list", "-q", "-l", "is=recorded"]).ok();
        assert_eq!(labelled.lines().count(), SESSIONS.len() + 1);
    }
}

#[test]
fn a_damaged_journal_stays_as_it_is_and_the_hint_begins_anew() {
    fixtures();
    let sound = fs::read(present()).expect("reads");
    let mut changed = sound.clone();
    // The kind of page of the table of tables.
    changed[100] ^= 0xff;
    for damaged in [&changed[..], &sound[..sound.len() / 3], b"garbage", &[0; 1 << 13]] {
        let env = home_with(damaged);
        for words in [&["list"][..], &["spawn", "-e", "return 1"], &["daemon", "start"]] {
            let stderr = env.alc(words.iter().copied()).fails(78, "damaged");
            let hint = stderr.lines().nth(1).and_then(|line| line.strip_prefix("  hint: "));
            assert!(hint.is_some_and(|hint| hint.starts_with("mkdir ")), "{stderr}");
            assert!(fs::read(env.home().join("journal.db")).expect("reads") == damaged);
        }
        let stderr = env.alc(["daemon", "start"]).stderr;
        let (_, hint) = stderr.split_once("  hint: ").expect("a hint");
        Ran::new(env.program("sh").args(["-c", hint]).output().expect("sh runs")).ok();
        assert_eq!(env.alc(["spawn", "--wait", "-e", "return 1"]).code, Some(0));
        assert!(fs::read(env.home().join("damaged/journal.db")).expect("reads") == damaged);
    }
}

#[test]
fn a_changed_answer_is_told_as_damage_and_stops_no_other_session() {
    fixtures();
    let mut journal = fs::read(present()).expect("reads");
    // The second answer of `in-a-loop`, and not the question that it is a part of.
    let answer = b"<2 after <1 after nil>";
    let places = (6..journal.len() - answer.len()).filter(|place| {
        journal[*place..].starts_with(answer) && !journal[..*place].ends_with(b"after ")
    });
    let places: Vec<_> = places.collect();
    assert!(!places.is_empty());
    for place in places {
        journal[place + 1] = b'7';
    }
    let env = home_with(&journal);
    let id = env.json(["state", "in-a-loop"]).remove(0)["id"].as_str().expect("an id").to_owned();
    let damaged = |words: &[&str]| {
        let stderr = env.alc(words.iter().copied()).fails(78, "damaged");
        assert!(stderr.contains(&format!("session {id} is damaged: row 2 of `query`")), "{stderr}");
    };
    damaged(&["log", &id]);
    damaged(&["export", &id, "-o", "session.alc"]);
    // The answer counts, and nothing is made of it.
    env.alc(["resume", &id, "x"]).ok();
    damaged(&["wait", "--for", "terminal", &id]);
    let seen = env.json(["state", &id]).remove(0)["seq"].clone();
    env.kill_daemon();
    damaged(&["wait", "--for", "terminal", &id]);
    assert_eq!(env.json(["state", &id]).remove(0)["seq"], seen);
    for (name, _, _, state) in SESSIONS {
        if *state == "paused" && *name != "in-a-loop" {
            ends_well(&env, name);
        }
    }
    env.alc(["cancel", &id]).ok();
    assert_eq!(env.alc(["state", &id]).ok(), "cancelled");
    let doctor = env.alc(["doctor"]);
    assert!(doctor.stdout.contains("row 2 of `query`"), "{doctor:?}");
}

#[test]
fn a_list_without_a_damaged_session_says_so() {
    fixtures();
    let env = home_with(&fs::read(present()).expect("reads"));
    let db = Connection::open(env.home().join("journal.db")).expect("opens");
    let changed = db.execute("UPDATE session SET chunk = '=other' WHERE name = 'batch'", []);
    assert_eq!(changed, Ok(1));
    drop(db);
    let listed = env.alc(["list"]);
    assert_eq!(listed.code, Some(78), "{listed:?}");
    assert_eq!(listed.stdout.lines().count(), SESSIONS.len());
    assert!(!listed.stdout.contains("\tbatch\t"), "{listed:?}");
    assert!(listed.stderr.contains("`session` is not as it was written [damaged]"), "{listed:?}");
    for words in [&["state", "batch"][..], &["resume", "batch", "x"], &["cancel", "batch"]] {
        env.alc(words.iter().copied()).fails(78, "damaged");
    }
    ends_well(&env, "in-a-loop");
    // Verbs about many say so, and go on with the others.
    for words in [&["cancel", "batch", "long"][..], &["cancel", "-l", "is=recorded"]] {
        let ran = env.alc(words.iter().copied());
        assert!(ran.code == Some(78) && !ran.stdout.is_empty(), "{ran:?}");
        assert!(ran.stderr.contains("[damaged]"), "{ran:?}");
    }
    assert_eq!(env.alc(["state", "forked"]).ok(), "cancelled");
}

/// The tables of a journal, as SQL.
fn schema(journal: &Path) -> Vec<String> {
    let db = Connection::open_with_flags(journal, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("opens");
    let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
    let mut statement = db.prepare(sql).expect("prepares");
    let rows = statement.query_map([], |row| row.get(0)).expect("reads");
    rows.map(|row| row.expect("a text")).collect()
}

#[test]
fn the_present_format_is_recorded() {
    fixtures();
    let env = TestEnv::new();
    env.spawn("return 1");
    let new = schema(&env.home().join("journal.db"));
    // A copy, since SQLite puts files beside what it opens.
    let recorded = home_with(&fs::read(present()).expect("reads"));
    let recorded = schema(&recorded.home().join("journal.db"));
    assert!(recorded == new, "the format has changed; record it anew: {AGAIN}");
}
