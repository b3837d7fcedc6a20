//! The daemon: whether one owns the folder, answers, and is the one that belongs to this program.

use alc_ipc::{Client, ClientError, Endpoint, Home};

use super::Finding;
use crate::{connect::Connector, error::CliError, launch, service::Service};

const OURS: &str = env!("CARGO_PKG_VERSION");

/// Whether somebody holds the folder's lock.
pub(super) fn is_owned(home: &Home) -> bool {
    let lock = launch::existing(&home.lock()).ok().flatten();
    lock.is_some_and(|lock| lock.try_lock().is_err())
}

pub(super) fn examine(connector: &Connector, owned: bool) -> Vec<Finding> {
    let home = connector.home();
    let mut findings = vec![match connector.running() {
        Ok(Some(client)) => version(&client),
        Ok(None) if owned => {
            Finding::mend("daemon", "it owns the folder and listens nowhere", end(home))
        }
        Ok(None) => Finding::sound("daemon", "none runs; commands that need one start it"),
        Err(error @ CliError::Client(ClientError::Silent)) => {
            Finding::mend("daemon", error.message(), end(home))
        }
        Err(error) => Finding::of("daemon", &error),
    }];
    if owned {
        findings.extend(socket(home));
    }
    #[cfg(unix)]
    findings.push(unix::descriptors());
    findings.extend(service(connector));
    findings
}

fn version(client: &Client) -> Finding {
    let theirs = client.daemon();
    let message = format!("alcd {} answers as process {}", theirs.build, theirs.process);
    if theirs.build == OURS {
        Finding::sound("daemon", message)
    } else {
        let message = format!("{message}, and this is alc {OURS}");
        Finding::mend("daemon", message, "alc daemon restart".to_owned())
    }
}

/// Whether what is installed starts this program, and also for a user who is not logged in.
fn service(connector: &Connector) -> Option<Finding> {
    let service = Service::new(connector.home(), connector.environment()).ok()?;
    let shown = service.file.display();
    Some(if !service.is_installed()? {
        let message = format!("{shown} starts another program, or for another data folder");
        Finding::mend("service", message, "alc daemon install".to_owned())
    } else if service.lingers == Some(false) {
        let message = "what is installed ends when you log out";
        Finding::mend("service", message, "loginctl enable-linger".to_owned())
    } else {
        Finding::sound("service", format!("{shown} starts the daemon"))
    })
}

/// The command that ends a daemon which does not answer.
fn end(home: &Home) -> Option<String> {
    cfg!(unix).then(|| format!("fuser -k {}", home.lock().display()))
}

/// Where it listens, and that nobody else gets in there.
fn socket(home: &Home) -> Option<Finding> {
    let endpoint = Endpoint::read(home).ok()??;
    let shown = endpoint.address().display();
    #[cfg(unix)]
    if unix::is_open(endpoint.address()) {
        let message = format!("others may connect to {shown}");
        return Some(Finding::mend("socket", message, format!("chmod 600 {shown}")));
    }
    Some(Finding::sound("socket", shown.to_string()))
}

#[cfg(unix)]
mod unix {
    use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

    use rustix::process::{Resource, getrlimit};

    use super::Finding;

    /// A client takes one descriptor, a script that has a file open another one.
    const ENOUGH: u64 = 256;

    pub(super) fn is_open(socket: &Path) -> bool {
        fs::metadata(socket).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
    }

    /// How many files a daemon may open that is started from here.
    pub(super) fn descriptors() -> Finding {
        match getrlimit(Resource::Nofile).current {
            Some(most) if most < ENOUGH => {
                let message = format!("a daemon that is started here may open only {most} files");
                Finding::mend("limits", message, "ulimit -n 1024".to_owned())
            }
            Some(most) => Finding::sound("limits", format!("{most} open files")),
            None => Finding::sound("limits", "as many open files as there is room for"),
        }
    }
}
