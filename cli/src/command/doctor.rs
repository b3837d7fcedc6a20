//! `alc doctor`: finds what is wrong, and the command that mends it. It changes nothing and starts
//! nothing.

mod daemon;
mod folder;
mod hooks;
mod program;

use crate::{
    connect::Connector,
    error::CliError,
    escape::escape,
    exit::Exit,
    json::FindingLine,
    output::{Output, OutputError, Style},
};

/// What was found out about one thing.
#[derive(Debug)]
struct Finding {
    subject: &'static str,
    sound: bool,
    message: String,
    /// The command that mends it.
    hint: Option<String>,
}

impl Finding {
    /// Nothing is to be mended.
    fn sound(subject: &'static str, message: impl Into<String>) -> Self {
        Self { subject, sound: true, message: message.into(), hint: None }
    }

    /// Something is, perhaps by a command.
    fn mend(
        subject: &'static str,
        message: impl Into<String>,
        hint: impl Into<Option<String>>,
    ) -> Self {
        Self { subject, sound: false, message: message.into(), hint: hint.into() }
    }

    /// What an error says.
    fn of(subject: &'static str, error: &CliError) -> Self {
        Self::mend(subject, error.message(), error.hint())
    }
}

pub(super) fn run(connector: &Connector, output: &mut Output) -> Result<Exit, CliError> {
    let home = connector.home();
    let mut exit = Exit::Done;
    let mut tell = |finding: Finding| {
        if !finding.sound {
            exit = Exit::Failed;
        }
        print(&finding, output)
    };
    for finding in folder::examine(home) {
        tell(finding)?;
    }
    let owned = daemon::is_owned(home);
    for finding in daemon::examine(connector, owned) {
        tell(finding)?;
    }
    for finding in hooks::examine(home) {
        tell(finding)?;
    }
    for finding in program::examine(connector.environment(), home, owned) {
        tell(finding)?;
    }
    Ok(exit)
}

/// At once, since a long journal takes its time.
fn print(finding: &Finding, output: &mut Output) -> Result<(), OutputError> {
    let Finding { subject, sound, message, hint } = finding;
    let verdict = if *sound { "ok" } else { "mend" };
    if output.json() {
        output.object(&FindingLine::new(subject, verdict, message, hint.as_deref()))?;
    } else if output.is_terminal() {
        let style = if *sound { Style::Green } else { Style::Red };
        let verdict = output.paint(style, &format!("{verdict:<4}")).into_owned();
        output.line(&format!("{verdict}  {subject:<8}  {}", escape(message)))?;
        if let Some(hint) = hint {
            output.line(&format!("{:16}{hint}", ""))?;
        }
    } else {
        let hint = escape(hint.as_deref().unwrap_or_default());
        output.line(&format!("{verdict}\t{subject}\t{}\t{hint}", escape(message)))?;
    }
    output.flush()
}
