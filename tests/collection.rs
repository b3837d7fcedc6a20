//! A collection of packages, and what tests do with folders of packages.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use crate::env::{Ran, TestEnv};

/// Writes files below the test's folder.
pub(crate) fn write(env: &TestEnv, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = env.folder().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("creates");
        fs::write(path, text).expect("writes");
    }
}

pub(crate) fn read(env: &TestEnv, path: &str) -> String {
    fs::read_to_string(env.folder().join(path)).expect("reads")
}

/// A package of this version.
pub(crate) fn package(version: &str) -> String {
    format!(
        "return {{ meta = {{ version = '{version}' }}, run = function(ctx) return '{version}' end }}"
    )
}

/// A collection of two packages, with a scenario and a card.
pub(crate) fn collection(env: &TestEnv) {
    let (a, b) = (package("1.0"), package("2.0"));
    write(
        env,
        &[
            ("col/a/init.lua", &a),
            ("col/a/deep/part.lua", "return 1"),
            ("col/a/spec/a_spec.lua", ""),
            ("col/a/.git/config", "secret"),
            ("col/a/cards/a_1.toml", "schema_version = 'card/v0'"),
            ("col/a/cards/a_1.samples.jsonl", "{}\n"),
            ("col/a/cards/bad.toml", "= ="),
            ("col/b/init.lua", &b),
            ("col/docs/README.md", ""),
            ("col/1st/init.lua", "return {}"),
            ("col/scenarios/quiz.lua", "return {}"),
        ],
    );
}

/// Runs `alc` from a folder below the test's.
pub(crate) fn at<'a>(env: &TestEnv, folder: &str, words: impl IntoIterator<Item = &'a str>) -> Ran {
    let mut command = env.command(words);
    Ran::new(command.current_dir(env.folder().join(folder)).output().expect("alc runs"))
}

/// Runs git on a folder of the test's.
#[track_caller]
pub(crate) fn git(folder: &Path, words: &[&str]) -> String {
    let mut command = Command::new("git");
    command.current_dir(folder).args(["-c", "user.name=t", "-c", "user.email=t@example.org"]);
    command.args(["-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"]).args(words);
    Ran::new(command.env("GIT_CONFIG_GLOBAL", "/dev/null").output().expect("git runs")).ok()
}

/// Makes a folder of the test's a repository with one commit.
pub(crate) fn repository(env: &TestEnv, folder: &str) -> String {
    let folder = env.folder().join(folder);
    git(&folder, &["init", "--quiet"]);
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "--message", "one"]);
    format!("file://{}", folder.display())
}

/// What is below a folder, links as what they lead to: every file's text by its path.
pub(crate) fn tree(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(folder).expect("is below").display().to_string();
            if path.is_symlink() {
                files.insert(name, format!("-> {}", path.read_link().expect("a link").display()));
            } else if path.is_dir() {
                waiting.push(path);
            } else {
                files.insert(name, fs::read_to_string(path).expect("reads"));
            }
        }
    }
    files
}
