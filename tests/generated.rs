//! The files that are made of the code: they are fresh, shells and `man` take them, and what
//! `--json` prints is what the schemas say.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::{
    env::{Ran, TestEnv},
    schemas,
};

const AGAIN: &str = "ALC_GENERATE=1 cargo test --test e2e generated";
/// The folders in which there is nothing else.
const FOLDERS: [&str; 3] = ["shell-completions", "man", "docs/schema"];

/// Makes all of them below a folder.
fn make(root: &Path) {
    for file in alc_cli::generated::files() {
        let path = root.join(&file.path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("creates");
        fs::write(path, &file.text).expect("writes");
    }
}

/// A folder of the test's own with all of them.
fn made() -> TestEnv {
    let env = TestEnv::new();
    make(env.folder());
    env
}

/// What is in a folder, by name.
fn files(folder: &Path) -> BTreeMap<String, PathBuf> {
    let files = fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file"));
    files.map(|file| (file.file_name().to_string_lossy().into_owned(), file.path())).collect()
}

#[test]
fn every_generated_file_is_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let generated = alc_cli::generated::files();
    let again = std::env::var_os("ALC_GENERATE").is_some();
    if again {
        make(root);
    }
    for file in &generated {
        let text = fs::read_to_string(root.join(&file.path)).unwrap_or_default();
        // Git may give text files other line ends.
        let fresh = text.replace("\r\n", "\n") == file.text;
        assert!(fresh, "{} is stale; make it again with: {AGAIN}", file.path);
    }
    for folder in FOLDERS {
        for (name, path) in files(&root.join(folder)) {
            let name = format!("{folder}/{name}");
            let is_made = generated.iter().any(|file| file.path == name);
            if again && !is_made {
                fs::remove_file(path).expect("removes");
            } else {
                assert!(is_made, "nothing makes {name}; remove it with: {AGAIN}");
            }
        }
    }
}

#[test]
fn alc_prints_what_is_in_the_files() {
    let env = made();
    let file = |name: &str| fs::read_to_string(env.folder().join(name)).expect("reads");
    for (shell, name) in [
        ("bash", "alc.bash"),
        ("zsh", "_alc"),
        ("fish", "alc.fish"),
        ("powershell", "_alc.ps1"),
        ("elvish", "alc.elv"),
    ] {
        let script = env.alc(["completions", shell]);
        assert_eq!(script.code, Some(0), "{shell}");
        assert_eq!(script.stdout, file(&format!("shell-completions/{name}")), "{shell}");
    }
    assert_eq!(env.alc(["man"]).stdout, file("man/alc.1"));
    let folder = env.folder().join("a/b");
    let told = env.alc(["man", "--dir", &folder.display().to_string()]).ok();
    let written = files(&folder);
    assert!(written.keys().eq(files(&env.folder().join("man")).keys()), "{written:?}");
    assert!(told.lines().map(PathBuf::from).collect::<BTreeSet<_>>().iter().eq(written.values()));
    for (name, path) in written {
        assert_eq!(
            fs::read_to_string(path).expect("reads"),
            file(&format!("man/{name}")),
            "{name}"
        );
    }
    assert!(!env.home().exists(), "no daemon was looked for");
}

#[test]
fn what_cannot_be_printed_or_written_says_why() {
    let env = TestEnv::new();
    let refused = env.alc(["completions", "tcsh"]).fails(2, "usage");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(refused.contains(shell), "{refused}");
    }
    let file = env.file("file", "");
    env.alc(["man", "--dir", &file.display().to_string()]).fails(73, "cannot_write");
    env.alc(["help", "bogus"]).fails(2, "usage");
    env.alc(["help", "daemon", "bogus"]).fails(2, "usage");
}

#[test]
fn help_explains_commands_and_exit_codes() {
    let env = TestEnv::new();
    for verb in [&[][..], &["spawn"], &["daemon", "stop"]] {
        let help = env.alc(["help"].iter().chain(verb).copied()).ok();
        assert_eq!(help, env.alc(verb.iter().copied().chain(["--help"])).ok());
    }
    let table = env.alc(["help", "exit-codes"]).ok();
    let codes: Vec<_> = table.lines().filter_map(|line| line.split_whitespace().next()).collect();
    for code in ["0", "1", "2", "3", "4", "5", "7", "8", "69", "75", "124", "128+n"] {
        assert!(codes.contains(&code), "{table}");
    }
    let json = &env.json(["help", "exit-codes"])[0];
    assert_eq!(json["verbs"]["state"][0]["code"], 0, "{json}");
    assert!(!env.home().exists(), "no daemon was looked for");
}

const TALKATIVE: &str = "\
print('hi')
local q = {system = 's', max_tokens = 9, role = 'r', grounded = true, underspecified = true}
local a = alc.llm('a', q)
local t = alc.llm_batch({{prompt = 'b'}, {prompt = 'c', cache_breakpoint = 'x'}})
return {a = a, t = t}";

/// Runs the commands about `alc` and its daemon.
fn run_what_is_about_no_session(run: &mut impl FnMut(&[&str], &str) -> String, env: &TestEnv) {
    run(&["spawn", "-e", "no lua"], "");
    run(&["spawn", "-e", "return", "--check"], "");
    run(&["bogus"], "");
    run(&["config", "show"], "");
    run(&["doctor"], "");
    run(&["daemon", "status"], "");
    run(&["version"], "");
    run(&["daemon", "restart"], "");
    run(&["daemon", "stop", "--force"], "");
    run(&["daemon", "status"], "");
    run(&["daemon", "log"], "");
    run(&["help", "exit-codes"], "");
    run(&["help", "spawn"], "");
    run(&["completions", "bash"], "");
    run(&["man"], "");
    run(&["man", "--dir", &env.folder().join("man").display().to_string()], "");
    run_what_the_stores_have(run);
}

/// Runs the verbs about cards and values.
fn run_what_the_stores_have(run: &mut impl FnMut(&[&str], &str) -> String) {
    let source = "for n, id in ipairs({'a', 'b'}) do
        alc.card.create{pkg = {name = 'p'}, card_id = id, model = {id = 'm'}, scenario = {name = 's'},
          stats = {pass_rate = 0.5}, metadata = {prior_card_id = 'a', prior_relation = 'r'}}
        alc.card.write_samples(id, {{score = n}, {score = 2 * n}}) end";
    run(&["spawn", "--wait", "-e", source], "");
    for words in [
        &["card", "list"][..],
        &["card", "show", "a"],
        &["card", "samples", "a"],
        &["card", "lineage", "b"],
        &["card", "compare", "a", "b"],
        &["card", "alias", "best", "a", "--pkg", "p", "--note", "n"],
        &["card", "alias"],
        &["kv", "set", "f:k", r#"{"data":{"x":1,"completed_steps":["s"]}}"#, "--as-json"],
        &["kv", "get", "f:k"],
        &["kv", "list"],
        &["kv", "reset", "f:k", "--field", "x", "--step", "s"],
        &["kv", "delete", "f:k"],
    ] {
        assert_ne!(run(words, ""), "", "{words:?}");
    }
}

/// Runs the commands about packages and about what is said of them.
fn run_what_is_about_packages(run: &mut impl FnMut(&[&str], &str) -> String, env: &TestEnv) {
    let package = env.home().join("packages/cot");
    fs::create_dir_all(&package).expect("creates");
    let source =
        "return { meta = { name = 'cot', tags = { 'a' } }, spec = { entries = { run = {} } } }";
    fs::write(package.join("init.lua"), source).expect("writes");
    env.file("alc.local.toml", "[packages]\ngone = { path = 'gone' }");
    env.file("alc.toml", "");
    run(&["pkg", "list"], "");
    run(&["pkg", "show", "cot"], "");
    let folder = |path: &str| env.folder().join(path).display().to_string();
    let dir = ["--dir", &folder("col")];
    run(&["pkg", "new", "mine", dir[0], dir[1]], "");
    run(&["pkg", "types", dir[0], dir[1]], "");
    run(&["pkg", "types"], "");
    run(&["pkg", "install", &folder("col")], "");
    run(&["pkg", "link", &folder("col"), "--force"], "");
    run(&["pkg", "unlink", "mine", "none"], "");
    run(&["pkg", "remove", "mine", "--scope", "project"], "");
    run(&["pkg", "update"], "");
    run(&["pkg", "doctor"], "");
    env.file("quiz.lua", "return {}");
    run(&["scenario", "install", &folder("quiz.lua")], "");
    run(&["scenario", "list"], "");
    run(&["scenario", "show", "quiz"], "");
    run(&["pkg", "test", "-"], "lust.it('a', error) lust.it('b', function() end)");
    run_evaluations(run, env);
}

/// Runs the commands about evaluations.
fn run_evaluations(run: &mut impl FnMut(&[&str], &str) -> String, env: &TestEnv) {
    let package = env.home().join("packages/four");
    fs::create_dir_all(&package).expect("creates");
    let strategy = "return {run = function() return '4' end}";
    fs::write(package.join("init.lua"), strategy).expect("writes");
    let scenario = "return {cases = {{input = '2+2?', expected = '4'}, {input = 'x'}}}";
    run(&["eval", "-e", scenario, "four", "--wait"], "");
    run(&["result", "@"], "");
    let listed: Value = serde_json::from_str(&run(&["evals", "list"], "")).expect("JSON");
    let id = listed["eval_id"].as_str().expect("an id");
    run(&["evals", "show", id], "");
    run(&["evals", "compare", id, id], "");
    run(&["evals", "show", "none"], "");
}

#[test]
fn what_json_prints_is_what_the_schemas_say() {
    let env = made();
    let mut seen = BTreeSet::new();
    let mut run = |words: &[&str], input: &str| {
        let words: Vec<_> = words.iter().copied().chain(["--json"]).collect();
        let Ran { stdout, stderr, .. } = env.alc_with(words, input);
        seen.extend(schemas::check(&stdout));
        seen.extend(schemas::check(&stderr));
        stdout
    };
    run(&["state", "@"], "");
    let spawned = run(&["spawn", "-", "--name", "talk", "-l", "a=b"], TALKATIVE);
    let spawned: Value = serde_json::from_str(&spawned).expect("JSON");
    let id = spawned["id"].as_str().expect("an id");
    run(&["prompt", id], "");
    run(&["state", id], "");
    run(&["resume", id, "-"], "A");
    run(&["prompt", "--all", id], "");
    run(&["list"], "");
    run(&["result", id], "");
    run(&["wait", id], "");
    let usage = r#""usage":{"prompt_tokens":7}"#;
    let answers: Vec<_> =
        (2..=3).map(|n| format!(r#"{{"query_id":"{id}.{n}","response":"x",{usage}}}"#)).collect();
    run(&["resume", id, "--batch"], &answers.join("\n"));
    run(&["result", "--wait", id], "");
    run(&["resume", &format!("{id}.1"), "other"], "");
    run(&["resume", &format!("{id}.1"), "A"], "");
    run(&["note", id, "-", "--title", "t"], "text");
    run(&["watch", id], "");
    run(&["log", id], "");
    let file = env.folder().join("x.alc").display().to_string();
    run(&["export", id, "-o", &file], "");
    run(&["import", "--new-id", &file], "");
    run(&["branch", &format!("{id}.1")], "");
    run(&["diff", id, "@"], "");
    run(&["diff", id, id], "");
    run(&["report", id, "--html", &file], "");
    run(&["report", id, "--md"], "");
    run(&["rm", id, id], "");
    run(&["spawn", "-e", "error({code = 1})"], "");
    run(&["result", "--wait", "@"], "");
    run(&["spawn", "-e", "return"], "");
    run(&["result", "--wait", "@"], "");
    run(&["spawn", "-e", "return alc.llm('?')"], "");
    run(&["prompt", "@"], "");
    run(&["wait", "@", "--for", "terminal", "--timeout", "1ms"], "");
    run(&["cancel", "@", "--reason", "why"], "");
    run(&["cancel", "@", "nobody"], "");
    run(&["result", "@"], "");
    run(&["watch", "@"], "");
    run(&["rm", "@"], "");
    run(&["gc", "--dry-run", "--older-than", "0s"], "");
    run(&["gc"], "");
    run(&["spawn", "-e", "no lua"], "");
    run(&["spawn", "-e", "return", "--check"], "");
    run_what_is_about_no_session(&mut run, &env);
    run_what_is_about_packages(&mut run, &env);
    assert_eq!(seen, schemas::all(), "a line of each type was printed");
}

/// Runs a program; `None`, and a remark, where there is none.
#[expect(clippy::print_stdout, reason = "what a machine lacks is told by the test")]
fn program<'a>(
    env: &TestEnv,
    name: &str,
    arguments: impl IntoIterator<Item = &'a str>,
) -> Option<Ran> {
    match Command::new(name).args(arguments).current_dir(env.folder()).output() {
        Ok(output) => Some(Ran::new(output)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            println!("skipped: {name}");
            None
        }
        Err(error) => panic!("{name}: {error}"),
    }
}

/// Asserts that a shell reads its script without a word.
#[track_caller]
fn reads(env: &TestEnv, shell: &str, script: &str) {
    let Some(checked) = program(env, shell, ["-n", script]) else { return };
    assert_eq!(checked.stderr, "");
    assert_eq!(checked.ok(), "");
}

#[test]
fn shells_read_their_completions() {
    let env = made();
    for (shell, script) in [("bash", "alc.bash"), ("zsh", "_alc"), ("fish", "alc.fish")] {
        reads(&env, shell, &format!("shell-completions/{script}"));
    }
}

#[test]
fn man_pages_are_sound() {
    let env = made();
    let pages = files(&env.folder().join("man"));
    let pages: Vec<_> = pages.keys().map(|name| format!("man/{name}")).collect();
    let arguments = ["-man", "-ww", "-z", "-Tutf8", "-Kutf8"].into_iter();
    let arguments = arguments.chain(pages.iter().map(String::as_str));
    if let Some(checked) = program(&env, "groff", arguments) {
        assert_eq!((checked.code, checked.stderr.as_str()), (Some(0), ""));
    }
}
