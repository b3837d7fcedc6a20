//! `resume --next`: the answer in, the next question out.

#![expect(clippy::print_stdout, reason = "what a machine lacks is told by the test")]

use std::{
    io::ErrorKind,
    process::{Child, Stdio},
    time::{Duration, Instant, SystemTime},
};

use alc_core::{Reference, SessionId};
use alc_ipc::{Answers, Client, Json, Resume, Spawn, Wait, WaitFor};

use crate::env::{Ran, TestEnv, kill};

const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn the_next_question_is_printed_byte_for_byte() {
    let env = TestEnv::new();
    let source = r"local a = alc.llm('a') local b = alc.llm(a .. '\n\n') return b .. alc.llm('ü')";
    let id = env.spawn_paused(source);
    let next = |answer: &str| env.alc(["resume", &id, answer, "--next"]);
    let printed = |ran: Ran| (ran.code, ran.stdout, ran.stderr);
    assert_eq!(printed(next(" x")), (Some(0), " x\n\n".to_owned(), String::new()));
    assert_eq!(printed(next("y")), (Some(0), "ü".to_owned(), String::new()));
    let last = next("z").fails(7, "ended");
    assert!(last.ends_with(&format!("\n  hint: alc result {id}\n")), "{last}");
    assert!(last.contains(&format!("{id} is done")), "{last}");
    assert_eq!(env.alc(["result", "-r", &id]).ok(), "yz");
    let id = env.spawn_paused("error(alc.llm('a'))");
    let failed = env.alc(["resume", &id, "no luck", "--next"]).fails(7, "ended");
    assert!(failed.contains(&format!("{id} is failed")), "{failed}");
}

#[test]
fn a_loop_of_answers_runs_to_the_end() {
    let env = TestEnv::new();
    let id = env.spawn("local t = {} for i = 1, 5 do t[i] = alc.llm('q' .. i) end return t");
    let script = format!(
        "text=$({alc} prompt {id}); \
         while text=$(printf %s \"$text\" | tr a-z A-Z | {alc} resume {id} - --next); do :; done",
        alc = env!("CARGO_BIN_EXE_alc")
    );
    env.program("/bin/sh").args(["-c", &script]).output().expect("sh runs");
    assert_eq!(env.alc(["result", &id]).ok(), r#"["Q1","Q2","Q3","Q4","Q5"]"#);
}

#[test]
fn what_is_left_of_a_batch_comes_next() {
    let env = TestEnv::new();
    let items = "{{prompt = 'a'}, {prompt = 'b'}, {prompt = 'c'}}";
    let id = env.spawn_paused(&format!("alc.llm_batch({items}) return alc.llm('d')"));
    let line = |query: u32| format!("{{\"query_id\":\"{id}.{query}\",\"response\":\"x\"}}\n");
    assert_eq!(env.alc(["resume", &format!("{id}.2"), "B", "--next"]).ok(), "a");
    let json = env.alc_with(["resume", &id, "--batch", "--next", "--json"], line(1)).ok();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["type"], &json["prompt"]), (&"query".into(), &"c".into()));
    assert_eq!(json["query_id"], format!("{id}.3"));
    assert_eq!(env.alc_with(["resume", &id, "--batch", "--next"], line(3)).ok(), "d");
}

#[test]
fn the_children_of_a_fork_ask_one_round_after_the_other() {
    let env = TestEnv::new();
    let packages = env.folder().join("packages");
    let twice = "alc.llm('first') .. alc.llm('second')";
    for (name, value) in [("twice", twice), ("once", "alc.llm('only')")] {
        let folder = packages.join(name);
        std::fs::create_dir_all(&folder).expect("creates");
        let source = format!("return {{run = function() return {value} end}}");
        std::fs::write(folder.join("init.lua"), source).expect("writes");
    }
    let source = "local all = alc.fork({'twice', 'once'}, {})
        return alc.llm(all[1].result .. all[2].result)";
    let mut command = env.command(["spawn", "-e", source]);
    command.env("ALC_PACKAGES_PATH", &packages);
    let id = Ran::new(command.output().expect("alc runs")).ok();
    assert_eq!(env.alc(["prompt", &id]).ok(), "first");
    let next =
        |query: u32, answer| env.alc(["resume", &format!("{id}.{query}"), answer, "--next"]).ok();
    assert_eq!(next(2, "C"), "first");
    assert_eq!(next(1, "A"), "second");
    env.kill_daemon();
    assert_eq!(next(3, "B"), "ABC");
    env.alc(["resume", &id, "end", "--next"]).fails(7, "ended");
    assert_eq!(env.alc(["result", "-r", &id]).ok(), "end");
}

/// Invariants 8 and 10: what is refused or was there is so with `--next` too.
#[test]
fn an_answer_that_is_there_or_cannot_be_is_told_as_ever() {
    let env = TestEnv::new();
    let id = env.spawn_paused("alc.llm('a') alc.llm('b')");
    let next = |query: u32, answer| {
        let query = format!("{id}.{query}");
        env.alc(["resume", &query, answer, "--next"])
    };
    next(2, "x").fails(5, "unknown_query");
    assert_eq!(next(1, "A").ok(), "b");
    let again = next(1, "A");
    assert!(again.stderr.contains("had this answer already"), "{again:?}");
    assert_eq!(again.ok(), "b");
    next(1, "other").fails(5, "stale_query");
    env.alc(["cancel", &id]).ok();
    next(2, "x").fails(5, "already_cancelled");
}

#[test]
fn an_answer_is_stored_although_nothing_is_asked_in_time() {
    let env = TestEnv::new();
    let id = env.spawn_paused("local a = alc.llm('a') while true do end");
    let late = env.alc(["resume", &id, "A", "--next", "--timeout", "1ms"]).fails(124, "timeout");
    assert!(late.starts_with("alc: the answer is stored, "), "{late}");
    assert!(late.ends_with(&format!("\n  hint: alc prompt {id}\n")), "{late}");
    env.kill_daemon();
    let query = format!("{id}.1");
    env.alc(["resume", &query, "other"]).fails(5, "stale_query");
    env.alc(["cancel", &id]).ok();
}

fn start<'a>(env: &TestEnv, arguments: impl IntoIterator<Item = &'a str>) -> Child {
    let mut command = env.command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("alc runs")
}

/// The answer is stored, the daemon is killed, and the client waits on with the next one.
#[test]
fn whoever_waits_for_the_next_question_outlives_the_daemon() {
    let env = TestEnv::new();
    let id = env.spawn_paused("local a = alc.llm('a') while true do end");
    let client = start(&env, ["resume", &id, "A", "--next"]);
    let deadline = Instant::now() + PATIENCE;
    while env.alc(["state", &id]).ok() != "running" {
        assert!(Instant::now() < deadline, "the answer does not arrive");
    }
    // The client starts the next one itself.
    kill(env.daemon_pid().expect("a daemon"), libc::SIGKILL);
    env.alc(["cancel", &id]).ok();
    let output = Ran::new(client.wait_with_output().expect("alc ends"));
    let stderr = output.fails(7, "ended");
    assert!(stderr.contains(&format!("{id} is cancelled")), "{stderr}");
}

/// How often the daemon makes the disk write, as strace sees it.
struct Syncs<'a> {
    env: &'a TestEnv,
    strace: Child,
}

impl<'a> Syncs<'a> {
    /// Starts a daemon under strace; `None`, and a remark, where there is none.
    fn trace(env: &'a TestEnv) -> Option<Self> {
        let mut command = env.program("strace");
        command.args(["-f", "--seccomp-bpf", "-ttt", "-e", "trace=fsync,fdatasync,sync,msync"]);
        command.args(["-o", "syncs", env!("CARGO_BIN_EXE_alcd"), "run"]);
        match command.stdout(Stdio::null()).stderr(Stdio::null()).spawn() {
            Ok(strace) => Some(Self { env, strace }),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                println!("skipped: strace");
                None
            }
            Err(error) => panic!("strace: {error}"),
        }
    }

    fn client(&mut self) -> Client {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let endpoint = self.env.endpoint();
            if let Some(client) = endpoint.and_then(|endpoint| Client::connect(&endpoint).ok()) {
                return client;
            }
            assert_eq!(self.strace.try_wait().expect("a child"), None, "strace runs");
            assert!(Instant::now() < deadline, "the daemon is not there");
        }
    }

    /// When each sync began, in seconds.
    fn end(mut self) -> Vec<f64> {
        self.env.alc(["daemon", "stop", "--force"]).ok();
        self.strace.wait().expect("ends");
        let text = std::fs::read_to_string(self.env.folder().join("syncs")).expect("reads");
        let begun = text.lines().filter(|line| line.contains("sync("));
        begun
            .map(|line| line.split_whitespace().nth(1).expect("a time").parse().expect("one"))
            .collect()
    }
}

fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("is later").as_secs_f64()
}

/// P5: one commit for the session, one for its first pause, one for the answer and the next pause.
#[test]
fn a_spawn_and_an_answer_to_the_next_pause_are_three_syncs() {
    let env = TestEnv::new();
    let Some(mut syncs) = Syncs::trace(&env) else { return };
    let mut client = syncs.client();
    // The first commit of a journal writes more.
    life(&mut client);
    let deadline = Instant::now() + PATIENCE;
    let span = loop {
        let begun = now();
        let at_once = life(&mut client);
        // On a busy machine a slice may be over before the script has asked.
        if at_once {
            break begun..now();
        }
        assert!(Instant::now() < deadline, "no answer and question were one commit");
    };
    let counted = syncs.end().into_iter().filter(|at| span.contains(at)).count();
    assert_eq!(counted, 3);
}

/// Spawns a session and answers it up to its second pause; says whether that came with the answer.
fn life(client: &mut Client) -> bool {
    let source = "alc.llm('a') alc.llm('b')".to_owned();
    let spawn = Spawn::new(source, "next.lua".to_owned(), Json("{}".to_owned()));
    let id: SessionId = client.spawn(spawn).expect("spawns");
    let session = Reference::from(id.clone());
    let wait = || Wait { session: session.clone(), until: WaitFor::Actionable };
    client.wait(wait()).expect("pauses");
    let answers = Answers::One { text: "A".to_owned(), usage: None };
    let resume = Resume::new(id.query(1).into(), answers);
    let resumed = client.resume(Resume { next: true, ..resume }).expect("answers");
    client.wait(wait()).expect("pauses");
    resumed.next.is_some()
}
