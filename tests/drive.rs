//! `alc drive` and `alc run`: a command answers what a session asks. It may fail, print anything or
//! never end; the query is open then, and nobody else is in its way.

use std::{
    fs,
    io::{BufRead as _, BufReader, Lines},
    path::Path,
    process::{Child, ChildStderr, Stdio},
    time::{Duration, Instant},
};

use crate::env::{Ran, TestEnv, kill};

const ASK: &str = "return alc.llm('2+2?')";
/// Says that it is there, and stays.
const STAY: &str = "echo ready >&2; exec sleep 1000";

/// A driver at work.
struct Driver {
    child: Child,
    said: Lines<BufReader<ChildStderr>>,
}

impl Driver {
    /// Starts `alc drive` or `alc run`; no test takes longer than its limit.
    fn start<'a>(env: &TestEnv, words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut words = words.into_iter();
        let verb = words.next().into_iter().chain(["--timeout", "2m"]);
        let mut command = env.command(verb.chain(words));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("alc runs");
        let said = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        Self { child, said }
    }

    /// The next line that it or its command says.
    #[track_caller]
    fn hear(&mut self) -> String {
        self.said.next().expect("it goes on").expect("reads")
    }

    /// What it leaves.
    fn end(mut self) -> Ran {
        let said: Vec<_> = self.said.by_ref().map(|line| line.expect("reads") + "\n").collect();
        let mut ran = Ran::new(self.child.wait_with_output().expect("ends"));
        ran.stderr = said.concat();
        ran
    }
}

/// Runs a shell script as the answer command.
fn drive(env: &TestEnv, id: &str, flags: &[&str], script: &str) -> Ran {
    let flags = flags.iter().copied();
    env.alc(["drive", id].into_iter().chain(flags).chain(["--", "sh", "-c", script]))
}

/// Whether a process is there, also one that nobody has waited for.
fn lives(pid: &str) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{}/stat", pid.trim())) else { return false };
    !stat.contains(") Z ")
}

/// Returns once a process is gone, which it is to be soon.
fn wait_for_end_of(pid: &str) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while lives(pid) {
        assert!(Instant::now() < deadline, "{pid} lives on");
        std::thread::yield_now();
    }
}

#[test]
fn run_starts_a_session_has_it_answered_and_prints_the_result() {
    let env = TestEnv::new();
    let file = env.file("sum.lua", "local a = alc.llm('2+2?') return {a, alc.llm(a .. '?')}");
    let file = file.to_str().expect("UTF-8");
    let ran = env.alc(["run", file, "--name", "sum", "--", "sed", "s/.*/<&>/"]);
    assert_eq!((ran.stderr.as_str(), ran.code), ("", Some(0)));
    assert_eq!(ran.stdout, "[\"<2+2?>\",\"<<2+2?>?>\"]\n");
    assert_eq!(env.alc(["state", "sum"]).ok(), "done");
    // The same again is the same session: nobody is asked.
    let again =
        env.alc(["run", file, "--name", "sum", "--if-exists", "reuse", "--json", "--", "false"]);
    let result = env.alc(["result", "sum", "--json"]).ok();
    assert_eq!(again.ok(), result);
    assert_eq!(env.alc(["drive", "sum", "--", "false"]).ok(), "[\"<2+2?>\",\"<<2+2?>?>\"]");
    let raw = env.alc(["run", "-r", "-e", ASK, "--", "printf", "%s %s\\n", "$HOME", "a b"]);
    assert_eq!(raw.ok(), "$HOME a b");
    let shell = env.alc_with(["run", "-", "-r", "--sh", "tr 0-9 x; echo $((2 + 2))"], ASK);
    assert_eq!(shell.ok(), "x+x?4");
}

#[test]
fn a_command_is_told_what_is_asked() {
    let env = TestEnv::new();
    let source = "alc.llm('p', {system = 's\\nt', max_tokens = 7, role = 'r'}) alc.llm('q')
        alc.llm('', {system = ('x'):rep(70000)}) alc.llm('', {system = 'a\\0b'})";
    let id = env.spawn(source);
    let script = r#"
        { cat; echo; env | sed -n '/^t$/p; /^ALC_[^H]/p' | sort; } >> told
        [ -z "$ALC_SYSTEM_FILE" ] || { wc -c < "$ALC_SYSTEM_FILE"; echo "$ALC_SYSTEM_FILE"; } >> files
        echo ok"#;
    let mut command = env.command(["drive", &id, "--", "sh", "-c", script]);
    // Another driver's command may have started this one.
    command.env("ALC_ROLE", "outer").env("ALC_SYSTEM_FILE", "outer");
    Ran::new(command.output().expect("runs")).ok();
    let told = fs::read_to_string(env.folder().join("told")).expect("reads");
    let mut told: Vec<_> = told.lines().filter(|line| !line.contains("_FILE=")).collect();
    told.dedup();
    let (first, second) = (format!("ALC_QUERY={id}.1"), format!("ALC_QUERY={id}.2"));
    let session = format!("ALC_SESSION={id}");
    let first = ["p", "ALC_MAX_TOKENS=7", &first, "ALC_ROLE=r", &session, "ALC_SYSTEM=s", "t"];
    assert_eq!(told[..7], first);
    assert_eq!(told[7..11], ["q", "ALC_MAX_TOKENS=1024", &second, &session]);
    let files = fs::read_to_string(env.folder().join("files")).expect("reads");
    let files: Vec<_> = files.lines().map(str::trim).collect();
    assert_eq!((files[0], files[2]), ("70000", "3"));
    assert!(!Path::new(files[1]).exists() && !Path::new(files[3]).exists());
}

#[test]
fn an_answer_is_what_is_printed_without_one_line_end() {
    let env = TestEnv::new();
    for (script, length) in [
        ("printf 'a\\n\\n'", "2"),
        ("printf 'a\\r\\n'", "2"),
        ("printf '\\0grün\\n'", "6"),
        ("head -c 16777216 /dev/zero; echo", "16777216"),
        // It need not read what it is asked.
        ("exec <&-; echo ok", "2"),
    ] {
        let id = env.spawn("return #alc.llm(('p'):rep(1000000))");
        assert_eq!(drive(&env, &id, &[], script).ok(), length, "{script}");
    }
}

#[test]
fn a_command_that_fails_leaves_its_query_open() {
    let env = TestEnv::new();
    let id = env.spawn_paused(ASK);
    for (flags, script, says) in [
        (&[][..], "echo 4; echo sorry >&2; exit 3", "`sh` ended with exit status 3"),
        (&[], "kill -9 $$", "`sh` ended with signal 9"),
        (&[], "cat > /dev/null", "`sh` printed nothing; --allow-empty would accept that"),
        (&[], "echo", "`sh` printed nothing; --allow-empty would accept that"),
        (&[], "printf '\\377'", "what `sh` printed is not UTF-8"),
        (&[], "head -c 20971520 /dev/zero", "what `sh` printed is over the limit of 16 MiB"),
        (&[], "yes", "what `sh` printed is over the limit of 16 MiB"),
        (&["--answer-timeout", "100ms"], STAY, "`sh` did not answer in 0.1 s"),
        (&["--answer-json"], "echo 4", "what `sh` printed is no answer in JSON: invalid type"),
        (&["--answer-json"], "echo '{\"response\":\"\"}'", "`sh` printed nothing"),
        (&["--sh", "no-such"], "", "`no-such` ended with exit status 127"),
    ] {
        let words = ["drive", &id].into_iter().chain(flags.iter().copied());
        let command = ["--", "sh", "-c", script];
        let command = if script.is_empty() { &[] } else { &command[..] };
        let ran = env.alc(words.chain(command.iter().copied()));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(9), ""), "{script}: {ran:?}");
        let said = format!("alc: {id}.1 is still open: {says}");
        assert!(ran.stderr.contains(&said), "{script}: {ran:?}");
        let hint = format!("[answer_failed]\n  hint: alc prompt {id}.1\n");
        assert!(ran.stderr.ends_with(&hint), "{script}: {ran:?}");
        // What the command itself says is not kept back.
        assert_eq!(ran.stderr.starts_with("sorry\n"), script.contains("sorry"));
    }
    let stderr = env.alc(["drive", &id, "--", "no-such"]).fails(9, "answer_failed");
    assert!(stderr.contains("cannot run `no-such`: "), "{stderr}");
    assert_eq!(env.alc(["prompt", "--id", &id]).ok(), format!("{id}.1"));
    assert_eq!(drive(&env, &id, &["--allow-empty"], "echo").ok(), "\"\"");
}

#[test]
fn an_answer_in_json_says_what_it_cost() {
    let env = TestEnv::new();
    let id = env.spawn(ASK);
    let usage = r#"{"prompt_tokens":5,"completion_tokens":1}"#;
    let script = format!(r#"printf %s '{{"response":"4\n","usage":{usage},"x":0}}'"#);
    assert_eq!(drive(&env, &id, &["--answer-json"], &script).ok(), "\"4\\n\"");
    let usage = &env.json(["state", &id])[0]["usage"];
    assert_eq!(usage["prompt_tokens"], 5);
    assert_eq!(usage["completion_tokens"], 1);
}

#[test]
fn a_failed_query_is_tried_again_as_often_as_is_said() {
    let env = TestEnv::new();
    let id = env.spawn(ASK);
    let script = "echo x >> tries; [ $(wc -l < tries) = 2 ] && echo 4";
    let ran = drive(&env, &id, &["--retry", "1"], script);
    let notice = ran.stderr.lines().next().expect("a notice").to_owned();
    assert!(notice.contains("exit status 1; trying again in "), "{notice}");
    assert_eq!(ran.ok(), "\"4\"");
    let id = env.spawn(ASK);
    let ran = drive(&env, &id, &["--retry", "1", "-q"], "echo x >> all; exit 1");
    assert_eq!(ran.stderr.lines().count(), 2, "{}", ran.stderr);
    ran.fails(9, "answer_failed");
    assert_eq!(fs::read_to_string(env.folder().join("all")).expect("reads"), "x\nx\n");
    let stderr = env.alc(["drive", &id, "--retry", "9", "--", "no-such"]).fails(9, "answer_failed");
    assert!(!stderr.contains("again"), "{stderr}");
}

#[test]
fn a_batch_is_answered_by_as_many_commands_as_may_be() {
    let env = TestEnv::new();
    let source = "return table.concat(alc.llm_batch({{prompt='a'}, {prompt='b'}, {prompt='c'},
        {prompt='d', role='grader'}}))";
    let id = env.spawn(source);
    // Each waits for the others; and one role has a command of its own.
    let script = "touch at-$ALC_QUERY; until [ $(ls at-* | wc -l) = 3 ]; do :; done; cat";
    let flags = ["-j", "3", "--role", "grader=echo G; exit 0", "--role", "other=false"];
    let driver = Driver::start(
        &env,
        ["drive", &id].into_iter().chain(flags).chain(["-r", "--", "sh", "-c", script]),
    );
    assert_eq!(driver.end().ok(), "abcG");
}

#[test]
fn when_one_of_a_batch_fails_the_others_still_answer() {
    let env = TestEnv::new();
    let source =
        "return alc.llm_batch({{prompt='a', role='r'}, {prompt='b'}, {prompt='c', role='r'}})";
    let id = env.spawn(source);
    // The second cannot even begin, while the first is at work; the third is not begun.
    let words = ["drive", &id, "-j", "2", "--role", "r=cat", "--", "no-such"];
    env.alc(words).fails(9, "answer_failed");
    let open = env.json(["prompt", "--all", &id]);
    let open: Vec<_> = open.iter().map(|query| &query["prompt"]).collect();
    assert_eq!(open, ["b", "c"]);
}

#[test]
fn no_more_queries_are_answered_than_is_said() {
    let env = TestEnv::new();
    let id = env.spawn("local n = 0 while n < 3 do n = n + #alc.llm('?') end return n");
    let stderr = drive(&env, &id, &["--max-queries", "2"], "echo x").fails(8, "pending");
    assert!(stderr.contains(&format!("alc: {id} asks more than 2 queries")), "{stderr}");
    assert_eq!(env.alc(["prompt", "--id", &id]).ok(), format!("{id}.3"));
    // The last one is enough.
    assert_eq!(drive(&env, &id, &["--max-queries", "1"], "echo x").ok(), "3");
}

#[test]
fn a_session_that_ends_otherwise_says_so() {
    let env = TestEnv::new();
    let id = env.spawn("alc.llm('?') error('boom')");
    let stderr = drive(&env, &id, &[], "echo x").fails(1, "failed");
    assert!(stderr.contains("boom"), "{stderr}");
    let ran = drive(&env, &id, &["--json"], "echo x");
    assert!(ran.stdout.contains("\"state\":\"failed\"") && ran.code == Some(1), "{ran:?}");
    let id = env.spawn(ASK);
    let mut driver = Driver::start(&env, ["drive", &id, "--", "sh", "-c", STAY]);
    assert_eq!(driver.hear(), "ready");
    env.alc(["cancel", &id, "--reason", "enough"]).ok();
    let ran = driver.end();
    assert!(ran.stderr.ends_with(&format!("alc: {id} was cancelled: enough [cancelled]\n")));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""));
    env.alc(["drive", "nobody", "--", "true"]).fails(4, "not_found");
    env.alc(["run", "-e", "no lua", "--", "true"]).fails(1, "does_not_load");
    env.alc(["drive", &id]).fails(2, "usage");
    env.alc(["run", "-e", ASK]).fails(2, "usage");
    assert_eq!(env.alc(["list", "-q"]).ok().lines().count(), 2);
}

#[test]
fn what_takes_too_long_is_ended_with_all_that_it_started() {
    let env = TestEnv::new();
    let id = env.spawn(ASK);
    // Deaf to a gentle word, and so is its child; however far it comes in its time, it answers once
    // there has been one.
    let script = "[ -e child ] && exec echo 4; trap '' TERM;
        sh -c 'echo $$ > pid; mv pid child; exec sleep 1000' & wait";
    let ran = drive(&env, &id, &["--answer-timeout", "1s", "--retry", "99"], script);
    assert!(ran.stderr.contains("did not answer in 1 s; trying again"), "{ran:?}");
    assert_eq!(ran.ok(), "\"4\"");
    let child = env.folder().join("child");
    wait_for_end_of(&fs::read_to_string(child).expect("it was started"));
    // Out of time altogether.
    let id = env.spawn(ASK);
    drive(&env, &id, &["--timeout", "200ms"], "exec sleep 1000").fails(124, "timeout");
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
}

#[test]
fn one_drives_at_a_time_unless_it_is_insisted_on() {
    let env = TestEnv::new();
    let id = env.spawn(ASK);
    let mut first = Driver::start(&env, ["drive", &id, "--", "sh", "-c", STAY]);
    assert_eq!(first.hear(), "ready");
    let stderr = drive(&env, &id, &[], "echo 5").fails(5, "other_driver");
    assert!(stderr.contains("--steal"), "{stderr}");
    // Another session has nothing to do with it.
    assert_eq!(env.alc(["run", "-e", ASK, "--", "echo", "3"]).ok(), "\"3\"");
    let mut second = Driver::start(&env, ["drive", &id, "--steal", "--", "sh", "-c", STAY]);
    assert_eq!(second.hear(), "ready");
    first.end().fails(5, "other_driver");
    // Its lease ends with its connection, whatever becomes of it.
    kill(i32::try_from(second.child.id()).expect("a pid"), libc::SIGKILL);
    assert_eq!(second.child.wait().expect("ends").code(), None);
    assert_eq!(drive(&env, &id, &[], "echo 4").ok(), "\"4\"");
}

#[test]
fn who_answers_first_wins_and_the_driver_goes_on() {
    let env = TestEnv::new();
    let id = env.spawn("return alc.llm('a') .. alc.llm('b')");
    let script = "[ $ALC_QUERY = $ALC_SESSION.2 ] && exec echo B; echo $$ > pid;
        echo ready >&2; exec sleep 1000";
    let mut driver = Driver::start(&env, ["drive", "-r", &id, "--", "sh", "-c", script]);
    assert_eq!(driver.hear(), "ready");
    env.alc(["resume", &id, "A"]).ok();
    assert_eq!(driver.hear(), format!("{id}.1 was answered by somebody else"));
    assert_eq!(driver.end().ok(), "AB");
    wait_for_end_of(&fs::read_to_string(env.folder().join("pid")).expect("reads"));
}

#[test]
fn a_driver_outlives_the_daemon() {
    let env = TestEnv::new();
    let id = env.spawn("return alc.llm('a') .. alc.llm('b')");
    let script = "echo ready >&2; until [ -e go ]; do :; done; cat";
    let mut driver = Driver::start(&env, ["drive", "-r", &id, "--", "sh", "-c", script]);
    assert_eq!(driver.hear(), "ready");
    env.kill_daemon();
    env.alc(["daemon", "start"]).ok();
    env.alc(["daemon", "restart"]).ok();
    env.file("go", "");
    assert_eq!(driver.end().ok(), "ab");
}
