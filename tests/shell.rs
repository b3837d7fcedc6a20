//! What scripts rely on: stdout, pipes that close, colour, and homes in which nothing may start.

use std::{
    fs::File,
    io::pipe,
    process::{Command, Stdio},
};

use rustix::event::{PollFd, PollFlags, poll};

use crate::{
    env::{Ran, TestEnv},
    terminal::Terminal,
};

/// Runs `alc` with an output that nobody reads.
fn unread(mut command: Command) -> Ran {
    let (reader, writer) = pipe().expect("a pipe");
    drop(reader);
    // Another test's child may have it until it runs its program.
    let mut end = [PollFd::new(&writer, PollFlags::empty())];
    poll(&mut end, None).expect("waits");
    assert!(end[0].revents().contains(PollFlags::ERR), "somebody reads");
    Ran::new(command.stdout(writer).stderr(Stdio::piped()).output().expect("alc runs"))
}

/// Runs `alc` with an output that takes nothing; `None` where there is no such file.
fn full(mut command: Command) -> Option<Ran> {
    let full = File::options().write(true).open("/dev/full").ok()?;
    Some(Ran::new(command.stdout(full).stderr(Stdio::piped()).output().expect("alc runs")))
}

/// Runs `alc` without an output.
fn missing(command: &Command) -> Ran {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "exec \"$@\" >&-", "sh"]).arg(command.get_program()).args(command.get_args());
    shell.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Ran::new(
        shell.current_dir(command.get_current_dir().expect("a folder")).output().expect("runs"),
    )
}

/// Whether a text is a time such as `2026-01-31T12:00:00.000Z`.
fn is_time(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00T00:00:00.000Z"
}

#[test]
fn every_verb_prints_what_scripts_read_and_no_more() {
    let env = TestEnv::new();
    let printed = |words: &str| {
        let ran = env.alc(words.split(' '));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{words}");
        ran.stdout
    };
    let spawned = env.alc(["spawn", "-e", "return alc.llm('a\\tb')"]);
    let id = spawned.stdout.strip_suffix('\n').expect("a line").to_owned();
    assert_eq!(spawned.stderr, "");
    assert!(id.len() >= 8 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
    assert_eq!(printed(&format!("wait --for prompt {id}")), format!("{id}\tpaused\n"));
    assert_eq!(printed(&format!("state {id}")), "paused\n");
    assert_eq!(printed(&format!("prompt --id {id}")), format!("{id}.1\n"));
    assert_eq!(printed("list -q"), format!("{id}\n"));
    let list = printed("list");
    let columns: Vec<_> = list.strip_suffix('\n').expect("a line").split('\t').collect();
    let [of, name, state, created, seq, labels] = columns[..] else { panic!("{list}") };
    assert_eq!((of, name, state, labels), (id.as_str(), "", "paused", ""));
    assert!(is_time(created) && seq.parse::<u64>().is_ok(), "{list}");
    let watched = printed(&format!("watch {id} --until paused"));
    for (number, line) in (1..).zip(watched.lines()) {
        let columns: Vec<_> = line.split('\t').collect();
        let [seq, at, _kind, _text] = columns[..] else { panic!("{line}") };
        assert!(seq.parse() == Ok(number) && is_time(at), "{line}");
    }
    assert!(watched.contains(&format!("\tpause_requested\t{id}.1 a\\tb\n")), "{watched}");
    assert_eq!(printed(&format!("resume {id} x\ty")), "");
    assert_eq!(printed(&format!("result --wait {id}")), "\"x\\ty\"\n");
    assert_eq!(printed(&format!("result -r {id}")), "x\ty\n");
    assert_eq!(printed(&format!("cancel {id}")), "");
    for line in printed("daemon status").lines() {
        assert!(line.split_once('=').is_some_and(|(key, _)| !key.contains(' ')), "{line}");
    }
}

#[test]
fn sessions_are_listed_newest_first_and_by_state() {
    let env = TestEnv::new();
    let ids = ["return 1", "error('x')", "return alc.llm('a')"].map(|source| {
        let id = env.spawn(source);
        env.alc(["wait", &id]);
        id
    });
    let listed = |arguments: &[&str]| {
        let ran = env.alc([&["list", "-q"], arguments].concat());
        ran.ok().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let [done, failed, paused] = ids;
    assert_eq!(listed(&[]), [paused.clone(), failed.clone(), done.clone()]);
    assert_eq!(listed(&["--limit", "2"]), [paused.clone(), failed.clone()]);
    assert_eq!(listed(&["--limit", "0"]), [""; 0]);
    assert_eq!(listed(&["--state", "done"]), [done]);
    assert_eq!(listed(&["--state", "failed,paused"]), [paused.clone(), failed]);
    assert_eq!(listed(&["--state", "cancelled"]), [""; 0]);
    assert_eq!(listed(&["--kind", "eval"]), [""; 0]);
    assert_eq!(env.alc(["state", "@"]).ok(), "paused");
    assert_eq!(env.alc(["prompt", "--id", "@"]).ok(), format!("{paused}.1"));
}

#[test]
fn a_prompt_is_printed_byte_for_byte() {
    let env = TestEnv::new();
    for (lua, prompt) in [
        ("a\\nb\\n\\n", "a\nb\n\n"),
        ("", ""),
        ("\\0a\\0", "\0a\0"),
        ("grün 🙂 \\r\\n\\t\\27[31m", "grün 🙂 \r\n\t\u{1b}[31m"),
        ("\\u{202e}\\u{feff}", "\u{202e}\u{feff}"),
    ] {
        let id = env.spawn(&format!("return alc.llm('{lua}')"));
        let ran = env.alc(["prompt", &id]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), prompt), "{lua}");
        assert_eq!(env.alc(["prompt", &format!("{id}.1")]).stdout, prompt);
        assert_eq!(env.alc(["prompt", "--all", &id]).stdout, format!("{prompt}\0"));
    }
}

#[test]
fn an_answer_arrives_byte_for_byte() {
    let env = TestEnv::new();
    let length = |arguments: &[&str], input: &str| {
        let id = env.spawn_paused("return #alc.llm('a')");
        env.alc_with([&["resume", &id], arguments].concat(), input).ok();
        env.alc(["result", "--wait", &id]).ok()
    };
    env.file("answer.txt", "\0grün\r\n\n");
    assert_eq!(length(&["@answer.txt"], ""), "9");
    assert_eq!(length(&["-"], "\0grün\r\n\n"), "8");
    assert_eq!(length(&["-", "--raw"], "\0grün\r\n\n"), "9");
    assert_eq!(length(&["-4"], ""), "2");
    assert_eq!(length(&["--", "--json"], ""), "6");
}

#[test]
fn a_reader_who_leaves_ends_a_reading_verb_quietly() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let done = env.spawn("return 1");
    env.alc(["result", "--wait", &done]).ok();
    for words in [
        vec!["list"],
        vec!["list", "--json"],
        vec!["state", &id],
        vec!["prompt", &id],
        vec!["watch", &id],
        vec!["watch", "--json", &id],
        vec!["wait", "--for", "prompt", &id],
        vec!["result", &done],
        vec!["daemon", "status"],
        vec!["version"],
        vec!["--help"],
        vec![],
    ] {
        let ran = unread(env.command(words.iter().copied()));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{words:?}");
    }
    // A real pipeline, in which the reader leaves sooner or later.
    let script = r#"{ "$ALC" watch "$ID"; echo $? >&2; } | true"#;
    let mut shell = env.program("/bin/sh");
    shell.args(["-c", script]).env("ALC", env!("CARGO_BIN_EXE_alc")).env("ID", &done);
    let ran = Ran::new(shell.output().expect("sh runs"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), "0\n"));
}

#[test]
fn a_new_session_whose_id_cannot_be_printed_is_named_on_stderr() {
    let env = TestEnv::new();
    let spawn = || env.command(["spawn", "-e", "return alc.llm('a')"]);
    let mut outcomes = vec![unread(spawn()), missing(&spawn())];
    match full(spawn()) {
        Some(ran) => outcomes.push(ran),
        None => println!("skipped: a session is spawned to /dev/full"),
    }
    let ids = env.alc(["list", "-q"]).ok();
    let ids: Vec<_> = ids.lines().rev().collect();
    assert_eq!(ids.len(), outcomes.len());
    for (ran, id) in outcomes.into_iter().zip(ids) {
        let stderr = ran.fails(74, "output_lost");
        assert!(stderr.contains(&format!("session {id} ")), "{stderr}");
        assert!(stderr.ends_with(&format!("\n  hint: alc prompt {id}\n")), "{stderr}");
    }
}

#[test]
fn output_that_does_not_fit_the_disk_is_lost_and_said_to_be() {
    let env = TestEnv::new();
    env.spawn_paused("return alc.llm('a')");
    for words in ["list", "list -q", "prompt @", "watch @ --until paused", "version", "--help"] {
        let Some(ran) = full(env.command(words.split(' '))) else {
            println!("skipped: output_that_does_not_fit_the_disk_is_lost_and_said_to_be");
            return;
        };
        ran.fails(74, "output_lost");
    }
}

#[test]
fn a_verb_that_only_reads_needs_no_stdout() {
    let env = TestEnv::new();
    env.spawn_paused("return alc.llm('a')");
    for words in ["state @", "list", "prompt @", "--help"] {
        let ran = missing(&env.command(words.split(' ')));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{words}");
    }
    assert_eq!(missing(&env.command(["resume", "@", "x"])).code, Some(0));
    assert_eq!(env.alc(["result", "@", "--wait"]).ok(), r#""x""#);
}

#[test]
fn a_cancel_ends_every_session_also_when_nobody_reads() {
    let env = TestEnv::new();
    let ids = [(); 3].map(|()| env.spawn_paused("return alc.llm('a')"));
    let ran = unread(env.command(["cancel", &ids[0], &ids[1], &ids[2]]));
    ran.fails(74, "output_lost");
    for id in &ids {
        assert_eq!(env.alc(["state", id]).ok(), "cancelled");
    }
}

#[test]
fn colour_is_used_where_it_is_asked_for() {
    let env = TestEnv::new();
    let colours = |words: &str, variables: &[(&str, &str)]| {
        let mut command = env.command(words.split(' '));
        command.envs(variables.iter().copied());
        let ran = Ran::new(command.output().expect("alc runs"));
        assert_eq!(ran.code, Some(4), "{ran:?}");
        ran.stderr.contains('\u{1b}')
    };
    let force = ("CLICOLOR_FORCE", "1");
    assert!(!colours("state @", &[]));
    assert!(colours("state @", &[force]));
    assert!(colours("state @ --color always", &[("NO_COLOR", "1")]));
    assert!(!colours("state @", &[force, ("NO_COLOR", "1")]));
    assert!(colours("state @", &[force, ("NO_COLOR", "")]), "an empty NO_COLOR says nothing");
    assert!(!colours("state @ --color never", &[force]));
    assert!(!colours("state @ --json", &[force]));
}

#[test]
fn a_terminal_gets_decoration_and_the_same_records() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let on_terminal = |words: &[&str], color: &str| {
        let words = words.iter().copied().chain(["--color", color]);
        let ended = Terminal::start(env.command(words)).end();
        assert!(ended.status.success(), "{ended:?}");
        ended.bytes.replace("\r\n", "\n")
    };
    let list = on_terminal(&["list"], "never");
    let lines: Vec<_> = list.lines().collect();
    assert!(lines[0].starts_with("ID ") && lines[0].ends_with("LABELS"), "{list}");
    assert!(lines[1].starts_with(&format!("{id}  ")) && lines[1].contains("  paused  "), "{list}");
    assert_eq!(lines.len(), 2);
    assert!(!list.contains('\u{1b}'), "{list}");
    assert!(on_terminal(&["list"], "auto").contains('\u{1b}'));
    assert_eq!(on_terminal(&["prompt", "@"], "never"), "a\n");
    let json = on_terminal(&["state", "@", "--json"], "auto");
    assert_eq!(json, env.alc(["state", "@", "--json"]).stdout);
    env.alc(["cancel", &id]).ok();
    let spawned = on_terminal(&["spawn", "-e", "return 1"], "never");
    let newest = env.alc(["list", "-q", "--limit", "1"]).ok();
    assert_eq!(spawned, format!("{newest}\nnext: alc prompt {newest}\n"));
}

#[test]
fn notices_vanish_when_nobody_wants_them() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    env.alc(["resume", &id, "x"]).ok();
    let query = format!("{id}.1");
    assert_ne!(env.alc(["resume", &query, "x"]).stderr, "");
    assert_eq!(env.alc(["resume", &query, "x", "-q"]).stderr, "");
    assert_eq!(env.alc(["resume", &query, "x", "--json"]).stderr, "");
}

#[test]
fn nothing_is_started_where_that_is_forbidden() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    env.kill_daemon();
    for words in [
        vec!["spawn", "-e", "return 1"],
        vec!["list"],
        vec!["state", &id],
        vec!["prompt", &id],
        vec!["resume", &id, "x"],
        vec!["watch", &id],
        vec!["wait", &id],
        vec!["result", &id],
        vec!["cancel", &id],
    ] {
        let words = [words, vec!["--no-start"]].concat();
        let stderr = env.alc(words.iter().copied()).fails(69, "unreachable");
        assert!(stderr.contains("hint: alc daemon start"), "{stderr}");
        let mut command = env.command(words[..words.len() - 1].iter().copied());
        let ran = Ran::new(command.env("ALC_NO_START", "1").output().expect("alc runs"));
        ran.fails(69, "unreachable");
    }
    env.alc(["daemon", "status"]).fails(69, "unreachable");
    assert_eq!(env.alc(["daemon", "stop"]).ok(), "");
    assert_eq!(env.daemon_pid(), None);
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
    // Where it runs, nothing needs to be started.
    assert_eq!(env.alc(["state", &id, "--no-start"]).ok(), "paused");
}

#[test]
fn looking_into_an_empty_home_leaves_no_trace() {
    let env = TestEnv::new();
    for words in ["list", "list --json", "list -q --state done", "daemon stop", "", "version"] {
        let words: Vec<_> = words.split(' ').filter(|word| !word.is_empty()).collect();
        let ran = env.alc(words.iter().copied());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{words:?}");
        assert!(words.first() != Some(&"list") || ran.stdout.is_empty(), "{ran:?}");
    }
    for verb in ["state", "prompt", "watch", "wait", "result", "cancel"] {
        env.alc([verb, "@"]).fails(4, "not_found");
        env.alc([verb, "k7fq2m9d"]).fails(4, "not_found");
    }
    env.alc(["resume", "@", "x"]).fails(4, "not_found");
    env.alc(["resume", "k7fq2m9d.1", "x"]).fails(4, "not_found");
    env.alc(["daemon", "status"]).fails(69, "unreachable");
    env.alc(["spawn", "-e", "return 1", "--no-start"]).fails(69, "unreachable");
    assert!(!env.home().exists());
}
