//! The daemon's program, and what only it can look at: Lua and the journal.

use alc_ipc::{ClientError, Examined, Failure, Home, JournalFacts, Request, Response};

use super::Finding;
use crate::{environment::Environment, error::CliError, launch, tool};

const OURS: &str = env!("CARGO_PKG_VERSION");
/// What brings both programs, of one version.
const INSTALL: &str = "cargo install --force alc";

pub(super) fn examine(environment: &Environment, home: &Home, owned: bool) -> Vec<Finding> {
    let asked = tool::ask("doctor", Request::Examine { owned }, environment);
    let answer = asked.and_then(|response| match response {
        Response::Examined(examined) => Ok(examined),
        _ => Err(CliError::from(ClientError::Confused)),
    });
    let Examined { version, ordered, journal } = match answer {
        Ok(examined) => examined,
        Err(error) => {
            return vec![Finding::mend("program", error.message(), INSTALL.to_owned())];
        }
    };
    let program = launch::program(environment);
    let program = program.to_string_lossy();
    vec![
        if version == OURS {
            Finding::sound("program", format!("{program} is alcd {version}"))
        } else {
            let message = format!("{program} is alcd {version}, and this is alc {OURS}");
            Finding::mend("program", message, INSTALL.to_owned())
        },
        if ordered {
            Finding::sound("lua", "it does the same in every process")
        } else {
            let message =
                "it visits tables in an order of its own, so that nothing can be replayed";
            Finding::mend("lua", message, INSTALL.to_owned())
        },
        self::journal(journal, home),
    ]
}

fn journal(journal: Option<Result<JournalFacts, Failure>>, home: &Home) -> Finding {
    let path = home.journal();
    let path = path.display();
    match journal {
        None => Finding::sound("journal", "there is none yet"),
        Some(Ok(JournalFacts { sessions, bytes, problems })) => match &problems[..] {
            [] => {
                let message =
                    format!("{sessions} sessions in {} KiB, all of it sound", bytes >> 10);
                Finding::sound("journal", message)
            }
            [(first, mend), more @ ..] => {
                let more = match more.len() {
                    0 => String::new(),
                    more => format!(", and {more} more"),
                };
                let mend = mend.clone().unwrap_or_else(|| {
                    format!("sqlite3 {path} .recover | sqlite3 {path}.recovered")
                });
                Finding::mend("journal", format!("{path} is damaged: {first}{more}"), mend)
            }
        },
        Some(Err(Failure { message, hint, .. })) => Finding::mend("journal", message, hint),
    }
}
