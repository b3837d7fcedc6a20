//! Packages that are linked and removed, what a project says of them, and what is wrong with them.

use std::{fs, os::unix::fs::symlink};

use serde_json::{Value, json};

use crate::{
    collection::{at, collection, package, read, write},
    env::{Ran, TestEnv},
};

#[test]
fn a_link_stays_where_it_is_until_it_is_taken_away() {
    let env = TestEnv::new();
    collection(&env);
    fs::remove_dir_all(env.folder().join("col/1st")).expect("removes");
    env.alc(["pkg", "install", "col", "b"]).ok();
    let refused = env.alc(["pkg", "link", "col"]);
    assert_eq!(refused.stdout, "a\n");
    assert_eq!(refused.code, Some(5));
    assert!(refused.stderr.contains("`b` is installed; --force replaces it [in_the_way]"));
    let linked = &env.json(["pkg", "link", "col", "--force"])[0];
    assert_eq!((&linked["linked"], &linked["scope"]), (&json!(["a", "b"]), &"global".into()));
    assert!(!read(&env, "home/installed.json").contains("\"b\""));
    let skipped = &env.json(["pkg", "install", "col", "--force"])[0];
    assert_eq!(skipped["skipped_symlinks"], json!(["a", "b"]));
    write(&env, &[("col/a/init.lua", &package("9"))]);
    assert!(env.alc(["pkg", "show", "a"]).ok().contains("version=9"));
    let refused = env.alc(["pkg", "remove", "a"]).fails(5, "in_the_way");
    assert!(refused.contains("hint: alc pkg unlink a"), "{refused}");
    assert_eq!(env.alc(["pkg", "unlink", "a", "b"]).ok(), "a\nb");
    assert_eq!(read(&env, "col/a/init.lua"), package("9"), "what it led to stays");
    env.alc(["pkg", "unlink", "a"]).fails(4, "not_found");
    env.alc(["pkg", "install", "col", "a"]).ok();
    let refused = env.alc(["pkg", "unlink", "a"]).fails(5, "in_the_way");
    assert!(refused.contains("is not a symlink"), "{refused}");
    for name in ["../col", "..", "a/b", ""] {
        env.alc(["pkg", "unlink", name]).fails(2, "invalid");
        env.alc(["pkg", "remove", name]).fails(2, "invalid");
    }
    assert_eq!(env.alc(["pkg", "link", "col/a", "--name", "other"]).ok(), "other");
    assert_eq!(env.alc(["pkg", "link", "col/b", "--force"]).ok(), "b");
    assert_eq!(env.alc(["pkg", "list", "-q"]).ok(), "a\nb\nother");
    assert_eq!(env.alc(["pkg", "remove", "a"]).ok(), "a");
    assert_eq!(env.alc(["pkg", "list", "-q"]).ok(), "b\nother");
}

#[test]
fn a_worktree_links_for_itself() {
    let env = TestEnv::new();
    collection(&env);
    env.alc(["pkg", "link", "col", "--scope", "variant"]).fails(2, "invalid");
    let local = "# mine\n[packages]\na = { path = 'old' } # kept\n";
    write(
        &env,
        &[("p/alc.toml", ""), ("p/alc.local.toml", local), ("p/own/c/init.lua", "return {}")],
    );
    let linked = at(&env, "p", ["pkg", "link", "../col", "--scope", "variant"]);
    assert!(linked.stderr.contains("in alc.local.toml already: a"), "{linked:?}");
    assert_eq!(linked.ok(), "b");
    assert_eq!(at(&env, "p", ["pkg", "link", "own", "--scope", "variant"]).ok(), "c");
    let text = read(&env, "p/alc.local.toml");
    assert!(text.starts_with(local), "{text}");
    assert!(text.contains("path = \"own/c\"") && text.contains("/col/b\""), "{text}");
    assert_eq!(at(&env, "p", ["pkg", "list", "-q"]).ok(), "b\nc");
    assert_eq!(env.alc(["pkg", "list", "-q"]).ok(), "");
    assert_eq!(
        at(&env, "p", ["pkg", "unlink", "a", "b", "c", "--scope", "variant"]).ok(),
        "a\nb\nc"
    );
    assert!(read(&env, "p/alc.local.toml").starts_with("# mine\n"));
    at(&env, "p", ["pkg", "unlink", "a", "--scope", "variant"]).fails(4, "not_found");
}

#[test]
fn a_project_is_told_and_its_comments_stay() {
    let env = TestEnv::new();
    collection(&env);
    let toml = "# ours\n[packages]\nmine = { path = 'm' } # here\n\n[env]\nallow = ['X'] # why\n";
    write(&env, &[("p/alc.toml", toml), ("p/m/init.lua", &package("0.1"))]);
    assert_eq!(at(&env, "p", ["pkg", "install", "../col"]).ok(), "a\nb");
    let text = read(&env, "p/alc.toml");
    let expected = toml.replace("# here\n", "# here\na = \"*\"\nb = \"*\"\n");
    assert_eq!(text, expected);
    let lock = read(&env, "p/alc.lock");
    let expected = "version = 1

[[package]]
name = \"mine\"
version = \"0.1\"

[package.source]
type = \"path\"
path = \"m\"

[[package]]
name = \"a\"
version = \"1.0\"

[package.source]
type = \"installed\"

[[package]]
name = \"b\"
version = \"2.0\"

[package.source]
type = \"installed\"
";
    assert_eq!(lock, expected);
    assert_eq!(at(&env, "p", ["pkg", "list", "-q"]).ok(), "mine\na\nb");
    let ran = at(&env, "p", ["pkg", "doctor"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{ran:?}");
    assert_eq!(at(&env, "p", ["pkg", "remove", "b", "--scope", "project"]).ok(), "b");
    assert!(
        !read(&env, "p/alc.toml").contains("b =") && !read(&env, "p/alc.lock").contains("\"b\"")
    );
    at(&env, "p", ["pkg", "remove", "b", "--scope", "project"]).fails(4, "not_found");
    assert!(env.home().join("packages/b/init.lua").exists());
}

#[test]
fn a_version_that_a_project_wants_is_kept() {
    let env = TestEnv::new();
    collection(&env);
    env.alc(["pkg", "install", "col"]).ok();
    write(
        &env,
        &[
            ("p/alc.toml", "[packages]\na = '1.0'\nb = '*'\n"),
            (
                "p/alc.lock",
                "# why it is so\nversion = 1\n\n# old\n[[package]]\nname = 'b'\nversion = '0'\nsource = { type = 'installed' }\n",
            ),
        ],
    );
    let updated = at(&env, "p", ["pkg", "update"]);
    assert_eq!(updated.ok(), "a\t1.0\tinstalled\nb\t2.0\tinstalled");
    let lock = read(&env, "p/alc.lock");
    assert!(lock.starts_with("# why it is so\n") && lock.contains("# old\n"), "{lock}");
    assert!(env.home().join("packages/a@1.0/init.lua").exists());
    write(&env, &[("col/a/init.lua", &package("1.1"))]);
    env.alc(["pkg", "install", "col", "--force"]).ok();
    let version = |folder: &str| {
        let id = at(&env, folder, ["advice", "a"]).ok();
        env.alc(["result", "--wait", "-r", &id]).ok()
    };
    assert_eq!((version("p"), version(".")), ("1.0".to_owned(), "1.1".to_owned()));
    write(
        &env,
        &[(
            "q/alc.toml",
            "[packages]\na = '7'\nb = '*'\nc = '*'\nd = { git = 'x' }\ne = 1\nf = { path = 'f' }\n\"../g\" = '*'\nh = '../..'\n",
        )],
    );
    let ran = at(&env, "q", ["pkg", "update"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(4), "b\t2.0\tinstalled\n"));
    for words in [
        "`a` cannot be locked: version 7 is not installed; the store has 1.1 [not_found]",
        "`c` cannot be locked: it is not installed",
        "`d` cannot be locked: git sources are not supported",
        "`e` cannot be locked: it is neither",
        "`f` cannot be locked: there is no package in f",
        "`../g` cannot be locked: it is no name",
        "`h` cannot be locked: `../..` is no version",
    ] {
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
    assert_eq!(env.alc(["pkg", "remove", "a@1.0"]).ok(), "a@1.0");
    env.alc(["pkg", "remove", "a@../b"]).fails(2, "invalid");
}

#[test]
fn files_that_are_damaged_are_refused_and_stay() {
    let env = TestEnv::new();
    collection(&env);
    for (file, text) in [
        ("alc.toml", "[packages"),
        ("alc.toml", "packages = 1"),
        ("alc.lock", "version = 2"),
        ("alc.lock", "version ="),
        ("alc.local.toml", "x = ["),
    ] {
        write(&env, &[("p/alc.toml", ""), (&format!("p/{file}"), text)]);
        for words in [
            &["pkg", "install", "../col"][..],
            &["pkg", "update"],
            &["pkg", "link", "../col", "--scope", "variant"],
            &["pkg", "remove", "a", "--scope", "project"],
        ] {
            let refused = at(&env, "p", words.iter().copied()).fails(78, "damaged");
            assert!(refused.contains(file), "{words:?}: {refused}");
        }
        assert_eq!(read(&env, &format!("p/{file}")), text);
        assert!(!env.home().exists());
        let found = at(&env, "p", ["pkg", "doctor", "--json"]);
        assert_eq!(found.code, Some(i32::from(text != "packages = 1")), "{found:?}");
        fs::remove_dir_all(env.folder().join("p")).expect("removes");
    }
}

#[test]
fn the_doctor_names_what_is_wrong_and_what_helps() {
    let env = TestEnv::new();
    collection(&env);
    env.alc(["pkg", "install", "col"]).ok();
    fs::remove_dir_all(env.folder().join("col")).expect("removes");
    write(
        &env,
        &[
            ("home/packages/broken/init.lua", "error('no luck')"),
            ("more/a/init.lua", "return {}"),
            ("p/alc.toml", "[packages]\na = '*'\nnew = '*'\nb = '*'\n"),
            (
                "p/alc.lock",
                "version = 1\n[[package]]\nname = 'a'\nversion = '0.9'\nsource = { type = 'installed' }\n[[package]]\nname = 'gone'\nsource = { type = 'path', path = 'gone' }\n",
            ),
            ("p/alc.local.toml", "[packages]\nw = { path = 'nowhere' }\n"),
        ],
    );
    symlink(env.folder().join("nowhere"), env.home().join("packages/dangling")).expect("links");
    fs::remove_dir_all(env.home().join("packages/b")).expect("removes");
    let mut command = env.command(["pkg", "doctor"]);
    command.current_dir(env.folder().join("p")).env("ALC_PACKAGES_PATH", env.folder().join("more"));
    let ran = Ran::new(command.output().expect("alc runs"));
    assert_eq!(ran.code, Some(1));
    let has = |kind: &str, package: &str, hint: &str| {
        ran.stdout.lines().any(|line| {
            let cells: Vec<_> = line.split('\t').collect();
            cells[0] == kind && cells[1] == package && cells[3] == hint
        })
    };
    for (kind, package, hint) in [
        ("does_not_load", "broken", ""),
        ("shadowed", "a", ""),
        ("broken_link", "dangling", "alc pkg unlink dangling --scope global"),
        ("broken_link", "w", "alc pkg unlink w --scope variant"),
        ("broken_link", "gone", "alc pkg remove gone --scope project"),
        ("lock_drift", "a", "alc pkg update"),
        ("lock_drift", "gone", "alc pkg update"),
        ("not_installed", "new", ""),
        ("not_installed", "b", ""),
    ] {
        assert!(has(kind, package, hint), "{kind} {package}: {}", ran.stdout);
    }
    assert_eq!(env.alc(["pkg", "unlink", "dangling"]).ok(), "dangling");
}

#[test]
fn a_new_package_runs_and_editors_know_its_types() {
    let env = TestEnv::new();
    let written = env.alc(["pkg", "new", "mine"]).ok();
    let files: Vec<_> = written.lines().collect();
    let expected =
        ["init.lua", "spec/mine_spec.lua", "README.md", "types/alc.d.lua", ".luarc.json"];
    assert_eq!(files, expected.map(|file| format!("./mine/{file}")));
    let settings: Value = serde_json::from_str(&read(&env, "mine/.luarc.json")).expect("JSON");
    assert_eq!(settings["workspace.library"], json!(["types"]));
    let types = env.alc(["pkg", "types"]);
    assert_eq!(types.stdout, read(&env, "mine/types/alc.d.lua"));
    assert!(types.stdout.starts_with("---@meta"));
    assert_eq!(env.alc(["pkg", "link", "mine"]).ok(), "mine");
    let id = env.alc(["advice", "mine", "2+2?"]).ok();
    env.alc(["wait", &id]);
    env.alc(["resume", &id, "4"]).ok();
    let result: Value =
        serde_json::from_str(&env.alc(["result", "--wait", &id]).ok()).expect("JSON");
    assert_eq!(result, json!({"task": "2+2?", "result": "4"}));
    let refused = env.alc(["pkg", "new", "mine"]).fails(5, "in_the_way");
    assert!(refused.contains("is there already"), "{refused}");
    for name in ["../mine", "1", "a b"] {
        env.alc(["pkg", "new", name]).fails(2, "usage");
    }
    write(&env, &[("else/.luarc.json", "{}")]);
    assert_eq!(env.alc(["pkg", "types", "--dir", "else"]).ok(), "else/types/alc.d.lua");
    assert_eq!(read(&env, "else/.luarc.json"), "{}");
}

#[test]
fn scenarios_are_copied_where_they_are_absent() {
    let env = TestEnv::new();
    assert_eq!(env.alc(["scenario", "list"]).ok(), "");
    write(
        &env,
        &[
            ("quiz.lua", "return { 1 }\n"),
            ("more/quiz.lua", "return { 2 }"),
            ("more/exam.lua", "return { 3 }"),
            ("more/no name.lua", "return { 4 }"),
            ("more/notes.txt", ""),
            ("empty/x", ""),
        ],
    );
    assert_eq!(env.alc(["scenario", "install", "quiz.lua"]).ok(), "quiz");
    let again = env.alc(["scenario", "install", "more"]);
    assert!(again.stderr.contains("there already; --force replaces them: quiz"), "{again:?}");
    assert_eq!(again.ok(), "exam");
    let path = env.home().join("scenarios/exam.lua");
    assert_eq!(
        env.alc(["scenario", "list"]).ok().lines().next(),
        Some(&*format!("exam\t{}", path.display()))
    );
    assert_eq!(env.alc(["scenario", "list", "-q"]).ok(), "exam\nquiz");
    assert_eq!(env.alc(["scenario", "show", "quiz"]).stdout, "return { 1 }\n");
    env.alc(["scenario", "install", "more/quiz.lua", "--force"]).ok();
    assert_eq!(env.alc(["scenario", "show", "quiz"]).stdout, "return { 2 }");
    env.alc(["scenario", "show", "none"]).fails(4, "not_found");
    env.alc(["scenario", "show", "../installed"]).fails(2, "invalid");
    env.alc(["scenario", "install", "empty"]).fails(2, "invalid");
    env.alc(["scenario", "install", "more/notes.txt"]).fails(2, "invalid");
    assert_eq!(
        env.alc(["run", "-e", "return require('scenarios.quiz')", "--", "true"]).ok(),
        "[2]"
    );
}
