//! Packages as people manage them: which there are, and which of them count.

use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

use serde_json::Value;

use crate::{collection::write, env::TestEnv};

/// A runnable package that says what it is.
const STRATEGY: &str = "return { meta = { name = 'x', version = '1.2', description = 'does it',
    tags = { 'a', 'b' } }, spec = { entries = { run = {}, check = {} } },
    run = function(ctx) return ctx end }";

/// A package's line in what was printed.
#[track_caller]
fn named<'a>(packages: &'a [Value], name: &str) -> &'a Value {
    packages.iter().find(|package| package["name"] == name).expect("is listed")
}

fn shown(path: &Path) -> String {
    path.canonicalize().expect("a path").display().to_string()
}

#[test]
fn what_a_package_is_shows_when_it_is_loaded() {
    let env = TestEnv::new();
    let latin = "return { meta = { description = 'caf\\233', version = 2, tags = {} } }";
    write(
        &env,
        &[
            ("home/packages/cot/init.lua", STRATEGY),
            ("home/packages/tools/init.lua", latin),
            ("home/packages/number/init.lua", "return 7"),
            ("home/packages/uses/init.lua", "return { run = require('cot').run, meta = 1 }"),
            ("home/packages/notes.txt", ""),
            ("home/packages/empty/README.md", ""),
            ("home/packages/cot@1.0/init.lua", STRATEGY),
        ],
    );
    let packages = env.json(["pkg", "list"]);
    assert_eq!(packages.len(), 4, "{packages:?}");
    let cot = named(&packages, "cot");
    assert_eq!((&cot["kind"], &cot["version"]), (&"runnable".into(), &"1.2".into()));
    assert_eq!(cot["meta"]["tags"], serde_json::json!(["a", "b"]));
    assert_eq!((&cot["scope"], &cot["active"]), (&"global".into(), &true.into()));
    assert_eq!(cot["resolved_source_kind"], "installed");
    assert_eq!(cot["resolved_source_path"], shown(&env.home().join("packages/cot")));
    assert_eq!(named(&packages, "tools")["kind"], "library");
    assert_eq!(named(&packages, "tools")["meta"]["description"], "caf?");
    assert_eq!(named(&packages, "number")["kind"], "library");
    assert_eq!(named(&packages, "uses")["kind"], "runnable");
    let row = "cot\t1.2\trunnable\tglobal\tactive\tdoes it";
    let text = env.alc(["pkg", "list"]).ok();
    assert!(text.lines().any(|line| line == row), "{text}");
    assert_eq!(env.alc(["pkg", "list", "-q"]).ok(), "cot\nnumber\ntools\nuses");
    let shown = env.alc(["pkg", "show", "cot"]).ok();
    assert!(
        shown.contains("\nkind=runnable\n") && shown.contains("\nentries=check,run"),
        "{shown}"
    );
    env.alc(["pkg", "show", "none"]).fails(4, "not_found");
    assert!(!env.home().join("lock").exists(), "no daemon was started");
}

#[test]
fn a_package_that_does_not_load_is_told_and_the_others_are_listed() {
    let env = TestEnv::new();
    let pipe = env.folder().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("runs").success());
    write(
        &env,
        &[
            ("home/packages/good/init.lua", STRATEGY),
            ("home/packages/raises/init.lua", "local x\nerror('no luck')"),
            ("home/packages/syntax/init.lua", "return return"),
            ("home/packages/absent/init.lua", "return require('nowhere')"),
            ("home/packages/one/init.lua", "return require('two')"),
            ("home/packages/two/init.lua", "return require('one')"),
            ("home/packages/asks/init.lua", "return { run = alc.llm('?') }"),
            ("home/packages/endless/init.lua", "while true do pcall(error) end"),
            ("home/packages/memory/init.lua", "return (('x'):rep(1 << 30))"),
            ("home/packages/changes/init.lua", "alc.state.set('k', 1) return {}"),
            (
                "home/packages/hostile/init.lua",
                "return setmetatable({}, { __index = function() error('no field') end })",
            ),
            ("home/packages/binary/init.lua", "\x1bLua"),
            ("home/packages/waits/init.lua", &format!("return io.open('{}')", pipe.display())),
        ],
    );
    let packages = env.json(["pkg", "list"]);
    assert_eq!(packages.len(), 13);
    for (name, words) in [
        ("raises", "raises/init.lua\"]:2: no luck"),
        ("syntax", "error loading module 'syntax'"),
        ("absent", "module 'nowhere' not found"),
        ("one", "cyclic require: one -> two -> one"),
        ("asks", "it calls alc.llm"),
        ("endless", "it has not ended after"),
        ("memory", "not enough memory"),
        ("changes", "nothing can be changed"),
        ("hostile", "no field"),
        ("binary", "binary"),
        ("waits", "it has not ended after"),
    ] {
        let package = named(&packages, name);
        let error = package["error"].as_str().expect("an error");
        assert!(error.contains(words), "{name}: {error}");
        assert_eq!(package["kind"], Value::Null);
    }
    assert_eq!(named(&packages, "good")["error"], Value::Null);
    // To see that it would change something it takes the lock; that is all there is.
    let state = fs::read_dir(env.home().join("state")).expect("reads");
    let left: Vec<_> = state.map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left, [".lock"], "nothing was changed");
}

#[test]
fn packages_shadow_each_other_in_the_order_of_their_places() {
    let env = TestEnv::new();
    let version = |text: &str| format!("return {{ meta = {{ version = '{text}' }} }}");
    for (place, packages) in [
        ("home/packages", "a b c d"),
        ("more", "a b c"),
        ("project/own", "a b"),
        ("elsewhere", "a"),
    ] {
        for name in packages.split(' ') {
            write(&env, &[(&format!("{place}/{name}/init.lua"), &version(place))]);
        }
    }
    write(
        &env,
        &[
            ("project/alc.toml", ""),
            (
                "project/alc.lock",
                "version = 1\n[[package]]\nname = 'b'\nsource = { type = 'path', path = 'own/b' }",
            ),
            (
                "project/alc.local.toml",
                "[packages]\na = { path = '../elsewhere/a' }\ngone = { path = 'gone' }",
            ),
        ],
    );
    symlink(env.folder().join("elsewhere/a"), env.home().join("packages/linked")).expect("links");
    symlink(env.folder().join("nowhere"), env.home().join("packages/broken")).expect("links");
    let list = |strict: &str| {
        let mut command = env.command(["pkg", "list", "--json"]);
        command.current_dir(env.folder().join("project")).env("ALC_PKG_STRICT", strict);
        command.env("ALC_PACKAGES_PATH", env.folder().join("more"));
        let output = crate::env::Ran::new(command.output().expect("alc runs")).ok();
        output.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect::<Vec<Value>>()
    };
    let lines = list("0");
    let of = |name: &str| -> Vec<String> {
        let packages = lines.iter().filter(|line| line["name"] == name);
        let words = packages.map(|package| {
            let word = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
            let active = if package["active"] == true { "" } else { "not " };
            format!("{} {} {active}active", word("scope"), word("resolved_source_kind"))
        });
        words.collect()
    };
    assert_eq!(
        of("a"),
        ["variant variant active", "global local_path not active", "global installed not active"]
    );
    assert_eq!(of("b")[..2], ["project local_path active", "global local_path not active"]);
    assert_eq!(of("c"), ["global local_path active", "global installed not active"]);
    assert_eq!(of("linked"), ["global linked active"]);
    let shadowed = lines.iter().find(|line| line["shadowed_by"] != Value::Null).expect("one");
    assert_eq!(shadowed["shadowed_by"], shown(&env.folder().join("elsewhere/a")));
    let warnings: Vec<_> = lines.iter().filter(|line| line["type"] == "warning").collect();
    assert_eq!(warnings.len(), 2, "{lines:?}");
    assert!(lines.iter().all(|line| line["name"] != "broken"));
    assert!(list("1").iter().all(|line| line["name"] != "linked"));
}

#[test]
fn files_that_cannot_be_read_become_warnings() {
    let env = TestEnv::new();
    write(
        &env,
        &[
            ("home/packages/a/init.lua", STRATEGY),
            ("home/packages/b/init.lua", "return require('a')"),
            ("home/installed.json", "{"),
            ("alc.toml", "[packages"),
        ],
    );
    let ran = env.alc(["pkg", "list"]);
    assert!(ran.stderr.contains("alc.toml:1:") && ran.stderr.contains("installed.json is damaged"));
    assert_eq!(
        ran.ok(),
        "a\t1.2\trunnable\tglobal\tactive\tdoes it\nb\t1.2\trunnable\tglobal\tactive\tdoes it"
    );
    env.file("alc.toml", "");
    env.file("alc.lock", "version = 9");
    let ran = env.alc(["pkg", "list"]);
    assert!(ran.stderr.contains("unsupported alc.lock version"), "{ran:?}");
}

#[test]
fn a_session_is_warned_of_a_link_that_it_passes_over() {
    let env = TestEnv::new();
    env.alc(["daemon", "start"]).ok();
    let uses = "return { run = function()
        return { require('cot').name, require('cot').name, pcall(require, 'none') }
    end }";
    write(
        &env,
        &[
            ("home/packages/cot/init.lua", "return { name = 'stored' }"),
            ("home/packages/uses/init.lua", uses),
            ("alc.toml", ""),
            ("alc.local.toml", "[packages]\ncot = { path = 'gone' }\nnone = { path = 'away' }"),
        ],
    );
    let id = env.alc(["advice", "uses"]).ok();
    let told = env.alc(["result", "--wait", &id]).ok();
    assert!(told.starts_with(r#"["stored","stored",false,"module 'none' not found:"#), "{told}");
    let state = &env.json(["state", &id])[0];
    let log = state["log"].as_array().expect("a log").iter();
    let lines: Vec<_> = log
        .map(|line| {
            let text = |member: &str| line[member].as_str().expect("text").to_owned();
            format!("{} {} {}", text("level"), text("source"), text("message"))
        })
        .collect();
    let link = |name: &str, folder: &str| {
        let folder = env.folder().canonicalize().expect("a path").join(folder);
        let folder = folder.display();
        format!("alc.local.toml links `{name}` to {folder}, where there is no package")
    };
    let warned = |name, folder| format!("warn require {}", link(name, folder));
    assert_eq!(lines, [warned("cot", "gone"), warned("none", "away")]);
    let refused = env.alc(["advice", "none"]).fails(4, "unknown_strategy");
    assert!(refused.contains(&link("none", "away")), "{refused}");
}
