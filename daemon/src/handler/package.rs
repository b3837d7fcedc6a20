//! Packages and scenarios, as people manage them.

use std::io;

use alc_core::Caller;
use alc_ipc::{Act, ErrorCode, Failure, FolderError, Home, Install, Json, Link, Manage, Response};
use serde::Serialize;

use super::failure::{self, invalid};
use crate::{
    cause::chain,
    manage::{self, GitError, Listing, ManageError, ManifestError, scenarios},
};

/// Does it.
pub(crate) async fn manage(request: Manage, home: &Home) -> Result<Response, Failure> {
    let Manage { caller, act } = request;
    let home = home.path();
    match act {
        Act::List => listed(manage::list(&caller, home).await?),
        Act::Show(name) => listed(manage::show(&name, &caller, home).await?),
        Act::Install(install) => one(manage::install(wanted(install), &caller, home).await?),
        Act::Link(link) => one(manage::link(&linked(link), &caller, home)?),
        Act::Unlink { name, scope } => {
            one((manage::unlink(&name, scope, &caller, home)?, Vec::new()))
        }
        Act::Remove { name, scope } => {
            one((manage::remove(&name, scope, &caller, home)?, Vec::new()))
        }
        Act::Update => one(manage::update(&caller, home).await?),
        Act::Doctor => report(&manage::doctor(&caller, home).await?, Vec::new()),
        Act::ListScenarios => report(&scenarios::list(home)?, Vec::new()),
        Act::ShowScenario(name) => one((scenarios::show(&name, home)?, Vec::new())),
        Act::InstallScenarios { source, force } => install_scenarios(&source, force, &caller, home),
        Act::Test(specs) => one((manage::test(specs, &caller, home).await?, Vec::new())),
    }
}

/// Whoever asks the daemon for this has mistaken it for the tool.
pub(super) fn not_here() -> Failure {
    invalid("packages are managed by `alcd tool package`".to_owned())
}

fn install_scenarios(
    source: &str,
    force: bool,
    caller: &Caller,
    home: &std::path::Path,
) -> Result<Response, Failure> {
    one((scenarios::install(source, force, caller, home)?, Vec::new()))
}

fn wanted(install: Install) -> manage::Install {
    let Install { source, rev, only, force } = install;
    manage::Install { source, rev, only, force }
}

fn linked(link: Link) -> manage::Link {
    let Link { folder, name, scope, force } = link;
    manage::Link { folder, name, scope, force }
}

fn listed(listing: Listing) -> Result<Response, Failure> {
    report(&listing.packages, listing.warnings)
}

fn one<T: Serialize>((view, warnings): (T, Vec<String>)) -> Result<Response, Failure> {
    report(&[view], warnings)
}

fn report<T: Serialize>(views: &[T], warnings: Vec<String>) -> Result<Response, Failure> {
    let lines: Result<Vec<Json>, Failure> = views.iter().map(failure::json).collect();
    Ok(Response::Report { lines: lines?, warnings })
}

impl From<ManageError> for Failure {
    fn from(error: ManageError) -> Self {
        let (code, hint) = match &error {
            ManageError::Unknown(_) => (ErrorCode::NotFound, Some("alc pkg list".to_owned())),
            ManageError::NoScenario(_) => {
                (ErrorCode::NotFound, Some("alc scenario list".to_owned()))
            }
            ManageError::NoSpecs => (ErrorCode::NotFound, Some("alc pkg test --help".to_owned())),
            ManageError::NoCollection(folder) => {
                let one = folder.join("init.lua").is_file();
                let hint = one.then(|| format!("alc pkg link {}", folder.display()));
                (ErrorCode::Invalid, hint)
            }
            ManageError::BadName(_)
            | ManageError::NoProject
            | ManageError::NoSource(_)
            | ManageError::NoPackage(_)
            | ManageError::NoScenarios(_) => (ErrorCode::Invalid, None),
            ManageError::NoLink(name) => {
                (ErrorCode::InTheWay, Some(format!("alc pkg remove {name}")))
            }
            ManageError::IsLink(name) => {
                (ErrorCode::InTheWay, Some(format!("alc pkg unlink {name}")))
            }
            ManageError::Git(GitError::Folder(error))
            | ManageError::Manifest(ManifestError::Read(_, error))
            | ManageError::File(_, error) => (of_file(error), None),
            ManageError::NotInCollection(_) | ManageError::Git(_) | ManageError::NoPath(_) => {
                (ErrorCode::NotFound, None)
            }
            ManageError::NotATable(_) | ManageError::Project(_) => (ErrorCode::Damaged, None),
            ManageError::Manifest(ManifestError::Damaged(path, _)) => {
                // Packages stay where they are; only where they came from is forgotten.
                let path = path.display();
                (ErrorCode::Damaged, Some(format!("mv {path} {path}.damaged")))
            }
            ManageError::Folder(FolderError::Unusable { source, .. }) => (of_file(source), None),
            ManageError::Folder(error) => (ErrorCode::NotPermitted, error.hint()),
            ManageError::Threads(_) | ManageError::Scratch(_) => (ErrorCode::Unavailable, None),
        };
        Self { code, message: chain(&error), hint }
    }
}

fn of_file(error: &io::Error) -> ErrorCode {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            ErrorCode::NotPermitted
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
        _ => ErrorCode::Unavailable,
    }
}
