//! What has ended can go for good, and what lives cannot.

use std::{fs, path::Path};

use serde_json::Value;

use crate::env::TestEnv;

/// A session that is done.
#[track_caller]
fn done(env: &TestEnv, source: &str) -> String {
    let id = env.spawn(source);
    env.alc(["wait", &id]).ok();
    id
}

/// Opens the journal beside the daemon.
fn journal(env: &TestEnv) -> rusqlite::Connection {
    rusqlite::Connection::open(env.home().join("journal.db")).expect("opens")
}

fn count(env: &TestEnv, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    journal(env).query_row(&sql, [], |row| row.get(0)).expect("counts")
}

/// What `gc` says, by key.
fn said(text: &str, key: &str) -> i64 {
    let value = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no {key}: {text}"))
}

/// Letters that cannot be compressed much.
fn noise(size: usize) -> String {
    let mut state = 7_u64;
    let letters = (0..size).map(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b'a' + u8::try_from(state >> 59).unwrap_or_default() % 26)
    });
    letters.collect()
}

#[test]
fn what_is_deleted_is_gone_for_good() {
    let env = TestEnv::new();
    let id = done(&env, "print('x') return 1");
    let other = done(&env, "return 2");
    assert_eq!(env.alc(["rm", &id]).ok(), id);
    for verb in ["state", "result", "watch", "log", "prompt", "wait", "rm"] {
        env.alc([verb, &id]).fails(4, "not_found");
    }
    env.alc(["note", &id, "x"]).fails(4, "not_found");
    env.kill_daemon();
    env.alc(["state", &id]).fails(4, "not_found");
    assert_eq!(env.alc(["list", "-q"]).ok(), other);
    assert_eq!(env.alc(["result", &other]).ok(), "2");
    // Its rows are gone too, and its id is remembered.
    assert_eq!(count(&env, "event WHERE session NOT IN (SELECT n FROM session)"), 0);
    assert_eq!(count(&env, "leftover"), 0);
    assert_eq!(count(&env, &format!("tombstone WHERE id = '{id}'")), 1);
}

#[test]
fn what_lives_is_not_deleted_and_the_rest_is() {
    let env = TestEnv::new();
    let paused = env.spawn_paused("return alc.llm('a')");
    let running = env.spawn("while true do end");
    let ended = done(&env, "return 1");
    let refused = env.alc(["rm", &paused]).fails(5, "not_ended");
    assert!(refused.contains(&format!("hint: alc cancel {paused}")), "{refused}");
    let ran = env.alc(["rm", &running, &ended, "zzzzzzzz"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(4), format!("{ended}\n").as_str()));
    assert!(ran.stderr.contains("[not_ended]") && ran.stderr.contains("[not_found]"), "{ran:?}");
    assert_eq!(env.alc(["state", &paused]).ok(), "paused");
    assert_eq!(env.alc(["state", &running]).ok(), "running");
    env.alc(["cancel", &paused, &running]).ok();
    env.alc(["wait", "--for", "terminal", &paused, &running]);
    let lines = env.json(["rm", &paused, &running]);
    for (line, id) in lines.iter().zip([&paused, &running]) {
        let expected = serde_json::json!({"v": 1, "type": "deleted", "session": id});
        assert_eq!(line, &expected);
    }
    assert_eq!(lines.len(), 2);
}

#[test]
fn rm_takes_no_beginning_of_an_id() {
    let env = TestEnv::new();
    env.alc(["rm", "@"]).fails(4, "not_found");
    let id = done(&env, "return 1");
    let refused = env.alc(["rm", &id[..6]]).fails(4, "not_found");
    assert!(refused.contains(&format!("only how the id of session {id} begins")), "{refused}");
    assert_eq!(env.alc(["rm", "@"]).ok(), id);
}

#[test]
fn a_deleted_session_is_not_taken_up_by_who_watched_it() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let watching = env
        .command(["log", "--follow", &id])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("alc runs");
    env.alc(["resume", &id, "A"]).ok();
    env.alc(["wait", &id]).ok();
    env.alc(["rm", &id]).ok();
    let watched = watching.wait_with_output().expect("alc ends");
    // It may have seen all of it, or found it gone.
    assert!([Some(0), Some(4)].contains(&watched.status.code()), "{watched:?}");
}

#[test]
fn gc_deletes_what_ended_long_ago_and_gives_space_back() {
    let env = TestEnv::new();
    let keep = env.spawn_paused(&format!("return alc.llm('{}')", noise(50_000)));
    let id = done(&env, &format!("local s = '{}' return s .. s", noise(4_000_000)));
    env.alc(["note", &id, &noise(2_000)]).ok();
    let quiet = env.alc(["gc"]).ok();
    assert_eq!((said(&quiet, "sessions"), said(&quiet, "blobs")), (0, 0), "{quiet}");
    let blobs = count(&env, "blob");

    let planned = env.alc(["gc", "--older-than", "0", "--dry-run"]).ok();
    assert_eq!(said(&planned, "sessions"), 1, "{planned}");
    assert!(said(&planned, "bytes") > 1_000_000, "{planned}");
    assert_eq!(env.alc(["state", &id]).ok(), "done");
    assert_eq!(count(&env, "blob"), blobs);

    let size = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
    let file = env.home().join("journal.db");
    let collected = &env.json(["gc", "--older-than", "0"])[0];
    assert_eq!((&collected["v"], &collected["type"]), (&1.into(), &"collected".into()));
    assert_eq!(collected["sessions"], serde_json::json!([id]));
    assert_eq!(collected["dry_run"], false);
    assert!(collected["blobs"].as_i64() >= Some(2), "{collected}");
    assert!(collected["bytes"].as_i64() > Some(1_000_000), "{collected}");
    env.alc(["state", &id]).fails(4, "not_found");
    env.kill_daemon();
    assert_eq!(env.alc(["state", &keep]).ok(), "paused");
    assert_eq!(env.alc(["prompt", &keep]).ok().len(), 50_000);
    env.alc(["resume", &keep, "A"]).ok();
    assert_eq!(env.alc(["result", "--wait", "-r", &keep]).ok(), "A");
    env.alc(["daemon", "stop"]).ok();
    assert!(size(&file) < 1_000_000, "{}", size(&file));
}

#[test]
fn gc_keeps_the_newest_that_fit() {
    let env = TestEnv::new();
    let source = |seed: usize| format!("local s = '{}' return #s", &noise(400_000 + seed)[seed..]);
    let ids = [0, 100_000, 200_000, 300_000].map(|seed| done(&env, &source(seed)));
    let planned = &env.json(["gc", "--keep-bytes", "900000", "--dry-run"])[0];
    let collected = &env.json(["gc", "--keep-bytes", "900000"])[0];
    assert_eq!(planned["sessions"], collected["sessions"], "{planned} {collected}");
    let left = env.alc(["list", "-q"]).ok();
    let left: Vec<_> = left.lines().rev().collect();
    assert!(!left.is_empty() && left.len() < 4, "{left:?}");
    assert_eq!(left, ids[4 - left.len()..].iter().collect::<Vec<_>>());
    let used: i64 = journal(&env)
        .query_row(
            "SELECT (page_count - freelist_count) * 8192 FROM pragma_page_count, pragma_freelist_count",
            [],
            |row| row.get(0),
        )
        .expect("reads");
    assert!(used <= 900_000, "{used}");
    let none = env.alc(["gc", "--keep-bytes", "0"]).ok();
    assert_eq!(said(&none, "sessions"), i64::try_from(left.len()).expect("fits"));
    assert_eq!(env.alc(["list", "-q"]).ok(), "");
}

#[test]
fn an_id_is_remembered_for_thirty_days() {
    let env = TestEnv::new();
    let ids = [(); 2].map(|()| done(&env, "return 1"));
    env.alc(["rm", &ids[0], &ids[1]]).ok();
    assert_eq!(said(&env.alc(["gc"]).ok(), "tombstones"), 0);
    env.alc(["daemon", "stop"]).ok();
    let days = |days: i64| days * 24 * 3_600_000;
    for (id, age) in ids.iter().zip([days(31), days(29)]) {
        journal(&env)
            .execute("UPDATE tombstone SET deleted_at = deleted_at - ?1 WHERE id = ?2", (age, id))
            .expect("ages");
    }
    assert_eq!(said(&env.alc(["gc", "--dry-run"]).ok(), "tombstones"), 1);
    assert_eq!(said(&env.alc(["gc"]).ok(), "tombstones"), 1);
    assert_eq!(count(&env, &format!("tombstone WHERE id = '{}'", ids[1])), 1);
    assert_eq!(count(&env, "tombstone"), 1);
}

/// A session whose row says something else than was written, beside one that is sound.
fn damaged(env: &TestEnv) -> [String; 2] {
    env.file("damage-me.lua", "return alc.llm('a')");
    let id = env.alc(["spawn", "damage-me.lua"]).ok();
    env.alc(["prompt", &id]).ok();
    let other = env.spawn_paused("return alc.llm('b')");
    env.alc(["daemon", "stop"]).ok();
    let journal = env.home().join("journal.db");
    let mut bytes = fs::read(&journal).expect("reads");
    let name = b"damage-me.lua";
    let places = (0..bytes.len()).filter(|place| bytes[*place..].starts_with(name));
    let places: Vec<_> = places.collect();
    assert!(!places.is_empty());
    for place in places {
        bytes[place] ^= 1;
    }
    fs::write(&journal, &bytes).expect("writes");
    [id, other]
}

#[test]
fn a_damaged_session_is_deleted_by_the_command_that_every_hint_says() {
    let env = TestEnv::new();
    let [id, other] = damaged(&env);
    let hint = format!("alc rm --force {id}");
    for words in [&["state", &id][..], &["cancel", &id], &["rm", &id], &["resume", &id, "x"]] {
        let stderr = env.alc(words.iter().copied()).fails(78, "damaged");
        assert!(stderr.ends_with(&format!("[damaged]\n  hint: {hint}\n")), "{stderr}");
    }
    let doctor = env.alc(["doctor"]);
    assert_eq!(doctor.code, Some(1), "{doctor:?}");
    assert!(doctor.stdout.contains(&format!("\t{hint}\n")), "{doctor:?}");
    let ended = done(&env, "return 1");
    assert_eq!(env.json(["gc", "--older-than", "0"])[0]["sessions"], serde_json::json!([ended]));
    let ran = env.alc(hint.split(' ').skip(1));
    let lost = "what went with it: 4 events, 1 query, 0 answers";
    assert_eq!(ran.stderr, format!("{id} was damaged; {lost}\n"));
    assert_eq!(ran.ok(), id);
    env.alc(["state", &id]).fails(4, "not_found");
    assert_eq!(env.alc(["list", "-q"]).ok(), other);
    assert_eq!(count(&env, &format!("tombstone WHERE id = '{id}'")), 1);
    env.alc(["resume", &other, "B"]).ok();
    assert_eq!(env.alc(["result", "--wait", "-r", &other]).ok(), "B");
    assert_eq!(env.alc(["doctor"]).code, Some(0));
}

#[test]
fn doctor_names_a_damaged_session_before_the_index_that_it_does_not_fit() {
    let env = TestEnv::new();
    let id = env.alc(["spawn", "-e", "return alc.llm('a')", "--name", "golden"]).ok();
    env.alc(["prompt", &id]).ok();
    env.alc(["daemon", "stop"]).ok();
    let journal = env.home().join("journal.db");
    let mut bytes = fs::read(&journal).expect("reads");
    let row = format!("{id}golden").into_bytes();
    let find = |bytes: &[u8], from: usize, part: &[u8]| {
        (from..bytes.len()).find(|place| bytes[*place..].starts_with(part))
    };
    let mut next = find(&bytes, 0, &row);
    assert!(next.is_some());
    // In the index of states it stays as it was; what is left of earlier rows is changed, too.
    while let Some(place) = next {
        if let Some(state) = find(&bytes[..place + 200], place, b"paused") {
            bytes[state] ^= 1;
        }
        next = find(&bytes, place + 1, &row);
    }
    fs::write(&journal, &bytes).expect("writes");
    let doctor = env.alc(["doctor"]);
    assert_eq!(doctor.code, Some(1), "{doctor:?}");
    assert!(doctor.stdout.contains("is not as it was written, and 1 more\t"), "{doctor:?}");
    assert!(doctor.stdout.contains(&format!("\talc rm --force {id}\n")), "{doctor:?}");
    assert_eq!(env.alc(["rm", "--force", &id]).ok(), id);
    assert_eq!(env.alc(["doctor"]).code, Some(0));
}

#[test]
fn only_what_is_damaged_or_has_ended_is_deleted_by_force_and_only_by_its_id() {
    let env = TestEnv::new();
    let [id, other] = damaged(&env);
    for reference in ["@", "golden", &id[..6], &format!("{id}.1")] {
        env.alc(["rm", "--force", reference]).fails(2, "usage");
    }
    env.alc(["rm", "--force", &id, "--state", "done"]).fails(2, "usage");
    let refused = env.alc(["rm", "--force", &other]).fails(5, "not_ended");
    assert!(refused.contains(&format!("hint: alc cancel {other}")), "{refused}");
    env.alc(["rm", "--force", "zzzzzzzz"]).fails(4, "not_found");
    let lines = env.json(["rm", "--force", &id]);
    let lost = serde_json::json!({"events": 4, "queries": 1, "answers": 0});
    let expected = serde_json::json!({"v": 1, "type": "deleted", "session": id, "lost": lost});
    assert_eq!(lines, [expected]);
    env.alc(["cancel", &other]).ok();
    let expected = serde_json::json!({"v": 1, "type": "deleted", "session": other});
    assert_eq!(env.json(["rm", "--force", &other]), [expected]);
}

#[test]
fn gc_where_there_is_nothing_leaves_no_trace() {
    let env = TestEnv::new();
    let said = env.alc(["gc"]).ok();
    assert_eq!(said, "sessions=0\nblobs=0\ntombstones=0\nbytes=0");
    assert!(!env.home().exists());
    let line: &Value = &env.json(["gc", "--dry-run"])[0];
    assert_eq!((&line["dry_run"], &line["sessions"]), (&true.into(), &serde_json::json!([])));
}

#[test]
fn a_daemon_killed_while_it_tidies_up_leaves_a_sound_journal() {
    let env = TestEnv::new();
    let keep = env.spawn_paused("return alc.llm('a')");
    let old: Vec<_> =
        (0..20).map(|n| done(&env, &format!("for i = 1, 200 do print(i + {n}) end"))).collect();
    let gc = env
        .command(["gc", "--older-than", "0", "--no-start"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("alc runs");
    env.kill_daemon();
    gc.wait_with_output().expect("alc ends");
    let left = env.alc(["list", "-q", "--state", "done"]).ok();
    for id in old.iter().filter(|id| left.contains(*id)) {
        // What is left is whole.
        assert!(env.alc(["log", id]).ok().ends_with(" done"));
    }
    env.alc(["gc", "--older-than", "0"]).ok();
    assert_eq!(env.alc(["list", "-q"]).ok(), keep);
    assert_eq!((count(&env, "leftover"), count(&env, "tombstone")), (0, 20));
    let check: String =
        journal(&env).query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("checks");
    assert_eq!(check, "ok");
    env.alc(["resume", &keep, "A"]).ok();
    assert_eq!(env.alc(["result", "--wait", &keep]).ok(), r#""A""#);
}
