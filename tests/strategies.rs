//! The strategies of `examples/packages`, each with scripted answers: its history is what
//! `strategies/NAME.history` says, whether it runs undisturbed or its daemon is killed at every pause.
//! `ALC_GENERATE=1` writes these files.

use std::{fs, path::PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::env::TestEnv;

/// One run of a strategy.
#[derive(Deserialize)]
struct Run {
    task: String,
    ctx: Value,
    /// To its questions, in their order.
    answers: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Daemon {
    Lives,
    IsKilled,
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn alc(env: &TestEnv, words: &[&str]) -> crate::env::Ran {
    let mut command = env.command(words.iter().copied());
    command.env("ALC_PACKAGES_PATH", folder("examples/packages"));
    crate::env::Ran::new(command.output().expect("alc runs"))
}

/// Runs a strategy one time after the other in one home; the histories and results.
fn play(name: &str, runs: &[Run], daemon: Daemon) -> String {
    let env = TestEnv::new();
    let mut told = Vec::new();
    for Run { task, ctx, answers } in runs {
        let ctx = ctx.to_string();
        let id = alc(&env, &["advice", name, task, "--ctx", &ctx]).ok();
        for answer in answers {
            let query = alc(&env, &["prompt", "--id", &id]).ok();
            if daemon == Daemon::IsKilled {
                // The session sleeps in the journal until it is answered.
                env.kill_daemon();
            }
            alc(&env, &["resume", &query, answer]).ok();
        }
        let result = alc(&env, &["result", "--wait", &id]).ok();
        told.extend(env.history(&id));
        told.push(result);
    }
    told.join("\n") + "\n"
}

fn check(name: &str) {
    let runs = fs::read_to_string(folder("tests/strategies").join(format!("{name}.json")));
    let runs: Vec<Run> = serde_json::from_str(&runs.expect("reads")).expect("runs");
    let file = folder("tests/strategies").join(format!("{name}.history"));
    let undisturbed = play(name, &runs, Daemon::Lives);
    if std::env::var_os("ALC_GENERATE").is_some() {
        fs::write(&file, &undisturbed).expect("writes");
    }
    let expected = fs::read_to_string(&file).expect("ALC_GENERATE=1 makes it");
    assert_eq!(undisturbed, expected, "{name}");
    assert_eq!(play(name, &runs, Daemon::IsKilled), expected, "{name}, its daemon killed");
}

macro_rules! strategies {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            check(stringify!($name));
        })*

        #[test]
        fn each_strategy_is_played_and_every_package_has_specs_that_pass() {
            let env = TestEnv::new();
            let packages = folder("examples/packages");
            let packages = packages.to_str().expect("a path");
            env.alc(["pkg", "test", packages]).ok();
            let told = env.json(["pkg", "test", packages]);
            let mut played = vec![$(stringify!($name)),*];
            played.push("prose");
            played.sort_unstable();
            let mut tested: Vec<_> = told[0]["spec_files"]
                .as_array()
                .expect("files")
                .iter()
                .map(|file| {
                    let path = file["path"].as_str().expect("a path");
                    path[packages.len() + 1..].split('/').next().expect("a package").to_owned()
                })
                .collect();
            tested.dedup();
            assert_eq!(tested, played);
        }
    };
}

strategies! { appraise bracket council cross_check diary digest explorer lineage majority mindmap refine relay thrift triage }
