//! Notes and the transcript: what people add to a history, and how they read it.

use std::process::Stdio;

use serde_json::Value;

use crate::env::{Ran, TestEnv};

/// What a transcript says, without times.
fn told(text: &str, id: &str) -> Vec<String> {
    let line = |line: &str| {
        let mut words = line.split(' ').collect::<Vec<_>>();
        words.retain(|word| !(word.len() == 24 && word.ends_with('Z') && word.contains('T')));
        words.join(" ").replace(id, "ID")
    };
    text.lines().map(line).collect()
}

#[test]
fn a_transcript_has_prompts_answers_log_lines_and_notes_in_order() {
    let env = TestEnv::new();
    let id = env.spawn_paused(
        "print('first\\nline') local a = alc.llm('2+2?\\nreally?', {system = 'be brief', role = 'grader'})
         print('then') return alc.llm_batch({{prompt = 'x'}, {prompt = 'y'}})",
    );
    env.alc(["note", &id, "asked legal\n\nby mail", "--title", "for later"]).ok();
    env.alc(["resume", &id, "4"]).ok();
    env.alc(["prompt", &id]).ok();
    env.alc(["resume", &format!("{id}.3"), "Y"]).ok();
    env.alc(["resume", &id, "X\n"]).ok();
    env.alc(["wait", &id]).ok();
    env.alc(["note", &id, "merged"]).ok();
    let expected = "\
* spawned
| info print: first
|   line

* prompt ID.1 role=grader
~ be brief
? 2+2?
? really?

* note for later
# asked legal
#
# by mail

* answer ID.1
= 4

| info print: then

* prompt ID.2
? x

* prompt ID.3
? y

* answer ID.3
= Y

* answer ID.2
= X

* done

* note
# merged";
    let log = env.alc(["log", &id]).ok();
    assert_eq!(told(&log, &id).join("\n"), expected, "{log}");
    assert_eq!(env.alc(["log", &id, "--follow"]).ok(), log, "it has ended");
    assert!(!log.contains('\u{1b}'), "{log}");
    let coloured = env.alc(["log", &id, "--color", "always"]).ok();
    assert!(coloured.contains('\u{1b}'), "{coloured}");
}

#[test]
fn a_note_disturbs_nothing_and_survives_a_killed_daemon() {
    let env = TestEnv::new();
    let id = env.spawn_paused("local a = alc.llm('a') print(a) return alc.llm('b')");
    env.alc(["note", &id, "one"]).ok();
    env.kill_daemon();
    env.alc_with(["note", &id, "-"], "two\n\n").ok();
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
    env.alc(["resume", &format!("{id}.1"), "A"]).ok();
    env.alc(["prompt", &id]).ok();
    let file = env.file("note.txt", "three\n");
    env.alc(["note", &id, &format!("@{}", file.display())]).ok();
    env.kill_daemon();
    env.alc(["resume", &id, "B"]).ok();
    assert_eq!(env.alc(["result", "--wait", "-r", &id]).ok(), "B");
    let history = env.json(["watch", &id]);
    for (seq, event) in (1..).zip(&history) {
        assert_eq!(event["seq"], Value::from(seq), "{event}");
    }
    let notes: Vec<_> = history.iter().filter(|event| event["kind"] == "note").collect();
    let contents: Vec<_> = notes.iter().map(|note| note["content"].as_str()).collect();
    assert_eq!(contents, [Some("one"), Some("two\n"), Some("three\n")]);
    assert!(notes.iter().all(|note| note.get("title").is_none()), "{notes:?}");
}

#[test]
fn a_history_grows_by_notes_in_every_state_and_the_outcome_stays() {
    let env = TestEnv::new();
    let running = env.spawn("while true do end");
    let done = env.spawn("return 7");
    let failed = env.spawn("error('no')");
    let cancelled = env.spawn_paused("return alc.llm('a')");
    env.alc(["cancel", &cancelled]).ok();
    let ids = [&done, &failed, &cancelled, &running];
    for id in &ids[..3] {
        env.alc(["wait", id]);
    }
    let outcomes = || ids.map(|id| env.alc(["result", id, "--json"]).stdout);
    let before = outcomes();
    for (seq, id) in ids.iter().enumerate() {
        let noted = &env.json(["note", id, "n", "--title", "t"])[0];
        assert_eq!((&noted["v"], &noted["type"]), (&1.into(), &"noted".into()), "{noted}");
        let state = &env.json(["state", id])[0];
        assert_eq!(noted["seq"], state["seq"], "{seq}");
    }
    env.kill_daemon();
    for id in ids {
        env.alc(["note", id, "again"]).ok();
    }
    assert_eq!(outcomes(), before);
    let states = ids.map(|id| env.alc(["state", id]).ok());
    assert_eq!(states, ["done", "failed", "cancelled", "running"]);
    let line = env.alc(["watch", &done]).ok();
    assert!(line.lines().any(|line| line.ends_with("\tnote\tt: n")), "{line}");
    env.alc(["cancel", &running]).ok();
}

#[test]
fn a_note_that_cannot_be_meant_is_refused() {
    let env = TestEnv::new();
    env.alc(["note", "@", "x"]).fails(4, "not_found");
    let id = env.spawn_paused("return alc.llm('a')");
    env.alc(["note", &id, ""]).fails(2, "invalid");
    env.alc_with(["note", &id, "-"], "\n").fails(2, "invalid");
    env.alc(["note", &id]).fails(2, "usage");
    let longest = "a".repeat(64 << 10);
    env.alc_with(["note", &id, "-"], &longest).ok();
    env.alc_with(["note", &id, "-"], longest + "a").fails(2, "too_large");
    env.alc(["note", "zzzzzzzz", "x"]).fails(4, "not_found");
    let notes = env.json(["watch", &id, "--until", "paused"]);
    assert!(notes.iter().all(|event| event["content"] != ""));
}

#[test]
fn log_in_json_has_every_event_and_every_answer() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let line = format!(
        "{{\"query_id\":\"{id}.1\",\"response\":\"A\\n\",\"usage\":{{\"prompt_tokens\":7}}}}\n"
    );
    env.alc_with(["resume", &id, "--batch"], line).ok();
    env.alc(["wait", &id]).ok();
    let log = env.json(["log", &id]);
    let (answers, events): (Vec<_>, Vec<_>) =
        log.iter().cloned().partition(|line| line["type"] == "answer");
    assert_eq!(events, env.json(["watch", &id]));
    let place = log.iter().position(|line| line["type"] == "answer").expect("an answer");
    let end = &log[place - 1];
    assert_eq!(end["kind"], "llm_call_end");
    let expected = serde_json::json!({
        "v": 1, "type": "answer", "session": id, "query_id": format!("{id}.1"), "text": "A\n",
        "at": end["at"], "usage": {"prompt_tokens": 7},
    });
    assert_eq!(answers, [expected]);
}

#[test]
fn following_goes_on_to_the_end_across_a_killed_daemon() {
    let env = TestEnv::new();
    let id = env.spawn_paused("print(alc.llm('a')) return alc.llm('b')");
    let following = env
        .command(["log", "--follow", "--json", &id])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("alc runs");
    env.alc(["resume", &id, "A"]).ok();
    env.alc(["prompt", &id]).ok();
    env.kill_daemon();
    env.alc(["note", &id, "killed"]).ok();
    env.alc(["resume", &id, "B"]).ok();
    env.alc(["wait", &id]).ok();
    let followed = Ran::new(following.wait_with_output().expect("alc ends"));
    assert_eq!(followed.ok(), env.alc(["log", "--json", &id]).ok());
}

#[test]
fn a_transcript_of_a_session_at_work_ends_where_it_is() {
    let env = TestEnv::new();
    let id = env.spawn("while true do print('x') end");
    let log = env.alc(["log", &id]).ok();
    assert!(log.starts_with("* "), "{log}");
    env.alc(["cancel", &id]).ok();
    env.alc(["log", "@"]).ok();
    assert_eq!(TestEnv::new().alc(["log", "@"]).fails(4, "not_found").lines().count(), 2);
}
