//! Shell scripts that people copy: those of the repository, of its documentation and of its CI example
//! are sound, and the example does what it says.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use saphyr::{LoadableYamlNode as _, Yaml};

use crate::{
    cookbook,
    env::{Ran, TestEnv},
};

const WORKFLOW: &str = include_str!("../examples/ci/deploy.yml");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What `shellcheck` says of a script for this shell.
fn complaint(shell: &str, script: &str) -> String {
    let mut command = Command::new("shellcheck");
    command.args(["--severity=warning", "--format=gcc", "--shell", shell, "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("shellcheck runs");
    child.stdin.take().expect("a pipe").write_all(script.as_bytes()).expect("writes");
    Ran::new(child.wait_with_output().expect("ends")).stdout
}

#[test]
fn scripts_are_sound() {
    if Command::new("shellcheck").arg("--version").output().is_err() {
        println!("skipped: shellcheck");
        return;
    }
    let file = |name: &str| fs::read_to_string(root().join(name)).expect("reads");
    let mut scripts = vec![("examples/demo.sh".to_owned(), "sh", file("examples/demo.sh"))];
    for name in [".ci/run", ".ci/windows", "shell-completions/alc.bash"] {
        scripts.push((name.to_owned(), "bash", file(name)));
    }
    let recipes = cookbook::scripts().into_iter();
    scripts.extend(recipes.map(|(title, script)| (title, "sh", script)));
    let steps = steps().into_iter();
    scripts.extend(steps.map(|step| (step.name, "bash", step.script)));
    assert!(scripts.len() > 16);
    let complaints: Vec<_> = scripts
        .iter()
        .map(|(name, shell, script)| (name, complaint(shell, script)))
        .filter(|(_, complaint)| !complaint.is_empty())
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
}

/// A command of the workflow.
struct Step {
    job: String,
    name: String,
    script: String,
}

/// The workflow's commands, job by job in their order.
fn steps() -> Vec<Step> {
    let documents = Yaml::load_from_str(WORKFLOW).expect("YAML");
    let jobs = documents[0]["jobs"].as_mapping().expect("jobs");
    let of_job = |(job, what): (&Yaml<'_>, &Yaml<'_>)| {
        let job = job.as_str().expect("a name").to_owned();
        let steps = what["steps"].as_sequence().expect("steps");
        let steps = steps.iter().filter_map(move |step| {
            let script = step.as_mapping_get("run")?.as_str().expect("text").to_owned();
            let name = step["name"].as_str().expect("a name").to_owned();
            Some(Step { job: job.clone(), name, script })
        });
        steps.collect::<Vec<_>>()
    };
    jobs.iter().flat_map(of_job).collect()
}

/// A job's machine: a folder with the repository's examples, and a data folder.
fn machine(env: &TestEnv, job: &str) -> PathBuf {
    let folder = env.folder().join(job);
    fs::create_dir_all(folder.join("examples/ci")).expect("creates");
    let script = "examples/ci/approve.lua";
    fs::copy(root().join(script), folder.join(script)).expect("copies");
    folder
}

#[test]
fn one_job_asks_and_another_one_goes_on_elsewhere() {
    let env = TestEnv::new();
    let bin = Path::new(env!("CARGO_BIN_EXE_alc")).parent().expect("a folder").display();
    let path = std::env::var("PATH").expect("a path");
    let mut said = Vec::new();
    for job in ["ask", "deploy"] {
        let folder = machine(&env, job);
        if job == "deploy" {
            let [there, here] =
                ["ask", "deploy"].map(|job| env.folder().join(job).join("session.alc"));
            fs::copy(there, here).expect("copies");
        }
        let installed = |step: &Step| step.job == job && step.name != "Install alc";
        for step in steps().into_iter().filter(installed) {
            // As the runner calls it.
            let mut bash = env.program("bash");
            bash.args(["-e", "-c", &step.script]).current_dir(&folder);
            bash.env("PATH", format!("{bin}:{path}")).env("ALC_HOME", folder.join("home"));
            bash.env("VERSION", "1.4.2").env("GITHUB_STEP_SUMMARY", folder.join("summary.md"));
            let ran = Ran::new(bash.output().expect("bash runs"));
            assert_eq!(ran.code, Some(0), "{}: {ran:?}", step.name);
            said.push(ran.stdout);
        }
        let mut stop = env.command(["daemon", "stop"]);
        assert!(stop.env("ALC_HOME", folder.join("home")).status().expect("runs").success());
    }
    assert_eq!(said.last().map(String::as_str), Some("deploying\n"));
    let read = |name: &str| fs::read_to_string(env.folder().join(name)).expect("reads");
    assert_eq!(read("ask/question.txt"), "Deploy 1.4.2? yes or no");
    assert!(read("ask/summary.md").contains("Deploy 1.4.2?"));
    assert!(read("deploy/summary.md").contains("yes, approved in the environment production"));
    let documents = Yaml::load_from_str(WORKFLOW).expect("YAML");
    assert_eq!(documents[0]["jobs"]["deploy"]["needs"].as_str(), Some("ask"));
}
