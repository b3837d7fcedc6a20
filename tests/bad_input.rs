//! What is refused: with its exit code and its name, in one sentence, and without a trace.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

use serde_json::Value;

use crate::env::{Ran, TestEnv};

const MIB: usize = 1 << 20;

/// Asserts a refusal in one sentence, perhaps with one hint.
#[track_caller]
fn refused(ran: Ran, code: i32, name: &str) -> String {
    let stderr = ran.fails(code, name);
    let lines: Vec<_> = stderr.lines().collect();
    match lines[..] {
        [sentence] => assert!(sentence.ends_with(&format!(" [{name}]")), "{stderr}"),
        [sentence, hint] => {
            assert!(sentence.ends_with(&format!(" [{name}]")), "{stderr}");
            assert!(hint.starts_with("  hint: alc "), "{stderr}");
        }
        _ => panic!("more than a sentence and a hint: {stderr}"),
    }
    stderr
}

/// Asserts a refusal for which no daemon was needed: nothing exists after it.
#[track_caller]
fn refused_at_once(env: &TestEnv, ran: Ran, name: &str) -> String {
    let stderr = refused(ran, 2, name);
    assert!(!env.home().exists(), "{stderr}");
    stderr
}

/// A home with a session that waits for two answers.
struct Waiting {
    env: TestEnv,
    id: String,
    sessions: Vec<Value>,
}

impl Waiting {
    fn new() -> Self {
        let env = TestEnv::new();
        let id = env.spawn_paused("return alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}})");
        let sessions = env.json(["list"]);
        Self { env, id, sessions }
    }

    /// Asserts a refusal that changed nothing: no session came or went, and this one waits for the
    /// same answers.
    #[track_caller]
    fn refuses(&self, ran: Ran, code: i32, name: &str) -> String {
        let stderr = refused(ran, code, name);
        assert_eq!(self.env.json(["list"]), self.sessions, "{stderr}");
        stderr
    }

    #[track_caller]
    fn refuses_answers(&self, lines: impl AsRef<[u8]>, code: i32, name: &str) -> String {
        self.refuses(self.env.alc_with(["resume", &self.id, "--batch"], lines), code, name)
    }

    /// A line of a batch.
    fn line(&self, number: u32, answer: &str) -> String {
        let query_id = format!("{}.{number}", self.id);
        format!("{}\n", serde_json::json!({"query_id": query_id, "response": answer}))
    }
}

#[test]
fn a_script_that_cannot_be_read_is_refused_before_anything_exists() {
    let env = TestEnv::new();
    let spawn = |file: &str| env.alc(["spawn", file]);
    env.file("empty.lua", "");
    assert!(refused_at_once(&env, spawn("empty.lua"), "invalid").contains("empty"));
    env.file("blank.lua", " \n\t\n");
    refused_at_once(&env, spawn("blank.lua"), "invalid");
    assert!(refused_at_once(&env, spawn("none.lua"), "invalid").contains("none.lua"));
    assert!(refused_at_once(&env, spawn("."), "invalid").contains("cannot read ."));
    env.file("latin.lua", b"return 'gr\xfcn'");
    assert!(refused_at_once(&env, spawn("latin.lua"), "invalid").contains("UTF-8"));
    env.file("big.lua", "-".repeat(16 * MIB + 2));
    assert!(refused_at_once(&env, spawn("big.lua"), "too_large").contains("16 MiB"));
    refused_at_once(&env, env.alc_with(["spawn", "-"], ""), "invalid");
    refused_at_once(&env, env.alc_with(["spawn", "-"], b"\xff"), "invalid");
    refused_at_once(&env, env.alc(["spawn", "-e", ""]), "invalid");
}

#[test]
fn a_script_that_one_may_not_read_is_refused() {
    use std::{fs, os::unix::fs::PermissionsExt as _};
    let env = TestEnv::new();
    let path = env.file("secret.lua", "return 1");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("sets");
    let Some(ran) = env.alc_of_a_user(["spawn", "secret.lua"]) else {
        println!("skipped: a_script_that_one_may_not_read_is_refused");
        return;
    };
    let stderr = refused_at_once(&env, ran, "invalid");
    assert!(stderr.contains("ermission denied"), "{stderr}");
}

#[test]
fn a_script_that_is_not_lua_is_named_with_its_line_and_starts_nothing() {
    let waiting = Waiting::new();
    waiting.env.file("bad.lua", "local x = 1\nreturn x x");
    let stderr = waiting.refuses(waiting.env.alc(["spawn", "bad.lua"]), 1, "does_not_load");
    assert!(stderr.starts_with("alc: bad.lua:2: "), "{stderr}");
    let ran = waiting.env.alc(["spawn", "-e", "return ("]);
    let stderr = waiting.refuses(ran, 1, "does_not_load");
    assert!(stderr.starts_with("alc: -e:1: "), "{stderr}");
    let ran = waiting.env.alc_with(["spawn", "-"], "\u{1b}Lua");
    waiting.refuses(ran, 1, "does_not_load");
}

#[test]
fn a_ctx_that_is_no_object_is_refused_before_anything_exists() {
    let env = TestEnv::new();
    let spawn = |ctx: &str| env.alc(["spawn", "-e", "return 1", "--ctx", ctx]);
    for ctx in ["[1]", "\"text\"", "3", "null", "true", "{", "{} {}", "", "{a:1}"] {
        assert!(refused_at_once(&env, spawn(ctx), "invalid").contains("`ctx`"), "{ctx}");
    }
    assert!(refused_at_once(&env, spawn("@none.json"), "invalid").contains("none.json"));
    env.file("latin.json", b"{\"a\":\"\xff\"}");
    refused_at_once(&env, spawn("@latin.json"), "invalid");
    env.file("big.json", format!("{{\"a\":\"{}\"}}", "x".repeat(16 * MIB)));
    assert!(refused_at_once(&env, spawn("@big.json"), "too_large").contains("16 MiB"));
    let twice = env.alc_with(["spawn", "-", "--ctx", "-"], "return 1");
    refused_at_once(&env, twice, "invalid");
    for member in ["--set=word", "--set==x", "--set-json=a=bare"] {
        refused_at_once(&env, env.alc(["spawn", "-e", "return 1", member]), "usage");
    }
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_exists() {
    let env = TestEnv::new();
    env.file("ask.lua", "return 1");
    for words in [
        "spawn",
        "spawn ask.lua -e code",
        "spawn ask.lua ask.lua",
        "bogus",
        "state",
        "state a/b",
        "state a.b",
        "state .1",
        "state k7fq2m9d.0",
        "state k7fq2m9d.01",
        "state k7fq2m9d.4294967296",
        "list --state bogus",
        "list --kind bogus",
        "list --limit -1",
        "prompt",
        "prompt a --timeout bogus",
        "resume",
        "resume a",
        "resume a text more",
        "resume a text --batch",
        "resume a --batch --allow-empty",
        "wait",
        "wait a --for bogus",
        "wait a --for done,bogus",
        "wait a --timeout 3x",
        "watch a --after x",
        "watch a --until bogus",
        "result a --timeout 3s",
        "result a --wait --timeout -1",
        "cancel",
        "cancel a --reason",
        "daemon",
        "daemon bogus",
        "list --color sometimes",
    ] {
        refused_at_once(&env, env.alc(words.split(' ')), "usage");
    }
    refused_at_once(&env, env.alc(["state", ""]), "usage");
    refused_at_once(&env, env.alc(["state", "a\nb"]), "usage");
    let mut command = env.command(["spawn", "-e"]);
    command.arg(OsStr::from_bytes(b"return '\xff'"));
    refused_at_once(&env, Ran::new(command.output().expect("alc runs")), "usage");
}

#[test]
fn a_session_that_is_not_there_is_not_found() {
    let waiting = Waiting::new();
    let env = &waiting.env;
    let short = &waiting.id[..3];
    for reference in ["zzzzzzzz", "zzzz", "no-such-name", short, "zzzzzzzz.1"] {
        for verb in ["state", "prompt", "watch", "wait", "result", "cancel"] {
            waiting.refuses(env.alc([verb, reference]), 4, "not_found");
        }
        waiting.refuses(env.alc(["resume", reference, "x"]), 4, "not_found");
        let line = waiting.line(1, "A");
        let ran = env.alc_with(["resume", reference, "--batch"], line);
        waiting.refuses(ran, 4, "not_found");
    }
    // The beginning of an id is enough to look, and not to end anything.
    let beginning = &waiting.id[..4];
    assert_eq!(env.alc(["state", beginning]).ok(), "paused");
    waiting.refuses(env.alc(["cancel", beginning]), 4, "not_found");
}

#[test]
fn a_verb_for_many_does_all_that_it_can() {
    let waiting = Waiting::new();
    let other = waiting.env.spawn_paused("return alc.llm('a')");
    let ran = waiting.env.alc(["cancel", "zzzzzzzz", &waiting.id, "yyyyyyyy", &other]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert_eq!(ran.stdout, format!("{}\n{other}\n", waiting.id));
    assert_eq!(ran.stderr.matches("[not_found]").count(), 2, "{ran:?}");
}

#[test]
fn an_answer_to_a_query_that_does_not_wait_is_refused() {
    let waiting = Waiting::new();
    let (env, id) = (&waiting.env, &waiting.id);
    for number in ["3", "4294967295"] {
        let query = format!("{id}.{number}");
        waiting.refuses(env.alc(["resume", &query, "x"]), 5, "unknown_query");
        waiting.refuses(env.alc(["prompt", &query]), 5, "unknown_query");
    }
    env.alc(["resume", &format!("{id}.1"), "A"]).ok();
    let waiting = Waiting { sessions: env.json(["list"]), ..waiting };
    let (env, id) = (&waiting.env, &waiting.id);
    waiting.refuses(env.alc(["resume", &format!("{id}.1"), "other"]), 5, "stale_query");
    let lines = [waiting.line(2, "B"), waiting.line(1, "other")].concat();
    waiting.refuses_answers(lines, 5, "stale_query");
    let again = env.alc(["resume", &format!("{id}.1"), "A"]);
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), ""), "{again:?}");
    assert!(again.stderr.contains("already"), "{again:?}");
    assert_eq!(env.json(["list"]), waiting.sessions);
}

#[test]
fn an_answer_that_cannot_be_one_is_refused() {
    let waiting = Waiting::new();
    let (env, id) = (&waiting.env, &waiting.id);
    let big = "x".repeat(17 * MIB);
    let stderr = waiting.refuses(env.alc_with(["resume", id, "-"], &big), 2, "too_large");
    assert!(stderr.contains("16 MiB"), "{stderr}");
    env.file("big.txt", &big);
    waiting.refuses(env.alc(["resume", id, "@big.txt"]), 2, "too_large");
    waiting.refuses_answers(waiting.line(1, &big), 2, "too_large");
    waiting.refuses_answers("x".repeat(21 * MIB), 2, "too_large");
    waiting.refuses(env.alc_with(["resume", id, "-"], b"\xff"), 2, "invalid");
    env.file("latin.txt", b"gr\xfcn");
    waiting.refuses(env.alc(["resume", id, "@latin.txt"]), 2, "invalid");
    waiting.refuses(env.alc(["resume", id, "@none.txt"]), 2, "invalid");
    waiting.refuses(env.alc(["resume", id, "@."]), 2, "invalid");
    waiting.refuses(env.alc(["resume", id, "@"]), 2, "invalid");
    for nothing in ["", "\n"] {
        let ran = env.alc_with(["resume", id, "-"], nothing);
        assert!(waiting.refuses(ran, 2, "invalid").contains("--allow-empty"));
    }
    env.file("empty.txt", "");
    waiting.refuses(env.alc(["resume", id, "@empty.txt"]), 2, "invalid");
    waiting.refuses(env.alc(["resume", id]), 2, "usage");
    env.alc_with(["resume", id, "-", "--allow-empty"], "").ok();
    env.alc(["resume", id, ""]).ok();
    assert_eq!(env.alc(["result", "--wait", id]).ok(), r#"["",""]"#);
}

#[test]
fn a_batch_with_a_bad_line_is_refused_and_the_line_named() {
    let waiting = Waiting::new();
    let other = Waiting::new();
    let (one, two) = (waiting.line(1, "A"), waiting.line(2, "B"));
    for bad in [
        "no json\n".to_owned(),
        "{}\n".to_owned(),
        "[]\n".to_owned(),
        "\"text\"\n".to_owned(),
        two.replace("response", "answer"),
        two.replace("query_id", "query"),
        two.replace(".2", ""),
        two.replace(".2", ".0"),
        two.replace("\"B\"", "3"),
        two.replace("\"B\"", "null"),
        two.replace('}', r#","usage":7}"#),
        two.replace('}', r#","usage":{"prompt_tokens":-1}}"#),
        two.replace('}', r#","response":"C"}"#),
        other.line(1, "X"),
        one.clone(),
    ] {
        let stderr = waiting.refuses_answers(format!("{one}\n{bad}"), 2, "invalid");
        assert!(stderr.starts_with("alc: line 3: "), "{bad}: {stderr}");
    }
    waiting.refuses_answers("", 2, "invalid");
    waiting.refuses_answers("\n \n", 2, "invalid");
    waiting.refuses_answers(b"\xff\n", 2, "invalid");
    waiting.refuses_answers([one.as_str(), &waiting.line(9, "X")].concat(), 5, "unknown_query");
    waiting.refuses_answers([one, two].concat().replace(&waiting.id, "zzzzzzzz"), 2, "invalid");
    assert_eq!(other.env.json(["list"]), other.sessions);
}

#[test]
fn a_refusal_in_json_is_one_object_on_stderr() {
    let waiting = Waiting::new();
    let (env, id) = (&waiting.env, &waiting.id);
    env.file("bad.lua", "return x x");
    let query = format!("{id}.9");
    for (words, code, exit, hint) in [
        (vec!["spawn", "none.lua"], "invalid", 2, false),
        (vec!["spawn", "bad.lua"], "does_not_load", 1, false),
        (vec!["bogus"], "usage", 2, true),
        (vec!["wait", "@", "--for", "bogus"], "usage", 2, true),
        (vec!["state", "zzzzzzzz"], "not_found", 4, true),
        (vec!["cancel", "zzzzzzzz"], "not_found", 4, true),
        (vec!["resume", &query, "x"], "unknown_query", 5, true),
        (vec!["result", id], "pending", 8, true),
        (vec!["wait", "--for", "done", "--timeout", "1ms", id], "timeout", 124, true),
    ] {
        let words = [words, vec!["--json"]].concat();
        let ran = env.alc(words.iter().copied());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(exit), ""), "{ran:?}");
        assert_eq!(ran.stderr.matches('\n').count(), 1, "{ran:?}");
        let error: Value = serde_json::from_str(&ran.stderr).expect("JSON");
        let names: Vec<_> = error.as_object().expect("an object").keys().cloned().collect();
        let mut expected = vec!["code", "exit", "hint", "message", "retryable", "type", "v"];
        expected.retain(|name| hint || *name != "hint");
        assert_eq!(names, expected, "{words:?}");
        assert_eq!(error["v"], 1);
        assert_eq!(error["type"], "error");
        assert_eq!(error["code"], code);
        assert_eq!(error["exit"], exit);
        assert_eq!(error["retryable"], matches!(exit, 8 | 124), "{error}");
        assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{error}");
    }
    assert_eq!(env.json(["list"]), waiting.sessions);
}
