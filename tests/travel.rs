//! Sessions as files: what `export` writes goes on elsewhere, and what is no such file changes
//! nothing.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use crate::env::{Ran, TestEnv};

const ASKS: &str = "print('before') local a = alc.llm('a?') return a .. alc.llm('b after ' .. a)";

/// Writes a session to a file of the test's folder.
#[track_caller]
fn export(env: &TestEnv, session: &str) -> PathBuf {
    let path = env.folder().join(format!("{session}.alc"));
    env.alc(["export", session, "-o", text(&path)]).ok();
    path
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn import(env: &TestEnv, path: &Path) -> Ran {
    env.alc(["import", text(path)])
}

/// The kinds of a history's entries.
fn kinds(env: &TestEnv, id: &str) -> Vec<String> {
    let lines = env.alc(["log", id, "--json"]).ok();
    let events = lines.lines().map(|line| serde_json::from_str(line).expect("JSON"));
    let events = events.filter(|line: &serde_json::Value| line["type"] == "event");
    events.map(|event| event["kind"].as_str().expect("a kind").to_owned()).collect()
}

#[test]
fn a_session_goes_on_on_another_machine() {
    let (here, there) = (TestEnv::new(), TestEnv::new());
    let id = here.spawn_paused(ASKS);
    here.alc(["resume", &id, "A", "--next"]).ok();
    let path = export(&here, &id);
    assert_eq!(import(&there, &path).ok(), id);
    assert_eq!(there.alc(["prompt", "--id", &id]).ok(), format!("{id}.2"));
    assert_eq!(there.alc(["prompt", &id]).ok(), "b after A");
    there.alc(["resume", &format!("{id}.2"), "B"]).ok();
    assert_eq!(there.alc(["result", "--wait", "-r", &id]).ok(), "AB");
    assert_eq!(there.alc(["resume", &format!("{id}.1"), "A"]).code, Some(0), "it is there already");
    let kinds = kinds(&there, &id);
    assert_eq!(kinds.iter().filter(|kind| *kind == "imported").count(), 1, "{kinds:?}");
    // It was copied, not moved.
    here.alc(["resume", &id, "C"]).ok();
    assert_eq!(here.alc(["result", "--wait", "-r", &id]).ok(), "AC");
}

#[test]
fn it_keeps_its_name_labels_history_and_answers() {
    let (here, there) = (TestEnv::new(), TestEnv::new());
    let spawn = ["spawn", "--name", "deploy-42", "-l", "team=core", "-e", ASKS];
    let id = here.alc(spawn).ok();
    here.alc(["prompt", &id]).ok();
    here.alc(["resume", &id, "A", "--next"]).ok();
    here.alc(["note", &id, "see #7", "--title", "why"]).ok();
    import(&there, &export(&here, "deploy-42")).ok();
    let log = |env: &TestEnv| env.alc(["log", "deploy-42"]).ok();
    let before = log(&here);
    assert!(log(&there).starts_with(&before), "{}", log(&there));
    let (ours, theirs) = (&here.json(["state", "@"])[0], &there.json(["state", "deploy-42"])[0]);
    for member in ["id", "name", "kind", "state", "created_at", "labels", "pause", "usage", "log"] {
        assert_eq!(ours[member], theirs[member], "{member}");
    }
}

#[test]
fn every_state_travels() {
    let (here, there) = (TestEnv::new(), TestEnv::new());
    let done = here.alc(["spawn", "--wait", "-e", "print('x') return {1, 'zwei'}"]).ok();
    let failed = here.spawn("error('no luck')");
    here.alc(["wait", &failed]);
    let cancelled = here.spawn_paused("alc.llm('?')");
    here.alc(["cancel", &cancelled, "--reason", "enough"]).ok();
    for id in [&done, &failed, &cancelled] {
        assert_eq!(&import(&there, &export(&here, id)).ok(), id);
        let result = |env: &TestEnv| env.json(["result", id]);
        assert_eq!(result(&here), result(&there));
        there.alc(["note", id, "seen"]).ok();
        assert_eq!(kinds(&there, id).last().map(String::as_str), Some("note"));
    }

    let batch = "return alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}, {prompt = 'c'}})";
    let half = here.spawn_paused(batch);
    here.alc(["resume", &format!("{half}.2"), "B"]).ok();
    import(&there, &export(&here, &half)).ok();
    assert_eq!(there.alc(["prompt", "--id", &half]).ok(), format!("{half}.1"));
    there.alc(["resume", &half, "A"]).ok();
    there.alc(["resume", &half, "C"]).ok();
    assert_eq!(there.alc(["result", "--wait", &half]).ok(), r#"["A","B","C"]"#);
}

#[test]
fn a_running_session_is_exported_as_it_is_at_a_moment() {
    let (here, there) = (TestEnv::new(), TestEnv::new());
    // It runs until it has been exported often enough.
    let enough = here.folder().join("enough");
    let id = here.spawn(&format!(
        "local sum = 0
        for i = 1, 400 do for k = 1, 30000 do sum = (sum + k * i) % 1000003 end print(i, sum) end
        while not io.open('{}') do pcall(os.execute, 'sleep 0.05') end
        return {{sum, alc.llm('go on?')}}",
        text(&enough)
    ));
    let mut copies = Vec::new();
    for _ in 0..6 {
        let path = export(&here, &id);
        let copy = there.alc(["import", "--new-id", text(&path)]).ok();
        copies.push(copy);
    }
    fs::write(&enough, "").expect("writes");
    let end = |env: &TestEnv, id: &str| {
        env.alc(["prompt", id]).ok();
        env.alc(["resume", id, "yes"]).ok();
        env.alc(["result", "--wait", id]).ok()
    };
    let expected = end(&here, &id);
    for copy in copies {
        assert_eq!(end(&there, &copy), expected);
        let lines = there.alc(["log", &copy]).ok();
        assert_eq!(lines.lines().filter(|line| line.starts_with('|')).count(), 400, "{lines}");
    }
}

#[test]
fn it_needs_none_of_the_packages_that_it_has_loaded() {
    let (here, there) = (TestEnv::new(), TestEnv::new());
    here.alc(["daemon", "start"]).ok();
    let folder = here.home().join("packages/steps");
    fs::create_dir_all(&folder).expect("creates");
    let source = "return { run = function(ctx)
        local second = require('steps.second')
        return second(alc.llm(ctx.task), os.getenv('COLOUR'))
    end }";
    fs::write(folder.join("init.lua"), source).expect("writes");
    let second = "return function(a, colour) return a .. colour .. alc.llm('then?') end";
    fs::write(folder.join("second.lua"), second).expect("writes");
    let id = here.alc(["advice", "steps", "first?", "--env", "COLOUR=blue"]).ok();
    here.alc(["prompt", &id]).ok();
    here.alc(["resume", &id, "one ", "--next"]).ok();
    let path = export(&here, &id);
    fs::remove_dir_all(&folder).expect("removes");
    import(&there, &path).ok();
    there.alc(["resume", &id, " two"]).ok();
    assert_eq!(there.alc(["result", "--wait", "-r", &id]).ok(), "one blue two");
}

#[test]
fn a_deadline_travels_and_no_path_does() {
    let (here, there) = (TestEnv::new(), TestEnv::new());
    let source = "alc.llm('?') local f = io.open('note.txt') return f and f:read('a') or 'none'";
    let id = here.alc(["spawn", "--deadline", "1h", "-e", source]).ok();
    here.alc(["prompt", &id]).ok();
    let path = export(&here, &id);
    let bytes = fs::read(&path).expect("reads");
    let folder = text(here.folder()).as_bytes();
    let pwd = bytes.windows(folder.len()).any(|part| part == folder);
    assert!(!pwd, "the file names a folder of this machine");
    there.file("note.txt", "from there");
    import(&there, &path).ok();
    let deadline = |env: &TestEnv| env.json(["state", &id])[0]["deadline_at"].clone();
    assert_eq!(deadline(&there), deadline(&here));
    there.alc(["resume", &id, "x"]).ok();
    assert_eq!(there.alc(["result", "--wait", "-r", &id]).ok(), "from there");
}

#[test]
fn an_id_is_taken_once_and_a_live_name_too() {
    let (here, there) = (TestEnv::new(), TestEnv::new());
    let id = here.alc(["spawn", "--name", "n", "-e", ASKS]).ok();
    here.alc(["prompt", &id]).ok();
    let path = export(&here, &id);
    let refused = import(&here, &path).fails(5, "id_in_use");
    assert!(refused.contains(&format!("hint: alc import --new-id {}", text(&path))), "{refused}");
    here.alc(["import", "--new-id", text(&path)]).fails(5, "name_in_use");
    let copy = here.alc(["import", "--new-id", "--name", "m", text(&path)]).ok();
    assert_ne!(copy, id);
    assert_eq!(here.alc(["prompt", "--id", "m"]).ok(), format!("{copy}.1"));
    let told = here.alc(["log", &copy]).ok();
    assert!(told.contains(&format!("imported from {id}")), "{told}");

    import(&there, &path).ok();
    import(&there, &path).fails(5, "id_in_use");
    there.alc(["cancel", &id]).ok();
    import(&there, &path).fails(5, "id_in_use");
    there.alc(["rm", &id]).ok();
    import(&there, &path).fails(5, "id_in_use");
    // The name is free again.
    let copy = there.alc(["import", "--new-id", text(&path)]).ok();
    assert_eq!(there.alc(["state", "n"]).ok(), "paused");
    assert_eq!(there.alc(["list", "-q"]).ok(), copy);
}

#[test]
fn a_moved_session_ends_here_once_its_file_is_there() {
    let (here, there) = (TestEnv::new(), TestEnv::new());
    let id = here.spawn_paused(ASKS);
    here.alc(["export", &id, "--move"]).fails(2, "usage");
    here.alc(["export", &id, "--move", "-o", "no-such-folder/x"]).fails(73, "cannot_write");
    assert_eq!(here.alc(["state", &id]).ok(), "paused");
    let path = here.folder().join("moved.alc");
    here.alc(["export", &id, "--move", "-o", text(&path)]).ok();
    let result = &here.json(["result", &id])[0];
    assert_eq!(
        (&result["state"], &result["reason"]["detail"]),
        (&"cancelled".into(), &"moved".into())
    );
    import(&there, &path).ok();
    assert_eq!(there.alc(["state", &id]).ok(), "paused");
    // One that has ended needs not end again.
    here.alc(["export", &id, "--move", "-o", text(&path)]).ok();
    assert_eq!(here.json(["result", &id])[0], *result);
}

#[test]
fn an_answer_that_comes_while_a_session_is_moved_is_in_its_file_or_refused() {
    let (here, there) = (TestEnv::new(), TestEnv::new());
    for round in 0..8 {
        let id = here.spawn_paused("return {alc.llm('a?'), alc.llm('b?')}");
        let path = here.folder().join("moved.alc");
        let mut answer = here.command(["resume", &id, "A"]);
        let mut answer = answer.stderr(Stdio::null()).spawn().expect("runs");
        here.alc(["export", &id, "--move", "-o", text(&path)]).ok();
        let stored = answer.wait().expect("ends").success();
        import(&there, &path).ok();
        let query = there.alc(["prompt", "--id", &id]).ok();
        assert_eq!(query, format!("{id}.{}", if stored { 2 } else { 1 }), "round {round}");
        assert_eq!(here.alc(["state", &id]).ok(), "cancelled");
    }
}

#[test]
fn a_running_session_moves_with_all_that_it_did_or_stays() {
    let (here, there) = (TestEnv::new(), TestEnv::new());
    let source = "for i = 1, 12 do for k = 1, 1000000 do end print(i) end return 'through'";
    let id = here.spawn(source);
    let path = here.folder().join("moved.alc");
    let moved = here.alc(["export", &id, "--move", "-o", text(&path)]);
    let home = if moved.code == Some(0) {
        here.alc(["wait", "--for", "terminal", &id]);
        // It may have ended before.
        let state = here.alc(["state", &id]).ok();
        assert!(state == "cancelled" || state == "done", "{state}");
        import(&there, &path).ok();
        &there
    } else {
        moved.fails(5, "went_on");
        &here
    };
    assert_eq!(home.alc(["result", "--wait", "-r", &id]).ok(), "through");
    let log = home.alc(["log", &id]).ok();
    let said = log.lines().filter_map(|line| line.strip_prefix("| ")?.split_once("print: "));
    assert!(said.map(|(_, line)| line.to_owned()).eq((1..=12).map(|i| i.to_string())), "{log}");
}

#[test]
fn an_export_goes_to_stdout_and_an_import_comes_from_stdin() {
    let (here, there) = (TestEnv::new(), TestEnv::new());
    let id = here.spawn_paused(ASKS);
    let exported = here.command(["export", &id]).output().expect("runs");
    assert!(exported.status.success() && exported.stderr.is_empty());
    assert_eq!(there.alc_with(["import", "-"], &exported.stdout).ok(), id);
    let half = &exported.stdout[..exported.stdout.len() / 2];
    there.alc_with(["import", "-"], half).fails(78, "damaged");
    there.alc_with(["import", "-"], "").fails(78, "damaged");
    assert_eq!(here.alc(["export", &id, "--json"]).code, Some(2));
    let line = &here.json(["export", &id, "-o", "x.alc"])[0];
    assert_eq!((&line["type"], &line["moved"]), (&"exported".into(), &false.into()));
    there.alc(["import", "no-such.alc"]).fails(78, "unreadable");
    here.alc(["export", "nobody"]).fails(4, "not_found");
}

#[test]
fn what_is_no_export_or_a_damaged_one_changes_nothing() {
    let (here, there) = (TestEnv::new(), TestEnv::new());
    let id = here.spawn_paused(&format!("local long = '{}' {ASKS}", "long ".repeat(2000)));
    let good = fs::read(export(&here, &id)).expect("reads");
    there.alc(["daemon", "start"]).ok();
    let path = there.folder().join("bad.alc");
    let try_bytes = |bytes: &[u8]| {
        fs::write(&path, bytes).expect("writes");
        import(&there, &path).fails(78, "damaged");
    };
    for part in 1..24 {
        let place = good.len() * part / 24;
        try_bytes(&good[..place]);
        let mut flipped = good.clone();
        flipped[place] ^= 1 << (part % 8);
        try_bytes(&flipped);
    }
    try_bytes(&[&good[..], b"x"].concat());
    try_bytes(b"no export");
    try_bytes(&fs::read(here.home().join("journal.db")).expect("reads"));
    assert_eq!(there.alc(["list", "-q"]).ok(), "");
    fs::write(&path, &good).expect("writes");
    assert_eq!(import(&there, &path).ok(), id);
    let left = fs::read_dir(there.home().join("transit")).expect("a folder").count();
    assert_eq!(left, 0);
}

#[test]
fn a_large_session_travels() {
    let (here, there) = (TestEnv::new(), TestEnv::new());
    // Texts that pack badly, more than one message takes.
    let source = "local parts = {}
        for i = 1, 8 do
          local bytes = {}
          for k = 1, 400000 do bytes[k] = string.char(32 + math.random(94)) end
          parts[i] = alc.llm(table.concat(bytes) .. i)
        end
        return #table.concat(parts)";
    let id = here.spawn_paused(source);
    let answer = here.file("answer", "y".repeat(3 << 20));
    let answer = format!("@{}", text(&answer));
    for _ in 0..7 {
        here.alc(["resume", &id, &answer, "--next"]).ok();
    }
    let path = export(&here, &id);
    assert!(fs::metadata(&path).expect("is there").len() > 2 << 20);
    import(&there, &path).ok();
    there.alc(["resume", &id, &answer]).ok();
    assert_eq!(there.alc(["result", "--wait", &id]).ok(), (8 * (3 << 20)).to_string());
}

#[test]
fn a_daemon_that_is_killed_in_the_middle_of_an_import_has_all_of_it_or_nothing() {
    let (here, there) = (TestEnv::new(), TestEnv::new());
    let id = here.spawn_paused("for i = 1, 20000 do print(i) end return alc.llm('a?')");
    let path = export(&here, &id);
    there.alc(["daemon", "start"]).ok();
    there.alc(["daemon", "stop"]).ok();
    // It dies at once, with every row written and no commit.
    let mut daemon = there.start_daemon("commit.before=return");
    import(&there, &path).fails(75, "lost");
    daemon.wait().expect("ends");
    assert_eq!(there.alc(["list", "-q"]).ok(), "");
    assert_eq!(import(&there, &path).ok(), id);
    assert_eq!(there.alc(["prompt", &id]).ok(), "a?");
    assert_eq!(kinds(&there, &id).len(), kinds(&here, &id).len() + 1);
}
