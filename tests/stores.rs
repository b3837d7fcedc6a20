//! `alc card` and `alc kv`: what scripts keep, read and changed from the shell, also while sessions
//! write the same files.

use std::{fs, thread};

use serde_json::{Value, json};

use crate::{
    env::{Ran, TestEnv},
    terminal::Terminal,
};

/// Keeps three cards of two packages, two of them with samples.
const CARDS: &str = "
    alc.card.create{pkg = {name = 'cot'}, card_id = 'old', created_at = '2026-01-01T00:00:00Z',
      model = {id = 'm-1'}, scenario = {name = 'sums'}, stats = {pass_rate = 0.25}}
    alc.card.create{pkg = {name = 'cot'}, card_id = 'new', created_at = '2026-01-02T00:00:00Z',
      stats = {pass_rate = 1}, metadata = {prior_card_id = 'old', prior_relation = 'tuned'}}
    alc.card.create{pkg = {name = 'other'}, card_id = 'third', created_at = '2026-01-03T00:00:00Z'}
    alc.card.write_samples('old', {{score = 0.1, tag = 'a'}, {score = 0.2, tag = 'b'}})
    alc.card.write_samples('new', {{score = 0.9, tag = 'a'}, {score = 0.8, tag = 'b'}})";

fn with_cards() -> TestEnv {
    let env = TestEnv::new();
    env.alc(["spawn", "--wait", "-e", CARDS]).ok();
    env
}

#[test]
fn cards_are_listed_shown_and_found() {
    let env = with_cards();
    env.alc(["daemon", "stop"]).ok();
    let (old, new, third) = (
        "old\tcot\t2026-01-01T00:00:00Z\tm-1\tsums\t0.25",
        "new\tcot\t2026-01-02T00:00:00Z\t\t\t1",
        "third\tother\t2026-01-03T00:00:00Z\t\t\t",
    );
    for (words, expected) in [
        ("card|list", vec![third, new, old]),
        ("card|list|--pkg|cot|--limit|1", vec![new]),
        ("card|list|-q|--offset|1", vec!["new", "old"]),
        (r#"card|find|--where|{"stats":{"pass_rate":{"lt":1}}}"#, vec![old]),
        ("card|find|--order-by|-stats.pass_rate|-q", vec!["new", "old", "third"]),
        (r#"card|find|--where|{"pkg":{"name":"none"}}"#, vec![]),
    ] {
        let ran = env.alc(words.split('|'));
        assert_eq!(ran.stderr, "", "{words}");
        assert_eq!(ran.ok(), expected.join("\n"), "{words}");
    }
    let file = fs::read_to_string(env.home().join("cards/cot/new.toml")).expect("reads");
    assert_eq!(env.alc(["card", "show", "new"]).stdout, file);
    env.alc(["card", "alias", "best", "new", "--note", "so far"]).ok();
    assert_eq!(env.alc(["card", "show", "best"]).stdout, file);
    let shown = &env.json(["card", "show", "best"])[0];
    assert_eq!(
        (&shown["type"], &shown["card"]["stats"]),
        (&json!("card"), &json!({"pass_rate": 1}))
    );
    let aliases = env.alc(["card", "alias"]).ok();
    let cells: Vec<&str> = aliases.split('\t').collect();
    assert_eq!((cells[0], cells[1], cells[2], cells[4]), ("best", "new", "", "so far"));
    assert_eq!(env.alc(["card", "alias", "--pkg", "cot"]).ok(), "");
    assert!(env.daemon_pid().is_none(), "no daemon was started");
}

#[test]
fn samples_lineage_and_comparison_are_printed() {
    let env = with_cards();
    let of = |words: &str| env.alc(words.split('|')).ok();
    assert_eq!(
        of("card|samples|old"),
        "{\"score\":0.1,\"tag\":\"a\"}\n{\"score\":0.2,\"tag\":\"b\"}"
    );
    assert_eq!(of(r#"card|samples|old|--where|{"tag":"b"}"#), r#"{"score":0.2,"tag":"b"}"#);
    assert_eq!(of("card|samples|old|--offset|1|--limit|1"), r#"{"score":0.2,"tag":"b"}"#);
    assert_eq!(of("card|samples|third"), "");
    assert_eq!(of("card|lineage|old"), "0\told\tcot\t\n1\tnew\tcot\ttuned");
    assert_eq!(of("card|lineage|new"), "-1\told\tcot\t\n0\tnew\tcot\ttuned");
    assert_eq!(of("card|lineage|new|--direction|down"), "0\tnew\tcot\ttuned");
    let compared = of("card|compare|new|old|--alpha|0.2");
    let lines: Vec<&str> = compared.lines().collect();
    for line in ["a=new", "a_n=2", "metric=score", "significant=true", "winner=a"] {
        assert!(lines.contains(&line), "{line}: {compared}");
    }
    // What a session is told of the same cards.
    let source = "return alc.card.compare('new', 'old', {alpha = 0.2})";
    let told: Value =
        serde_json::from_str(&env.alc(["run", "-e", source, "--", "true"]).ok()).expect("JSON");
    let mut line = env.json(["card", "compare", "new", "old", "--alpha", "0.2"]).remove(0);
    let members = line.as_object_mut().expect("an object");
    assert_eq!(
        (members.remove("v"), members.remove("type")),
        (Some(json!(1)), Some(json!("card_comparison")))
    );
    assert_eq!(line, told);
}

#[test]
fn samples_that_are_too_many_for_one_answer_are_printed_all_the_same() {
    let env = with_cards();
    let row = |n: u32| format!("{{\"n\":{n},\"text\":\"{}\"}}\n", "x".repeat(1000));
    let rows: String = (0..40_000).map(row).collect();
    fs::write(env.home().join("cards/other/third.samples.jsonl"), &rows).expect("writes");
    assert!(env.alc(["card", "samples", "third"]).stdout == rows, "every row, once, as it is");
    let some = env.alc(["card", "samples", "third", "--offset", "10", "--limit", "30000"]).stdout;
    assert_eq!(some.lines().count(), 30_000);
    assert!(some.starts_with("{\"n\":10,") && some.ends_with(&row(30_009)));
}

#[test]
fn on_a_terminal_columns_are_aligned_under_headings() {
    let env = with_cards();
    let ended = Terminal::start(env.command(["card", "list"])).end();
    let lines: Vec<&str> = ended.screen.lines().map(str::trim_end).collect();
    assert_eq!(
        lines[..3],
        [
            "CARD   PACKAGE  CREATED               MODEL  SCENARIO  PASS RATE",
            "third  other    2026-01-03T00:00:00Z",
            "new    cot      2026-01-02T00:00:00Z                   1",
        ]
    );
}

#[test]
fn values_are_set_read_and_taken_away() {
    let env = TestEnv::new();
    let of = |words: &str| env.alc(words.split('|')).ok();
    assert_eq!(of("kv|list"), "");
    assert!(!env.home().exists(), "reading leaves no trace");
    assert_eq!(of("kv|set|owner|Anna"), "");
    assert_eq!(of("kv|set|limits|{\"b\":1.0,\"a\":[]}|--as-json|-n|other"), "");
    env.alc_with(["kv", "set", "flow:k", "-"], "two\nlines\n").ok();
    assert_eq!(of("kv|list"), "default\towner\nother\tlimits\n\tflow:k");
    assert_eq!(of("kv|list|-n|other|-q"), "limits");
    assert_eq!(of("kv|get|owner"), "\"Anna\"");
    assert_eq!(of("kv|get|owner|-r"), "Anna");
    assert_eq!(of("kv|get|limits|-n|other"), "{\"a\":[],\"b\":1.0}");
    assert_eq!(of("kv|get|flow:k|-r"), "two\nlines");
    let source = "ctx._ns = 'other' return {alc.state.get('limits').b, alc.state.get('flow:k')}";
    assert_eq!(env.alc(["run", "-e", source, "--", "true"]).ok(), "[1.0,\"two\\nlines\"]");
    env.alc(["kv", "set", "owner", "Bob", "--if-absent"]).fails(5, "in_the_way");
    assert_eq!(of("kv|get|owner|-r"), "Anna");
    assert_eq!(of("kv|delete|owner"), "");
    env.alc(["kv", "get", "owner"]).fails(4, "not_found");
    env.alc(["kv", "delete", "owner"]).fails(4, "not_found");
    env.alc(["kv", "get", "a", "-n", "../x"]).fails(2, "invalid");
    env.alc(["kv", "reset", "plain"]).fails(2, "usage");
    of(r#"kv|set|flow:r|{"data":{"completed_steps":["a","b"],"x":1}}|--as-json"#);
    let backup = of("kv|reset|flow:r|--step|a|--field|x");
    assert_eq!(of("kv|get|flow:r"), r#"{"data":{"completed_steps":["b"]}}"#);
    assert!(fs::read_to_string(backup).expect("reads").contains("\"x\": 1"));
}

#[cfg(unix)]
#[test]
fn a_home_that_others_can_read_is_not_written_to() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = TestEnv::new();
    fs::create_dir(env.home()).expect("creates");
    fs::set_permissions(env.home(), fs::Permissions::from_mode(0o755)).expect("sets");
    let stderr = env.alc(["kv", "set", "a", "1"]).fails(77, "not_permitted");
    assert!(stderr.contains("chmod 700"), "{stderr}");
    assert_eq!(fs::read_dir(env.home()).expect("reads").count(), 0);
}

/// The shell and a running session change one file at the same time; nothing is lost.
#[test]
fn the_shell_and_a_session_lose_nothing_of_each_other() {
    let env = TestEnv::new();
    let source = "for n = 1, 100 do alc.state.set('s' .. n, n)
        alc.card.create{pkg = {name = 'p'}, card_id = 's' .. n}
        alc.card.alias_set('s' .. n, 's' .. n) end return #alc.state.keys()";
    let id = env.spawn(source);
    env.alc(["spawn", "--wait", "-e", "alc.card.create{pkg = {name = 'p'}, card_id = 'mine'}"])
        .ok();
    let ran: Vec<Ran> = thread::scope(|scope| {
        let words = |n: u32| {
            let env = &env;
            move || {
                let key = format!("k{n}");
                let alias = env.alc(["card", "alias", &key, "mine"]);
                assert_eq!(alias.code, Some(0), "{alias:?}");
                env.alc(["kv", "set", &key, "x"])
            }
        };
        let all: Vec<_> = (0..20).map(|n| scope.spawn(words(n))).collect();
        all.into_iter().map(|one| one.join().expect("runs")).collect()
    });
    assert!(ran.iter().all(|ran| ran.code == Some(0)), "{ran:?}");
    env.alc(["wait", &id]).ok();
    assert_eq!(env.alc(["kv", "list", "-q"]).ok().lines().count(), 120);
    assert_eq!(env.alc(["card", "alias"]).ok().lines().count(), 120);
    assert_eq!(env.alc(["card", "list", "-q"]).ok().lines().count(), 101);
}
