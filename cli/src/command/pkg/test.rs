//! `alc pkg test`: runs the specs of packages and says which tests failed.

use std::time::Duration;

use alc_core::{SpecFileView, SpecsView};
use alc_ipc::{Act, ClientError, RunSpecs, SpecTarget};

use crate::{
    args,
    connect::Connector,
    error::CliError,
    escape::escape,
    exit::Exit,
    input::{InputError, Value},
    manage::manage,
    output::{Output, OutputError, Style},
};

pub(super) fn run(
    args: args::PkgTest,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let args::PkgTest { targets, filter, spec_dir, paths, timeout, project } = args;
    if targets.iter().filter(|target| *target == "-").count() > 1 {
        return Err(InputError::StdinTwice.into());
    }
    let specs = RunSpecs {
        targets: targets.into_iter().map(target).collect::<Result<_, _>>()?,
        filter,
        spec_dir,
        paths: paths.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
        limit: u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX),
    };
    let mut views: Vec<SpecsView> =
        manage(Act::Test(specs), project.project_root.as_deref(), connector, output)?;
    let view = views.pop().ok_or(ClientError::Confused)?;
    if !output.json() {
        print(&view, output)?;
    }
    Ok(if view.failed == 0 { Exit::Done } else { Exit::Failed })
}

fn target(target: String) -> Result<SpecTarget, InputError> {
    if target == "-" {
        Value::Stdin.read("the spec").map(SpecTarget::Source)
    } else {
        Ok(SpecTarget::Named(target))
    }
}

fn print(view: &SpecsView, output: &mut Output) -> Result<(), OutputError> {
    for warning in &view.search_path_warnings {
        output.notice(&format!("warning: {warning}"));
    }
    for file in view.spec_files.iter().filter(|file| file.failed > 0) {
        print_failures(file, output)?;
    }
    let files = view.spec_files.len();
    let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
    let took = Duration::from_millis(view.duration_ms).as_secs_f64();
    let (failed, style) = match view.failed {
        0 => (String::new(), Style::Green),
        count => (format!(", {count} failed"), Style::Red),
    };
    let counts = format!("{} passed{failed}", view.passed);
    let counts = output.paint(style, &counts).into_owned();
    output.line(&format!("{counts} in {files} ({took:.2} s)"))
}

fn print_failures(file: &SpecFileView, output: &mut Output) -> Result<(), OutputError> {
    let label = output.paint(Style::Red, "FAILED").into_owned();
    output.line(&format!("{label} {}", escape(&file.path)))?;
    for test in file.tests.iter().filter(|test| !test.passed) {
        let name = match test.suite.as_str() {
            "" => escape(&test.name),
            suite => format!("{} > {}", escape(suite), escape(&test.name)),
        };
        let name = output.paint(Style::Bold, &name).into_owned();
        output.line(&format!("  {name}"))?;
        for line in test.error.as_deref().unwrap_or_default().lines() {
            output.line(&format!("    {}", escape(line)))?;
        }
    }
    output.line("")
}
