//! Installing packages: from folders and repositories, killed in between, at the same time, where it
//! cannot be done, and from hostile hands.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::{
        fs::{PermissionsExt as _, symlink},
        process::CommandExt as _,
    },
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::{
    collection::{collection, git, package, read, repository, tree, write},
    env::{Ran, TestEnv, kill},
};

#[test]
fn a_collection_is_copied_with_its_scenarios_and_cards() {
    let env = TestEnv::new();
    collection(&env);
    let done = &env.json(["pkg", "install", "col"])[0];
    assert_eq!(done["installed"], json!(["a", "b"]));
    assert_eq!(done["mode"], "collection");
    assert_eq!(done["scenarios_installed"], json!(["quiz"]));
    assert_eq!(done["cards_installed"], json!(["a/a_1"]));
    let installed = tree(&env.home().join("packages/a"));
    let files: Vec<_> = installed.keys().map(String::as_str).collect();
    let expected = [
        "cards/a_1.samples.jsonl",
        "cards/a_1.toml",
        "cards/bad.toml",
        "deep/part.lua",
        "init.lua",
        "spec/a_spec.lua",
    ];
    assert_eq!(files, expected);
    assert_eq!(read(&env, "home/cards/a/a_1.samples.jsonl"), "{}\n");
    assert!(!env.home().join("cards/a/bad.toml").exists());
    let manifest: Value = serde_json::from_str(&read(&env, "home/installed.json")).expect("JSON");
    let entry = &manifest["packages"]["a"];
    assert_eq!((&entry["version"], &entry["type"]), (&"1.0".into(), &"runnable".into()));
    assert_eq!(entry["source"]["type"], "path");
    assert_eq!(env.home().metadata().expect("is there").permissions().mode() & 0o777, 0o700);

    write(&env, &[("col/a/init.lua", &package("1.1")), ("col/b/init.lua", &package("2.1"))]);
    let again = env.alc(["pkg", "install", "col"]);
    assert!(again.stderr.contains("installed already; --force replaces them: a, b"), "{again:?}");
    assert_eq!(again.ok(), "");
    assert_eq!(env.alc(["pkg", "install", "col", "a", "--force"]).ok(), "a");
    let shown = env.alc(["pkg", "show", "a"]).ok();
    assert!(shown.contains("version=1.1") && shown.contains("installed_at=2"), "{shown}");
    assert!(env.alc(["pkg", "show", "b"]).ok().contains("version=2.0"));
    assert!(!env.home().join("lock").exists(), "no daemon was started");
    let id = env.alc(["advice", "a"]).ok();
    assert_eq!(env.alc(["result", "--wait", "-r", &id]).ok(), "1.1");
}

#[test]
fn a_repository_is_cloned_at_the_revision_that_is_wanted() {
    let env = TestEnv::new();
    collection(&env);
    fs::remove_dir_all(env.folder().join("col/a/.git")).expect("removes");
    let url = repository(&env, "col");
    let col = env.folder().join("col");
    let first = git(&col, &["rev-parse", "HEAD"]);
    git(&col, &["tag", "v1"]);
    fs::write(col.join("a/init.lua"), package("1.1")).expect("writes");
    git(&col, &["commit", "--quiet", "--all", "--message", "two"]);
    let version = || {
        let shown = env.alc(["pkg", "show", "a"]).ok();
        shown.lines().find_map(|line| line.strip_prefix("version=")).expect("has one").to_owned()
    };
    assert_eq!(env.alc(["pkg", "install", &url]).ok(), "a\nb");
    assert_eq!(version(), "1.1");
    for rev in ["v1", &first, &first[..9]] {
        env.alc(["pkg", "install", &url, "--force"]).ok();
        env.alc(["pkg", "install", &url, "--rev", rev, "--force"]).ok();
        assert_eq!(version(), "1.0", "{rev}");
    }
    let source = &env.json(["pkg", "show", "a"])[0]["source"];
    assert_eq!(*source, json!({"type": "git", "url": url, "rev": first[..9]}));
    env.alc(["pkg", "install", &url, "--rev", "main", "--force"]).ok();
    assert_eq!(version(), "1.1");
    // One without files is a repository too.
    let bare = env.folder().join("bare");
    git(env.folder(), &["clone", "--quiet", "--bare", "col", "bare"]);
    assert_eq!(env.alc(["pkg", "install", &bare.display().to_string(), "--force"]).ok(), "a\nb");
}

#[test]
fn what_cannot_be_had_changes_nothing() {
    let env = TestEnv::new();
    collection(&env);
    let here = env.folder().display().to_string();
    write(&env, &[("one/init.lua", "return {}"), ("none/x", ""), ("damaged/installed.json", "{")]);
    fs::remove_dir_all(env.folder().join("col/a/.git")).expect("removes");
    let url = repository(&env, "col");
    let install =
        |source: &str, rev: &[&str]| env.alc([&["pkg", "install", source][..], rev].concat());
    let refused = install(&format!("file://{here}/nowhere.git"), &[]).fails(4, "not_found");
    assert!(refused.contains("cannot clone") && refused.contains("nowhere.git"), "{refused}");
    install(&url, &["--rev", "nothing"]).fails(4, "not_found");
    install(&url, &["--rev", "--upload-pack=x"]).fails(2, "usage");
    install(&url, &["--rev=--upload-pack=x"]).fails(4, "not_found");
    let refused = install("nowhere", &[]).fails(2, "invalid");
    assert!(refused.contains("nowhere is neither a folder nor"), "{refused}");
    let refused = install("one", &[]).fails(2, "invalid");
    assert!(refused.contains("Expected */init.lua"), "{refused}");
    assert!(refused.contains("hint: alc pkg link "), "{refused}");
    assert!(install("none", &[]).fails(2, "invalid").contains("Expected */init.lua"));
    install("col", &["../a"]).fails(4, "not_found");
    assert!(!env.home().exists());
    // Without git there is no cloning, and nothing else is tried.
    let mut command = env.command(["pkg", "install", &url]);
    let ran = Ran::new(command.env("PATH", "/nonexistent").output().expect("alc runs"));
    assert!(ran.fails(4, "not_found").contains("cannot run git"));
    let mut command = env.command(["pkg", "install", "col"]);
    let home = env.folder().join("damaged");
    fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).expect("sets");
    let refused = Ran::new(command.env("ALC_HOME", &home).output().expect("alc runs"));
    let refused = refused.fails(78, "damaged");
    assert!(refused.contains("installed.json is damaged") && refused.contains("hint: mv "));
    assert_eq!(tree(&home), BTreeMap::from([("installed.json".to_owned(), "{".to_owned())]));
}

#[test]
fn a_hostile_collection_leaves_its_folder_by_no_link() {
    let env = TestEnv::new();
    write(
        &env,
        &[
            ("secret", "s"),
            ("col/a/init.lua", "return {}"),
            ("col/a/own.lua", "return 1"),
            ("else/init.lua", "return {}"),
        ],
    );
    let at = |path: &str| env.folder().join(path);
    symlink(at("secret"), at("col/a/out.lua")).expect("links");
    symlink("own.lua", at("col/a/in.lua")).expect("links");
    symlink(".", at("col/a/loop")).expect("links");
    symlink("../..", at("col/a/up")).expect("links");
    symlink(at("else"), at("col/linked")).expect("links");
    Command::new("mkfifo").arg(at("col/a/pipe")).status().expect("makes a pipe");
    let lines = env.json(["pkg", "install", "col"]);
    assert_eq!(lines[0]["installed"], json!(["a"]));
    let warned: Vec<_> = lines[1..].iter().map(|line| line["message"].to_string()).collect();
    for path in ["out.lua", "loop", "up", "pipe", "linked"] {
        assert!(warned.iter().any(|warning| warning.contains(path)), "{path}: {warned:?}");
    }
    let installed = tree(&env.home().join("packages"));
    let files: Vec<_> = installed.keys().filter(|file| *file != ".lock").cloned().collect();
    assert_eq!(files, ["a/in.lua", "a/init.lua", "a/own.lua"]);
}

#[test]
fn two_that_install_at_the_same_time_both_succeed() {
    let env = TestEnv::new();
    for version in ["1", "2"] {
        for n in 0..20 {
            let text = package(version);
            write(
                &env,
                &[
                    (&format!("c{version}/p{n}/init.lua"), &text),
                    (&format!("c{version}/p{n}/v.lua"), &text),
                ],
            );
        }
    }
    let install = |folder| {
        let mut command = env.command(["pkg", "install", folder, "--force", "-q"]);
        command.stdout(Stdio::null()).spawn().expect("alc runs")
    };
    let running: Vec<_> = ["c1", "c2", "c1", "c2"].into_iter().map(install).collect();
    for mut one in running {
        assert!(one.wait().expect("ends").success());
    }
    let files = tree(&env.home().join("packages"));
    let is_lua = |file: &&String| Path::new(file).extension().is_some_and(|end| end == "lua");
    assert_eq!(files.keys().filter(is_lua).count(), 40);
    for n in 0..20 {
        assert_eq!(
            files[&format!("p{n}/init.lua")],
            files[&format!("p{n}/v.lua")],
            "p{n} is whole"
        );
    }
    let manifest: Value = serde_json::from_str(&read(&env, "home/installed.json")).expect("JSON");
    assert_eq!(manifest["packages"].as_object().expect("an object").len(), 20);
}

/// Kills an installation at a moment that differs each time; what is there then is the old package or
/// the new one, and the next installation ends what was begun.
#[test]
fn a_package_is_never_half_there() {
    let env = TestEnv::new();
    for version in ["1", "2"] {
        for part in 0..40 {
            write(&env, &[(&format!("c{version}/p/part{part}.lua"), version)]);
        }
        write(&env, &[(&format!("c{version}/p/init.lua"), &package(version))]);
    }
    env.alc(["pkg", "install", "c1"]).ok();
    let store = env.home().join("packages");
    let whole = |files: &BTreeMap<String, String>| {
        let parts: Vec<_> = (0..40).map(|n| files.get(&format!("part{n}.lua"))).collect();
        parts.iter().all(|part| part.is_some() && *part == parts[0])
    };
    for round in 0..30 {
        let source = if round % 2 == 0 { "c2" } else { "c1" };
        let mut command = env.command(["pkg", "install", source, "--force", "-q"]);
        let mut child = command.stdout(Stdio::null()).process_group(0).spawn().expect("alc runs");
        let group = i32::try_from(child.id()).expect("an id");
        // It is killed once it has come so far.
        let mut seen = 0;
        while seen < round && child.try_wait().expect("waits").is_none() {
            seen = fs::read_dir(store.join(".incoming-p")).map_or(seen, Iterator::count);
        }
        if child.try_wait().expect("waits").is_none() {
            // With its tool, at once: else it could start that one meanwhile.
            kill(-group, libc::SIGKILL);
        }
        child.wait().expect("ends");
        let lock = fs::File::open(store.join(".lock")).expect("a lock file");
        lock.lock().expect("nobody installs any more");
        let files = tree(&store.join("p"));
        assert!(whole(&files), "{files:?}");
    }
    env.alc(["pkg", "install", "c2", "--force"]).ok();
    let left: Vec<_> = fs::read_dir(&store).expect("reads").flatten().collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_store_that_cannot_be_written_says_so() {
    let env = TestEnv::new();
    collection(&env);
    env.alc(["pkg", "install", "col", "a"]).ok();
    let store = env.home().join("packages");
    let set = |mode| fs::set_permissions(&store, fs::Permissions::from_mode(mode)).expect("sets");
    let before = tree(env.home());
    set(0o500);
    if let Some(ran) = env.alc_of_a_user(["pkg", "install", "col", "b"]) {
        assert_ne!(ran.code, Some(0));
        assert!(ran.stderr.contains("ermission denied"), "{ran:?}");
    }
    if let Some(ran) = env.alc_of_a_user(["pkg", "remove", "a"]) {
        ran.fails(77, "not_permitted");
    }
    if let Some(ran) = env.alc_of_a_user(["pkg", "list", "-q"]) {
        assert_eq!(ran.ok(), "a");
    }
    set(0o700);
    assert_eq!(tree(env.home()), before);
    fs::set_permissions(env.home(), fs::Permissions::from_mode(0o755)).expect("sets");
    let refused = env.alc(["pkg", "install", "col"]).fails(77, "not_permitted");
    assert!(refused.contains("hint: chmod 700 "), "{refused}");
}

#[test]
fn two_thousand_packages_are_listed() {
    let env = TestEnv::new();
    let source = package("1");
    for n in 0..2000 {
        write(&env, &[(&format!("col/p{n}/init.lua"), &source)]);
    }
    assert_eq!(env.alc(["pkg", "install", "col"]).ok().lines().count(), 2000);
    let lines = env.json(["pkg", "list"]);
    assert_eq!(lines.len(), 2000);
    assert!(lines.iter().all(|line| line["kind"] == "runnable" && line["active"] == true));
    assert_eq!(env.alc(["pkg", "doctor"]).ok(), "");
}
