//! `alc pkg doctor`: what is wrong with packages; 1 if something is to be mended.

use alc_core::{FindingLevel, FindingView};
use alc_ipc::Act;

use crate::{
    args,
    connect::Connector,
    error::CliError,
    escape::escape,
    exit::Exit,
    manage::manage,
    output::{Output, Style},
};

pub(super) fn run(
    project: &args::Project,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let root = project.project_root.as_deref();
    let findings: Vec<FindingView> = manage(Act::Doctor, root, connector, output)?;
    if !output.json() {
        for finding in &findings {
            print(finding, output)?;
        }
        if findings.is_empty() {
            output.notice("nothing is wrong");
        }
    }
    let problem = findings.iter().any(|finding| finding.level == FindingLevel::Problem);
    Ok(if problem { Exit::Failed } else { Exit::Done })
}

/// A line for each: kind, package, what is wrong, and a command that helps.
fn print(finding: &FindingView, output: &mut Output) -> Result<(), CliError> {
    let style = match finding.level {
        FindingLevel::Problem => Style::Red,
        FindingLevel::Note => Style::Dim,
    };
    let kind = output.paint(style, finding.kind.as_str()).into_owned();
    let package = finding.package.as_deref().unwrap_or_default();
    let message = escape(&finding.message);
    if output.is_terminal() {
        output.line(&format!("{kind}  {message}"))?;
        if let Some(hint) = &finding.hint {
            output.line(&format!("  hint: {hint}"))?;
        }
    } else {
        let hint = finding.hint.as_deref().unwrap_or_default();
        output.line(&[&kind, package, &message, hint].join("\t"))?;
    }
    Ok(())
}
