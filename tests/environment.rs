//! What a script sees of the environment: what its session was given when it was spawned, for ever.

use std::fs;

use serde_json::{Value, json};

use crate::env::{Ran, TestEnv};

/// Starts a session from source with more arguments, in a folder, and with more variables.
fn spawn_in(
    env: &TestEnv,
    folder: &str,
    variables: &[(&str, &str)],
    source: &str,
    arguments: &[&str],
) -> Ran {
    let mut command = env.command(["spawn", "-e", source]);
    command.args(arguments).current_dir(env.folder().join(folder));
    Ran::new(command.envs(variables.iter().copied()).output().expect("alc runs"))
}

/// What a session returned.
#[track_caller]
fn result(env: &TestEnv, spawned: Ran) -> Value {
    let id = spawned.ok();
    serde_json::from_str(&env.alc(["result", "--wait", &id]).ok()).expect("JSON")
}

/// Asserts that nothing was created.
#[track_caller]
fn refused(env: &TestEnv, spawned: Ran, code: i32, name: &str) -> String {
    let stderr = spawned.fails(code, name);
    assert_eq!(env.alc(["list", "-q"]).ok(), "", "{stderr}");
    stderr
}

const GETENV: &str = "local t = {} for _, name in ipairs({'HOME', 'SECRET', 'B', 'ALC_SETTING_X', \
    'PATH', 'NONE'}) do t[name] = os.getenv(name) end return t";

#[test]
fn a_script_sees_the_variables_that_it_was_given() {
    let env = TestEnv::new();
    let variables = [("HOME", "/h"), ("SECRET", "s"), ("ALC_SETTING_X", "1")];
    let few = spawn_in(&env, ".", &variables, GETENV, &[]);
    assert_eq!(result(&env, few), json!({"HOME": "/h", "ALC_SETTING_X": "1"}));
    let wanted = ["--env", "SECRET", "--env", "B=b=c", "--env=HOME="];
    let more = spawn_in(&env, ".", &variables, GETENV, &wanted);
    let expected = json!({"HOME": "", "ALC_SETTING_X": "1", "SECRET": "s", "B": "b=c"});
    assert_eq!(result(&env, more), expected);
    let odd = "return {pcall(os.getenv), select(2, pcall(os.getenv, {})), os.getenv(7)}";
    let odd = result(&env, spawn_in(&env, ".", &[], odd, &["--env", "7=x"]));
    assert_eq!(odd[0], false);
    assert!(odd[1].as_str().is_some_and(|why| why.starts_with("bad argument #1")), "{odd}");
    assert_eq!(odd[2], "x");
}

#[test]
fn the_environment_stays_as_it_was_when_the_session_was_spawned() {
    let env = TestEnv::new();
    env.file("alc.toml", "[env]\nallow = ['A', 'B']");
    env.file(".env", "A=first\nC=hidden");
    let source = "local before = {os.getenv('B'), alc.env.A, alc.env.B, alc.env.C} alc.llm('a') \
        return {before, {os.getenv('B'), alc.env.A, alc.env.B, alc.env.C}}";
    let ctx = r#"{"env":{"dotenv":".env","allow_os":true}}"#;
    let id = spawn_in(&env, ".", &[("B", "b")], source, &["--env", "B", "--ctx", ctx]).ok();
    env.alc(["prompt", &id]).ok();
    env.kill_daemon();
    env.file(".env", "A=second\nC=seen");
    fs::remove_file(env.folder().join("alc.toml")).expect("removes");
    env.alc(["resume", &id, "x"]).ok();
    let same = r#"["b","first","b"]"#;
    assert_eq!(env.alc(["result", "--wait", &id]).ok(), format!("[{same},{same}]"));
}

#[test]
fn what_cannot_be_passed_on_is_refused_before_anything_exists() {
    let env = TestEnv::new();
    let spawn = |arguments: &[&str]| spawn_in(&env, ".", &[], "return 1", arguments);
    let unset = spawn(&["--env", "NONE"]).fails(2, "invalid");
    assert!(unset.contains("--env NONE=VALUE"), "{unset}");
    spawn(&["--env", "=x"]).fails(2, "usage");
    spawn(&["--project-root", "none"]).fails(2, "invalid");
    let large = "x".repeat(100 << 10);
    let large = [("ALC_SETTING_A", large.as_str()), ("ALC_SETTING_B", &large), ("HOME", &large)];
    spawn_in(&env, ".", &large, "return 1", &[]).fails(2, "too_large");
    let named = spawn_in(&env, ".", &[("ALC_PROJECT_ROOT", "none")], "return 1", &[]);
    assert!(named.fails(2, "invalid").contains("ALC_PROJECT_ROOT"));
    assert!(!env.home().exists());
}

#[test]
fn alc_env_is_what_the_context_wants() {
    let env = TestEnv::new();
    let source = "local e = alc.env return {type(e), e.A or 'none', e:get('B', 'default'), \
        e:get('A') or 'none', e:use({'A', 'B', 'HOME'}), os.getenv('HOME')}";
    let run = |ctx: Value, arguments: &[&str]| {
        let ctx = ctx.to_string();
        let arguments = [&["--ctx", ctx.as_str()], arguments].concat();
        spawn_in(&env, ".", &[("HOME", "/h")], source, &arguments)
    };
    let of = |ctx: Value| result(&env, run(ctx, &["--project-root", "."]));
    let nothing = json!(["userdata", "none", "default", "none", {}, "/h"]);
    for ctx in [json!({}), json!({"env": "prod"}), json!({"env": {}}), json!({"env": null})] {
        assert_eq!(of(ctx.clone()), nothing, "{ctx}");
    }
    let all = of(json!({"env": {"allow_os": true}}));
    assert_eq!(all, json!(["userdata", "none", "default", "none", {"HOME": "/h"}, "/h"]));
    env.file("a.env", "A=file\nB=\"b\\n\"\nHOME=file");
    let both = json!({"env": {"allow_os": true, "dotenv": "a.env", "inject": {"A": "injected"}}});
    let used = json!({"A": "injected", "B": "b\n", "HOME": "file"});
    let expected = json!(["userdata", "injected", "b\n", "injected", used, "/h"]);
    assert_eq!(of(both.clone()), expected);
    env.file("alc.toml", "[env]\nallow = ['A']\n");
    let expected = json!(["userdata", "injected", "default", "injected", {"A": "injected"}, "/h"]);
    assert_eq!(of(both.clone()), expected);
    env.file("alc.toml", "[env]\nallow = []\n");
    assert_eq!(of(both)[2], "b\n");
}

#[test]
fn alc_env_cannot_be_written() {
    let env = TestEnv::new();
    let source = "local function why(f, ...) return select(2, pcall(f, ...)) end \
        return {why(function() alc.env.A = 1 end), why(function() alc.env:use() end), \
                why(function() alc.env.get = print end), tostring(alc.env)}";
    let why = result(&env, spawn_in(&env, ".", &[], source, &[]));
    assert_eq!(why[0], "alc.env is readonly");
    assert_eq!(why[1], "bad argument #1: table expected, got nil");
    assert_eq!(why[2], "alc.env is readonly");
    assert_eq!(why[3], "userdata: 0x00000001");
}

#[test]
fn the_nearest_project_above_the_folder_counts() {
    let env = TestEnv::new();
    fs::create_dir_all(env.folder().join("a/b")).expect("makes");
    env.file("a/alc.toml", "");
    env.file("a/.env", "A=inner");
    env.file("alc.toml", "");
    env.file(".env", "A=outer");
    let ctx = r#"{"env":{"dotenv":".env"}}"#;
    let root = env.folder().display().to_string();
    let of = |folder: &str, variables: &[(&str, &str)], arguments: &[&str]| {
        let arguments = [&["--ctx", ctx], arguments].concat();
        result(&env, spawn_in(&env, folder, variables, "return alc.env.A", &arguments))
    };
    assert_eq!(of("a/b", &[], &[]), "inner");
    assert_eq!(of(".", &[], &[]), "outer");
    let named = [("ALC_PROJECT_ROOT", root.as_str())];
    assert_eq!(of("a/b", &named, &[]), "outer");
    assert_eq!(of("a/b", &named, &["--project-root", ".."]), "inner");
}

#[test]
fn an_environment_that_cannot_be_had_creates_nothing() {
    let env = TestEnv::new();
    let run = |ctx: Value, arguments: &[&str]| {
        env.file("ctx.json", ctx.to_string());
        let arguments = [&["--ctx", "@ctx.json"], arguments].concat();
        spawn_in(&env, ".", &[], "return 1", &arguments)
    };
    let wants = |wanted: Value| run(json!({"env": wanted}), &["--project-root", "."]);
    for (wanted, why) in [
        (json!({"inject": {"A": 1}}), "`ctx.env.inject.A` is not a string"),
        (json!({"inject": ["A"]}), "`ctx.env.inject` is not an object"),
        (json!({"dotenv": 1}), "`ctx.env.dotenv` is not a path"),
        (json!({"allow_os": "yes"}), "`ctx.env.allow_os` is not true or false"),
        (json!({"dotenv": "none.env"}), "none.env"),
        (json!({"dotenv": "."}), "it is not a file"),
    ] {
        let stderr = refused(&env, wants(wanted), 2, "invalid");
        assert!(stderr.contains(why), "{stderr}");
    }
    let stderr = refused(&env, run(json!({"env": {"dotenv": ".env"}}), &[]), 2, "invalid");
    assert!(stderr.contains("there is no project"), "{stderr}");
    env.file("bad.env", "A=1\nB");
    let stderr = refused(&env, wants(json!({"dotenv": "bad.env"})), 2, "invalid");
    assert!(stderr.contains("bad.env: line 2: it is not NAME=VALUE"), "{stderr}");
    env.file("latin.env", b"A=\xff");
    refused(&env, wants(json!({"dotenv": "latin.env"})), 2, "invalid");
    env.file("big.env", "A=1\n".repeat(1 << 18) + "B");
    refused(&env, wants(json!({"dotenv": "big.env"})), 2, "invalid");
    let large = json!({"inject": {"A": "x".repeat(256 << 10)}});
    refused(&env, wants(large), 2, "too_large");
    for (toml, why) in [
        ("[env]\nallow = 1", "`env.allow` is not a list"),
        ("[env]\nallow = [1]", "`env.allow` is not a list"),
        ("[env]\n\nallow = [", "alc.toml:3: "),
    ] {
        env.file("alc.toml", toml);
        let stderr = refused(&env, wants(json!({"allow_os": true})), 78, "damaged");
        assert!(stderr.contains("alc.toml") && stderr.contains(why), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
    // Who wants nothing of it needs no sound project.
    assert_eq!(result(&env, spawn_in(&env, ".", &[], "return alc.env.A", &[])), Value::Null);
}
