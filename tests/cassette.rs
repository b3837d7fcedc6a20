//! Answers on tape: the same queries are answered without anybody, and what is not on tape is shown
//! beside what is most like it.

use std::fs;

use crate::env::{Ran, TestEnv};

const SOURCE: &str = "local a = alc.llm('Name a colour.', {role = 'poet'})
    return {a, alc.llm('Name a colour.', {role = 'poet'}), alc.llm('Why?\\nSay ' .. a .. '.')}";

/// Runs the script with a cassette; each answer is the number of answers before it.
fn run(env: &TestEnv, source: &str, flags: &[&str]) -> Ran {
    let script = "echo x >> count; printf %s $(wc -l < count)";
    let words = ["run", "-e", source, "--cassette", "tape.jsonl"].into_iter();
    env.alc(words.chain(flags.iter().copied()).chain(["--", "sh", "-c", script]))
}

fn tape(env: &TestEnv) -> String {
    fs::read_to_string(env.folder().join("tape.jsonl")).expect("reads")
}

#[test]
fn what_is_on_tape_is_not_asked_again() {
    let env = TestEnv::new();
    // The same content, asked twice, has two answers.
    assert_eq!(run(&env, SOURCE, &[]).ok(), r#"["1","2","3"]"#);
    let taped = tape(&env);
    assert_eq!(taped.lines().count(), 3);
    assert_eq!(run(&env, SOURCE, &[]).ok(), r#"["1","2","3"]"#);
    assert_eq!(tape(&env), taped);
    // No command, no terminal: the tape is enough.
    let words = ["run", "-e", SOURCE, "--cassette", "tape.jsonl", "--mode", "replay"];
    assert_eq!(env.alc(words).ok(), r#"["1","2","3"]"#);
    // What is new is asked and taped.
    let other = "return alc.llm('Name a colour.', {role = 'poet'}) .. alc.llm('Another?')";
    assert_eq!(run(&env, other, &["-r"]).ok(), "14");
    assert_eq!(tape(&env).lines().count(), 4);
    // Recorded anew, the later answers count.
    assert_eq!(run(&env, other, &["-r", "--mode", "record"]).ok(), "56");
    assert_eq!(run(&env, other, &["-r", "--mode", "replay"]).ok(), "56");
}

#[test]
fn what_an_answer_cost_is_on_tape_too() {
    let env = TestEnv::new();
    let script = r#"printf %s '{"response":"4","usage":{"prompt_tokens":5}}'"#;
    for command in [script, "false"] {
        let words = ["run", "-e", "return alc.llm('2+2?')", "--cassette", "tape.jsonl"];
        let ran = env.alc(words.into_iter().chain(["--answer-json", "--sh", command]));
        assert_eq!(ran.ok(), "\"4\"");
        assert_eq!(env.json(["state", "@"])[0]["usage"]["prompt_tokens"], 5);
    }
}

#[test]
fn what_is_not_on_tape_is_shown_beside_what_is_most_like_it() {
    let env = TestEnv::new();
    run(&env, "return alc.llm('Something else entirely.')", &[]).ok();
    run(&env, "return alc.llm('Is this safe?\\nSay yes or no.\\n\\na = 1')", &[]).ok();
    let asks = "return alc.llm('Is this safe?\\nSay yes or no.\\n\\na = 2', {system = 's'})";
    let stderr = run(&env, asks, &["--mode", "replay"]).fails(9, "answer_failed");
    let id = env.alc(["list", "-q", "--limit", "1"]).ok();
    let expected = format!(
        "alc: {id}.1 is still open: tape.jsonl has no answer to it [answer_failed]\n\
         --- on tape\n+++ asked\n@@ -1,6 +1,7 @@\n max_tokens: 1024\n+system: s\n \n \
         Is this safe?\n Say yes or no.\n \n-a = 1\n+a = 2\n  hint: alc prompt {id}.1\n"
    );
    assert_eq!(stderr, expected);
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
    let ran = run(&env, asks, &["--mode", "replay", "--json"]);
    assert!(ran.stderr.contains(r#""detail":"--- on tape\n+++ asked\n"#), "{}", ran.stderr);
    // What its command says is no part of this.
    assert_eq!(fs::read_to_string(env.folder().join("count")).expect("reads"), "x\nx\n");
}

#[test]
fn a_cassette_that_cannot_be_used_is_refused() {
    let env = TestEnv::new();
    let asks = "return alc.llm('2+2?')";
    let stderr = run(&env, asks, &["--mode", "replay"]).fails(2, "invalid");
    assert!(stderr.contains("cannot read the cassette tape.jsonl: No such file"), "{stderr}");
    assert!(!env.home().exists(), "nothing was started");
    run(&env, asks, &[]).ok();
    let sound = tape(&env);
    env.file("tape.jsonl", sound.clone() + "{\"v\":1}\n");
    let stderr = run(&env, asks, &[]).fails(78, "damaged");
    assert!(stderr.contains("tape.jsonl: line 2: missing field"), "{stderr}");
    assert_eq!(tape(&env), sound + "{\"v\":1}\n");
    fs::remove_file(env.folder().join("tape.jsonl")).expect("removes");
    fs::create_dir(env.folder().join("tape.jsonl")).expect("makes");
    run(&env, asks, &[]).fails(2, "invalid");
}
