//! The rows of the table of exit codes.

use std::{
    fs,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
};

use super::given::{
    ALC, advice, alc, alike, cancelled, cards, collection, daemon_that_is_stopped, damaged, done,
    eval, evaluated, exported, failed, installed, looked_at, managed, package, paused, project,
    running, scenario, while_driven,
};
use crate::env::{Ran, TestEnv};

/// What a row's command shows besides its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shows {
    /// What was asked for, and no error.
    Done,
    /// What was asked for, which is no success, and no error.
    Told,
    /// Nothing but an error of this name.
    Only(&'static str),
    /// What was asked for, as far as it went, and an error of this name.
    Also(&'static str),
}

use Shows::{Also, Done, Only, Told};

/// A verb, its exit code, what it shows, and how to get there.
pub(super) type Row = (&'static str, i32, Shows, fn(&TestEnv) -> Ran);

/// In the order of `alc help`. The words of a command are separated by bars.
#[rustfmt::skip]
pub(super) const TABLE: &[Row] = &[
    ("run", 0, Done, |env| alc(env, "run|-e|return alc.llm('?')|--|echo|x")),
    ("run", 1, Only("failed"), |env| alc(env, "run|-e|error('x')|--|true")),
    ("run", 1, Only("does_not_load"), |env| alc(env, "run|-e|no lua|--|true")),
    ("run", 3, Only("cancelled"), |env| alc(env, &format!("run|-e|alc.llm('?')|--sh|{ALC} cancel $ALC_SESSION"))),
    ("run", 4, Only("unknown_strategy"), |env| alc(env, "run|--strategy|none|--|true")),
    ("run", 5, Only("name_in_use"), |env| { paused(env); alc(env, "run|-e|return 1|--name|paused|--|true") }),
    ("run", 8, Only("pending"), |env| alc(env, "run|-e|alc.llm('?')|--max-queries|0|--|true")),
    ("run", 9, Only("answer_failed"), |env| alc(env, "run|-e|alc.llm('?')|--|false")),
    ("run", 124, Only("timeout"), |env| alc(env, "run|-e|while true do end|--timeout|1ms|--|true")),
    ("spawn", 0, Done, |env| alc(env, "spawn|-e|return 1")),
    ("spawn", 0, Done, |env| { paused(env); alc(env, "spawn|-e|return alc.llm('?')|--name|paused|--if-exists|reuse") }),
    ("spawn", 0, Done, |env| alc(env, "spawn|-e|return 1|--wait")),
    ("spawn", 0, Done, |env| alc(env, "spawn|-e|return 1|--check|--json")),
    ("spawn", 1, Only("does_not_load"), |env| alc(env, "spawn|-e|no lua")),
    ("spawn", 1, Only("does_not_load"), |env| alc(env, "spawn|-e|no lua|--check")),
    ("spawn", 1, Also("failed"), |env| alc(env, "spawn|-e|error('x')|--wait")),
    ("spawn", 2, Only("usage"), |env| alc(env, "spawn")),
    ("spawn", 2, Only("invalid"), |env| alc(env, "spawn|no-such.lua")),
    ("spawn", 3, Also("cancelled"), |env| {
        let again = "spawn|-e|alc.llm('?')|--idempotency-key|k";
        alc(env, &format!("cancel|{}", alc(env, again).ok())).ok();
        alc(env, &format!("{again}|--wait"))
    }),
    ("spawn", 4, Only("unknown_strategy"), |env| env.alc_with(["spawn", "--batch"], r#"{"strategy":"none"}"#)),
    ("spawn", 5, Only("name_in_use"), |env| { paused(env); alc(env, "spawn|-e|return 1|--name|paused") }),
    ("spawn", 5, Only("key_in_use"), |env| {
        alc(env, "spawn|-e|return 1|--idempotency-key|k").ok();
        alc(env, "spawn|-e|return 2|--idempotency-key|k")
    }),
    ("spawn", 8, Also("pending"), |env| alc(env, "spawn|-e|alc.llm('?')|--wait")),
    ("spawn", 124, Also("timeout"), |env| alc(env, "spawn|-e|while true do end|--wait|--timeout|1ms")),
    ("advice", 0, Done, |env| advice(env, "echo|x")),
    ("advice", 1, Only("does_not_load"), |env| advice(env, "broken|x")),
    ("advice", 1, Also("failed"), |env| advice(env, "fails|--wait")),
    ("advice", 3, Also("cancelled"), |env| {
        let again = "asks|--idempotency-key|k";
        alc(env, &format!("cancel|{}", advice(env, again).ok())).ok();
        advice(env, &format!("{again}|--wait"))
    }),
    ("advice", 4, Only("unknown_strategy"), |env| advice(env, "absent")),
    ("advice", 5, Only("name_in_use"), |env| { paused(env); advice(env, "echo|--name|paused") }),
    ("advice", 8, Also("pending"), |env| advice(env, "asks|--wait")),
    ("advice", 124, Also("timeout"), |env| advice(env, "endless|--wait|--timeout|1ms")),
    ("eval", 0, Done, |env| eval(env, "echo")),
    ("eval", 1, Only("does_not_load"), |env| eval(env, "broken")),
    ("eval", 1, Also("failed"), |env| { advice(env, "echo").ok(); alc(env, "eval|-e|error('x')|echo|--wait") }),
    ("eval", 3, Also("cancelled"), |env| {
        let again = "asks|--idempotency-key|k";
        alc(env, &format!("cancel|{}", eval(env, again).ok())).ok();
        eval(env, &format!("{again}|--wait"))
    }),
    ("eval", 4, Only("unknown_strategy"), |env| eval(env, "absent")),
    ("eval", 4, Only("unknown_scenario"), |env| { advice(env, "echo").ok(); alc(env, "eval|none|echo") }),
    ("eval", 5, Only("name_in_use"), |env| { paused(env); eval(env, "echo|--name|paused") }),
    ("eval", 8, Also("pending"), |env| eval(env, "asks|--wait")),
    ("eval", 124, Also("timeout"), |env| eval(env, "endless|--wait|--timeout|1ms")),
    ("state", 0, Done, |env| { failed(env); alc(env, "state|@") }),
    ("state", 0, Done, |env| { done(env); alc(env, "state|@|--exit-code") }),
    ("state", 1, Told, |env| { failed(env); alc(env, "state|@|--exit-code") }),
    ("state", 3, Told, |env| { cancelled(env); alc(env, "state|@|--exit-code") }),
    ("state", 4, Only("not_found"), |env| alc(env, "state|nobody")),
    ("state", 5, Only("ambiguous"), |env| { alike(env); alc(env, "state|k7fq") }),
    ("state", 8, Told, |env| { paused(env); alc(env, "state|@|--exit-code") }),
    ("state", 8, Told, |env| { running(env); alc(env, "state|@|--exit-code") }),
    ("list", 0, Done, |env| alc(env, "list")),
    ("list", 4, Only("not_found"), |env| alc(env, "list|--after|nobody")),
    ("list", 5, Only("ambiguous"), |env| { alike(env); alc(env, "list|--after|k7fq") }),
    ("list", 69, Only("unreachable"), |env| { done(env); alc(env, "daemon|stop").ok(); alc(env, "list|--no-start") }),
    ("list", 77, Only("not_permitted"), |env| {
        done(env);
        alc(env, "daemon|stop").ok();
        fs::set_permissions(env.home(), fs::Permissions::from_mode(0o755)).expect("sets");
        alc(env, "list")
    }),
    ("list", 78, Only("damaged"), |env| {
        done(env);
        alc(env, "daemon|stop").ok();
        fs::write(env.home().join("journal.db"), "no journal").expect("writes");
        alc(env, "list")
    }),
    ("prompt", 0, Done, |env| { paused(env); alc(env, "prompt|@") }),
    ("prompt", 4, Only("not_found"), |env| alc(env, "prompt|nobody")),
    ("prompt", 5, Only("ambiguous"), |env| { alike(env); alc(env, "prompt|k7fq") }),
    ("prompt", 5, Only("unknown_query"), |env| { paused(env); alc(env, "prompt|@.9") }),
    ("prompt", 7, Only("ended"), |env| { done(env); alc(env, "prompt|@") }),
    ("prompt", 8, Only("pending"), |env| { running(env); alc(env, "prompt|@|--no-wait") }),
    ("prompt", 124, Only("timeout"), |env| { running(env); alc(env, "prompt|@|--timeout|1ms") }),
    ("resume", 0, Done, |env| { paused(env); alc(env, "resume|@|x") }),
    ("resume", 0, Done, |env| { paused(env); alc(env, "resume|@|x").ok(); alc(env, "resume|@.1|x|-q") }),
    ("resume", 0, Done, |env| { env.spawn_paused("alc.llm('a') alc.llm('b')"); alc(env, "resume|@|x|--next") }),
    ("resume", 2, Only("invalid"), |env| { paused(env); alc(env, "resume|@|-") }),
    ("resume", 4, Only("not_found"), |env| alc(env, "resume|nobody|x")),
    ("resume", 5, Only("ambiguous"), |env| { alike(env); alc(env, "resume|k7fq|x") }),
    ("resume", 5, Only("not_paused"), |env| { done(env); alc(env, "resume|@|x") }),
    ("resume", 5, Only("already_cancelled"), |env| { cancelled(env); alc(env, "resume|@|x") }),
    ("resume", 5, Only("unknown_query"), |env| { paused(env); alc(env, "resume|@.9|x") }),
    ("resume", 5, Only("stale_query"), |env| { paused(env); alc(env, "resume|@|x").ok(); alc(env, "resume|@.1|y") }),
    ("resume", 7, Only("ended"), |env| { paused(env); alc(env, "resume|@|x|--next") }),
    ("resume", 124, Only("timeout"), |env| {
        env.spawn_paused("alc.llm('a') while true do end");
        alc(env, "resume|@|x|--next|--timeout|1ms")
    }),
    ("drive", 0, Done, |env| { paused(env); alc(env, "drive|@|--|echo|x") }),
    ("drive", 0, Done, |env| { done(env); alc(env, "drive|@|--|false") }),
    ("drive", 1, Only("failed"), |env| { failed(env); alc(env, "drive|@|--|false") }),
    ("drive", 3, Only("cancelled"), |env| { paused(env); alc(env, &format!("drive|@|--sh|{ALC} cancel $ALC_SESSION")) }),
    ("drive", 4, Only("not_found"), |env| alc(env, "drive|nobody|--|true")),
    ("drive", 5, Only("ambiguous"), |env| { alike(env); alc(env, "drive|k7fq|--|true") }),
    ("drive", 5, Only("other_driver"), |env| { paused(env); while_driven(env, "drive @ -- true") }),
    ("drive", 8, Only("pending"), |env| { paused(env); alc(env, "drive|@|--max-queries|0|--|true") }),
    ("drive", 9, Only("answer_failed"), |env| { paused(env); alc(env, "drive|@|--|false") }),
    ("drive", 124, Only("timeout"), |env| { running(env); alc(env, "drive|@|--timeout|1ms|--|true") }),
    ("watch", 0, Done, |env| { done(env); alc(env, "watch|@") }),
    ("watch", 0, Done, |env| { paused(env); alc(env, "watch|@|--until|paused") }),
    ("watch", 1, Told, |env| { failed(env); alc(env, "watch|@") }),
    ("watch", 3, Told, |env| { cancelled(env); alc(env, "watch|@") }),
    ("watch", 4, Only("not_found"), |env| alc(env, "watch|nobody")),
    ("watch", 4, Only("not_found"), |env| { paused(env); alc(env, "watch|-l|no=such") }),
    ("watch", 5, Only("ambiguous"), |env| { alike(env); alc(env, "watch|k7fq") }),
    ("watch", 124, Only("timeout"), |env| { paused(env); alc(env, "watch|@|--timeout|0s") }),
    ("top", 0, Done, |env| looked_at(env, "top")),
    ("top", 2, Only("usage"), |env| alc(env, "top")),
    ("inbox", 0, Done, |env| looked_at(env, "inbox")),
    ("inbox", 2, Only("usage"), |env| alc(env, "inbox")),
    ("wait", 0, Done, |env| { done(env); alc(env, "wait|@") }),
    ("wait", 0, Done, |env| { paused(env); alc(env, "wait|@|--for|prompt") }),
    ("wait", 0, Done, |env| { done(env); alc(env, "wait|@|--for|terminal") }),
    ("wait", 1, Told, |env| { failed(env); alc(env, "wait|@") }),
    ("wait", 1, Told, |env| { failed(env); alc(env, "wait|@|--for|prompt") }),
    ("wait", 3, Told, |env| { cancelled(env); alc(env, "wait|@") }),
    ("wait", 3, Told, |env| { cancelled(env); alc(env, "wait|@|--for|done") }),
    ("wait", 4, Only("not_found"), |env| alc(env, "wait|nobody")),
    ("wait", 4, Only("not_found"), |env| { paused(env); alc(env, "wait|-l|no=such") }),
    ("wait", 5, Only("ambiguous"), |env| { alike(env); alc(env, "wait|k7fq") }),
    ("wait", 7, Told, |env| { done(env); alc(env, "wait|@|--for|paused") }),
    ("wait", 8, Told, |env| { paused(env); alc(env, "wait|@") }),
    ("wait", 124, Only("timeout"), |env| { paused(env); alc(env, "wait|@|--for|terminal|--timeout|1ms") }),
    ("result", 0, Done, |env| { done(env); alc(env, "result|@") }),
    ("result", 1, Only("failed"), |env| { failed(env); alc(env, "result|@") }),
    ("result", 1, Told, |env| { failed(env); alc(env, "result|@|--json") }),
    ("result", 3, Only("cancelled"), |env| { cancelled(env); alc(env, "result|@") }),
    ("result", 3, Told, |env| { cancelled(env); alc(env, "result|@|--json") }),
    ("result", 4, Only("not_found"), |env| alc(env, "result|nobody")),
    ("result", 5, Only("ambiguous"), |env| { alike(env); alc(env, "result|k7fq") }),
    ("result", 8, Only("pending"), |env| { paused(env); alc(env, "result|@") }),
    ("result", 124, Only("timeout"), |env| { paused(env); alc(env, "result|@|--wait|--timeout|1ms") }),
    ("cancel", 0, Done, |env| { paused(env); alc(env, "cancel|@") }),
    ("cancel", 0, Done, |env| { done(env); alc(env, "cancel|@") }),
    ("cancel", 4, Only("not_found"), |env| alc(env, "cancel|nobody")),
    ("cancel", 5, Only("ambiguous"), |env| { alike(env); alc(env, "cancel|k7fq") }),
    ("cancel", 124, Also("timeout"), |env| { running(env); alc(env, "cancel|@|--wait|--timeout|0s") }),
    ("log", 0, Done, |env| { paused(env); alc(env, "log|@") }),
    ("log", 4, Only("not_found"), |env| alc(env, "log|nobody")),
    ("log", 5, Only("ambiguous"), |env| { alike(env); alc(env, "log|k7fq") }),
    ("note", 0, Done, |env| { done(env); alc(env, "note|@|x") }),
    ("note", 4, Only("not_found"), |env| alc(env, "note|nobody|x")),
    ("note", 5, Only("ambiguous"), |env| { alike(env); alc(env, "note|k7fq|x") }),
    ("branch", 0, Done, |env| { done(env); paused(env); alc(env, "branch|@") }),
    ("branch", 4, Only("not_found"), |env| alc(env, "branch|nobody")),
    ("branch", 5, Only("ambiguous"), |env| { alike(env); alc(env, "branch|k7fq") }),
    ("branch", 5, Only("unknown_query"), |env| { paused(env); alc(env, "branch|@.9") }),
    ("branch", 5, Only("unknown_query"), |env| { done(env); alc(env, "branch|@") }),
    ("branch", 5, Only("name_in_use"), |env| { paused(env); alc(env, "branch|@|--name|paused") }),
    ("diff", 0, Done, |env| { paused(env); alc(env, "diff|@|@") }),
    ("diff", 0, Done, |env| { paused(env); done(env); alc(env, "diff|paused|@") }),
    ("diff", 4, Only("not_found"), |env| { paused(env); alc(env, "diff|@|nobody") }),
    ("diff", 5, Only("ambiguous"), |env| { alike(env); alc(env, "diff|k7fq|@") }),
    ("export", 0, Done, |env| { paused(env); alc(env, "export|@|-o|x.alc|-q") }),
    ("export", 2, Only("usage"), |env| { paused(env); alc(env, "export|@|--move") }),
    ("export", 4, Only("not_found"), |env| alc(env, "export|nobody")),
    ("export", 5, Only("ambiguous"), |env| { alike(env); alc(env, "export|k7fq") }),
    ("export", 73, Only("cannot_write"), |env| { paused(env); alc(env, "export|@|-o|none/x.alc") }),
    ("import", 0, Done, |env| { exported(env); alc(env, "import|x.alc|--new-id|--name|other") }),
    ("import", 5, Only("id_in_use"), |env| { exported(env); alc(env, "import|x.alc") }),
    ("import", 5, Only("name_in_use"), |env| { exported(env); alc(env, "import|x.alc|--new-id") }),
    ("import", 78, Only("damaged"), |env| { env.file("x.alc", "no session"); alc(env, "import|x.alc") }),
    ("import", 78, Only("unreadable"), |env| alc(env, "import|none.alc")),
    ("rm", 0, Done, |env| { done(env); alc(env, "rm|@") }),
    ("rm", 4, Only("not_found"), |env| alc(env, "rm|nobody")),
    ("rm", 0, Done, |env| { let id = damaged(env); alc(env, &format!("rm|--force|-q|{id}")) }),
    ("rm", 2, Only("usage"), |env| { done(env); alc(env, "rm|--force|@") }),
    ("rm", 5, Only("not_ended"), |env| { paused(env); alc(env, "rm|@") }),
    ("rm", 5, Only("ambiguous"), |env| { alike(env); alc(env, "rm|k7fq") }),
    ("rm", 78, Only("damaged"), |env| { let id = damaged(env); alc(env, &format!("rm|{id}")) }),
    ("gc", 0, Done, |env| alc(env, "gc")),
    ("report", 0, Done, |env| { paused(env); alc(env, "report|@|--md") }),
    ("report", 0, Done, |env| { failed(env); alc(env, "report|@|--html|-") }),
    ("report", 2, Only("usage"), |env| { paused(env); alc(env, "report|@") }),
    ("report", 4, Only("not_found"), |env| alc(env, "report|nobody|--md")),
    ("report", 5, Only("ambiguous"), |env| { alike(env); alc(env, "report|k7fq|--md") }),
    ("report", 73, Only("cannot_write"), |env| { paused(env); alc(env, "report|@|--html|none/x") }),
    ("pkg list", 0, Done, |env| alc(env, "pkg|list|--json")),
    ("pkg show", 0, Done, |env| { package(env, "echo", "return {}"); alc(env, "pkg|show|echo") }),
    ("pkg show", 4, Only("not_found"), |env| alc(env, "pkg|show|absent")),
    ("pkg install", 0, Done, |env| { collection(env); alc(env, "pkg|install|col") }),
    ("pkg install", 2, Only("invalid"), |env| alc(env, "pkg|install|nowhere")),
    ("pkg install", 4, Only("not_found"), |env| alc(env, "pkg|install|file:///nowhere")),
    ("pkg install", 73, Also("cannot_write"), |env| {
        collection(env);
        fs::create_dir_all(env.folder().join("col/scenarios")).expect("creates");
        env.file("col/scenarios/quiz.lua", b"\xff");
        alc(env, "pkg|install|col")
    }),
    ("pkg link", 0, Done, |env| { collection(env); alc(env, "pkg|link|col") }),
    ("pkg link", 5, Only("in_the_way"), |env| { installed(env); alc(env, "pkg|link|col") }),
    ("pkg unlink", 0, Done, |env| { collection(env); alc(env, "pkg|link|col").ok(); alc(env, "pkg|unlink|echo") }),
    ("pkg unlink", 4, Only("not_found"), |env| alc(env, "pkg|unlink|absent")),
    ("pkg unlink", 5, Only("in_the_way"), |env| { installed(env); alc(env, "pkg|unlink|echo") }),
    ("pkg remove", 0, Done, |env| { installed(env); alc(env, "pkg|remove|echo") }),
    ("pkg remove", 4, Only("not_found"), |env| alc(env, "pkg|remove|absent")),
    ("pkg remove", 5, Only("in_the_way"), |env| { collection(env); alc(env, "pkg|link|col").ok(); alc(env, "pkg|remove|echo") }),
    ("pkg update", 0, Done, |env| { project(env, "echo = '*'"); installed(env); alc(env, "pkg|update") }),
    ("pkg update", 2, Only("invalid"), |env| alc(env, "pkg|update")),
    ("pkg update", 4, Also("not_found"), |env| { project(env, "echo = '*'\nabsent = '*'"); installed(env); alc(env, "pkg|update") }),
    ("pkg update", 78, Only("damaged"), |env| { project(env, "["); alc(env, "pkg|update") }),
    ("pkg new", 0, Done, |env| alc(env, "pkg|new|mine")),
    ("pkg new", 2, Only("usage"), |env| alc(env, "pkg|new|a/b")),
    ("pkg new", 5, Only("in_the_way"), |env| { alc(env, "pkg|new|mine").ok(); alc(env, "pkg|new|mine") }),
    ("pkg new", 73, Only("cannot_write"), |env| { env.file("file", ""); alc(env, "pkg|new|mine|--dir|file") }),
    ("pkg types", 0, Done, |env| alc(env, "pkg|types")),
    ("pkg types", 73, Only("cannot_write"), |env| { env.file("file", ""); alc(env, "pkg|types|--dir|file") }),
    ("pkg doctor", 0, Done, |env| alc(env, "pkg|doctor|-q")),
    ("pkg doctor", 1, Told, |env| { package(env, "broken", "return return"); alc(env, "pkg|doctor") }),
    ("pkg test", 0, Done, |env| { env.file("a_spec.lua", ""); alc(env, "pkg|test|a_spec.lua") }),
    ("pkg test", 1, Told, |env| { env.file("a_spec.lua", "error('x')"); alc(env, "pkg|test|a_spec.lua") }),
    ("pkg test", 4, Only("not_found"), |env| alc(env, "pkg|test|absent")),
    ("scenario list", 0, Done, |env| alc(env, "scenario|list")),
    ("scenario show", 0, Done, |env| { scenario(env); alc(env, "scenario|show|quiz") }),
    ("scenario show", 4, Only("not_found"), |env| alc(env, "scenario|show|absent")),
    ("scenario install", 0, Done, |env| { env.file("quiz.lua", "return {}"); alc(env, "scenario|install|quiz.lua") }),
    ("scenario install", 4, Only("not_found"), |env| alc(env, "scenario|install|file:///nowhere")),
    ("scenario install", 73, Only("cannot_write"), |env| { env.file("quiz.lua", b"\xff"); alc(env, "scenario|install|quiz.lua") }),
    ("evals list", 0, Done, |env| alc(env, "evals|list")),
    ("evals show", 0, Done, |env| { let id = evaluated(env); alc(env, &format!("evals|show|{id}")) }),
    ("evals show", 4, Only("not_found"), |env| alc(env, "evals|show|none")),
    ("evals compare", 0, Done, |env| { let id = evaluated(env); alc(env, &format!("evals|compare|{id}|{id}")) }),
    ("evals compare", 4, Only("not_found"), |env| alc(env, "evals|compare|none|none")),
    ("card list", 0, Done, |env| { cards(env); alc(env, "card|list") }),
    ("card list", 0, Done, |env| alc(env, "card|list")),
    ("card list", 2, Only("invalid"), |env| alc(env, "card|list|--pkg|../x")),
    ("card show", 0, Done, |env| { cards(env); alc(env, "card|show|a") }),
    ("card show", 4, Only("not_found"), |env| alc(env, "card|show|nobody")),
    ("card show", 78, Only("damaged"), |env| {
        cards(env);
        fs::write(env.home().join("cards/p/a.toml"), "a = [").expect("writes");
        alc(env, "card|show|a")
    }),
    ("card find", 0, Done, |env| { cards(env); alc(env, r#"card|find|--where|{"n":1}"#) }),
    ("card find", 2, Only("invalid"), |env| alc(env, r#"card|find|--where|{"_or":1}"#)),
    ("card find", 2, Only("usage"), |env| alc(env, "card|find|--where|n=1")),
    ("card samples", 0, Done, |env| { cards(env); alc(env, "card|samples|a") }),
    ("card samples", 4, Only("not_found"), |env| alc(env, "card|samples|nobody")),
    ("card lineage", 0, Done, |env| { cards(env); alc(env, "card|lineage|a") }),
    ("card lineage", 4, Only("not_found"), |env| alc(env, "card|lineage|nobody")),
    ("card compare", 0, Done, |env| { cards(env); alc(env, "card|compare|a|b") }),
    ("card compare", 2, Only("invalid"), |env| { cards(env); alc(env, "card|compare|a|b|--metric|x") }),
    ("card compare", 4, Only("not_found"), |env| { cards(env); alc(env, "card|compare|a|nobody") }),
    ("card alias", 0, Done, |env| { cards(env); alc(env, "card|alias|best|a") }),
    ("card alias", 2, Only("usage"), |env| alc(env, "card|alias|best")),
    ("card alias", 4, Only("not_found"), |env| alc(env, "card|alias|best|nobody")),
    ("kv list", 0, Done, |env| alc(env, "kv|list")),
    ("kv get", 0, Done, |env| { alc(env, "kv|set|a|1").ok(); alc(env, "kv|get|a") }),
    ("kv get", 4, Only("not_found"), |env| alc(env, "kv|get|a")),
    ("kv get", 78, Only("damaged"), |env| {
        alc(env, "kv|set|a|1").ok();
        fs::write(env.home().join("state/default.json"), "{").expect("writes");
        alc(env, "kv|get|a")
    }),
    ("kv set", 0, Done, |env| alc(env, "kv|set|a|1")),
    ("kv set", 2, Only("invalid"), |env| alc(env, "kv|set|a|{|--as-json")),
    ("kv set", 5, Only("in_the_way"), |env| { alc(env, "kv|set|a|1").ok(); alc(env, "kv|set|a|2|--if-absent") }),
    ("kv delete", 0, Done, |env| { alc(env, "kv|set|a|1").ok(); alc(env, "kv|delete|a") }),
    ("kv delete", 4, Only("not_found"), |env| alc(env, "kv|delete|a")),
    ("kv reset", 0, Done, |env| {
        alc(env, r#"kv|set|f:a|{"data":{"x":1}}|--as-json"#).ok();
        alc(env, "kv|reset|f:a|--field|x")
    }),
    ("kv reset", 2, Only("invalid"), |env| { alc(env, "kv|set|f:a|1").ok(); alc(env, "kv|reset|f:a") }),
    ("kv reset", 4, Only("not_found"), |env| alc(env, "kv|reset|f:a")),
    ("daemon run", 0, Done, daemon_that_is_stopped),
    ("daemon run", 5, Only("unavailable"), |env| { alc(env, "daemon|start").ok(); alc(env, "daemon|run") }),
    ("daemon start", 0, Done, |env| alc(env, "daemon|start|-q")),
    ("daemon stop", 0, Done, |env| alc(env, "daemon|stop")),
    ("daemon stop", 0, Done, |env| { paused(env); alc(env, "daemon|stop") }),
    ("daemon stop", 0, Done, |env| { running(env); alc(env, "daemon|stop|--force") }),
    ("daemon stop", 8, Only("busy"), |env| { running(env); alc(env, "daemon|stop") }),
    ("daemon stop", 124, Only("timeout"), |env| { paused(env); alc(env, "daemon|stop|--timeout|0s") }),
    ("daemon restart", 0, Done, |env| alc(env, "daemon|restart|-q")),
    ("daemon restart", 8, Only("busy"), |env| { running(env); alc(env, "daemon|restart") }),
    ("daemon restart", 124, Only("timeout"), |env| { paused(env); alc(env, "daemon|restart|--timeout|0s") }),
    ("daemon status", 0, Done, |env| { paused(env); alc(env, "daemon|status") }),
    ("daemon status", 69, Only("unreachable"), |env| alc(env, "daemon|status")),
    ("daemon log", 0, Done, |env| { paused(env); alc(env, "daemon|log") }),
    ("daemon log", 4, Only("not_found"), |env| alc(env, "daemon|log")),
    ("daemon install", 0, Done, |env| alc(env, "daemon|install|--print")),
    ("daemon install", 0, Done, |env| managed(env, "install", 0)),
    ("daemon install", 1, Only("service_refused"), |env| managed(env, "install", 1)),
    ("daemon install", 73, Only("cannot_write"), |env| {
        env.file(".config", "");
        env.file("Library", "");
        managed(env, "install", 0)
    }),
    ("daemon uninstall", 0, Done, |env| managed(env, "uninstall", 0)),
    ("daemon uninstall", 1, Only("service_refused"), |env| {
        managed(env, "install", 0).ok();
        managed(env, "uninstall", 1)
    }),
    ("doctor", 0, Done, |env| alc(env, "doctor")),
    ("doctor", 1, Told, |env| {
        fs::DirBuilder::new().mode(0o755).create(env.home()).expect("makes");
        alc(env, "doctor")
    }),
    ("config show", 0, Done, |env| alc(env, "config|show")),
    ("config show", 78, Only("damaged"), |env| {
        fs::create_dir(env.home()).expect("creates");
        fs::write(env.home().join("config.toml"), "[daemon]\nmemori = 1\n").expect("writes");
        alc(env, "config|show")
    }),
    ("config path", 0, Done, |env| alc(env, "config|path")),
    ("completions", 0, Done, |env| alc(env, "completions|bash")),
    ("completions", 2, Only("usage"), |env| alc(env, "completions|tcsh")),
    ("man", 0, Done, |env| alc(env, "man")),
    ("man", 73, Only("cannot_write"), |env| { env.file("taken", ""); alc(env, "man|--dir|taken") }),
    ("help", 0, Done, |env| alc(env, "help|exit-codes")),
    ("help", 2, Only("usage"), |env| alc(env, "help|bogus")),
    ("version", 0, Done, |env| alc(env, "version")),
];
