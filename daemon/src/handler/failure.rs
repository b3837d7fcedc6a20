//! Our errors to the wire's failures: which code, and what to do about it.

use std::io;

use alc_core::SessionId;
use alc_ipc::{ErrorCode, Failure, FolderError, Json};
use serde::Serialize;

use crate::{
    cause::chain,
    engine::LoadError,
    environment::EnvironmentError,
    journal::{LookError, PackError, ParcelError, ReadError, WriteError},
    registry::RegistryError,
    session::{Rejected, SpawnError},
    store::{CardError, StateError},
};

/// The JSON text of a view.
pub(super) fn json<T: Serialize>(view: &T) -> Result<Json, Failure> {
    serde_json::to_string(view).map(Json).map_err(|error| Failure {
        code: ErrorCode::Internal,
        message: format!("cannot write JSON: {error}"),
        hint: None,
    })
}

/// The request cannot mean anything.
pub(crate) fn invalid(message: String) -> Failure {
    Failure { code: ErrorCode::Invalid, message, hint: None }
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        let (code, hint) = match &error {
            RegistryError::UnknownStrategy(_) => {
                (ErrorCode::UnknownStrategy, Some("alc pkg list".to_owned()))
            }
            RegistryError::BrokenLink(_) => {
                (ErrorCode::UnknownStrategy, Some("alc pkg doctor".to_owned()))
            }
            RegistryError::UnknownScenario(name) => {
                (ErrorCode::UnknownScenario, Some(format!("alc eval ./{name}.lua STRATEGY")))
            }
            RegistryError::Context(_) => (ErrorCode::Invalid, None),
            RegistryError::Scenario(..) | RegistryError::Project(_) | RegistryError::Package(_) => {
                (ErrorCode::DoesNotLoad, None)
            }
            RegistryError::NotFound(_) => (ErrorCode::NotFound, Some("alc list".to_owned())),
            RegistryError::Ambiguous(_) => (ErrorCode::Ambiguous, Some("alc list".to_owned())),
            RegistryError::NothingAsked(id) => {
                (ErrorCode::UnknownQuery, Some(format!("alc state {id}")))
            }
            RegistryError::UnknownQuery(id, _) => {
                (ErrorCode::UnknownQuery, Some(format!("alc state {id} --json")))
            }
            RegistryError::Spawn(error) => refused_spawn(error),
            RegistryError::NotEnded(id) => (ErrorCode::NotEnded, Some(format!("alc cancel {id}"))),
            RegistryError::Rejected(error) => rejected(error),
            RegistryError::Read(error) | RegistryError::Pack(PackError::Read(error)) => {
                not_read(error)
            }
            RegistryError::Write(error) => not_written(error),
            RegistryError::Pack(PackError::Full) | RegistryError::Parcel(ParcelError::Full) => {
                (ErrorCode::DiskFull, Some("alc gc".to_owned()))
            }
            RegistryError::Pack(_) | RegistryError::Parcel(ParcelError::Io(_)) => {
                (ErrorCode::Internal, None)
            }
            RegistryError::Parcel(_) => (ErrorCode::Damaged, None),
            RegistryError::Random => (ErrorCode::Internal, None),
        };
        Self { code, message: chain(&error), hint }
    }
}

impl From<EnvironmentError> for Failure {
    fn from(error: EnvironmentError) -> Self {
        let code = match &error {
            EnvironmentError::Project(_) => ErrorCode::Damaged,
            EnvironmentError::TooLarge(_) => ErrorCode::TooLarge,
            _ => ErrorCode::Invalid,
        };
        Self { code, message: chain(&error), hint: None }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        let (code, hint) = not_read(&error);
        Self { code, message: chain(&error), hint }
    }
}

impl From<LookError> for Failure {
    fn from(error: LookError) -> Self {
        Self { code: ErrorCode::Damaged, message: chain(&error), hint: None }
    }
}

/// The data folder cannot be used.
pub(super) fn folder(error: &FolderError) -> Failure {
    let code = match error {
        FolderError::Unusable { source, .. } => of_file(source),
        FolderError::Foreign { .. } | FolderError::Open { .. } => ErrorCode::NotPermitted,
    };
    Failure { code, message: chain(error), hint: error.hint() }
}

impl From<CardError> for Failure {
    fn from(error: CardError) -> Self {
        let (code, hint) = match &error {
            CardError::NotFound(_) => (ErrorCode::NotFound, Some("alc card list".to_owned())),
            CardError::Misspelt { .. } | CardError::Misshapen { .. } | CardError::Outside(_) => {
                (ErrorCode::Damaged, None)
            }
            CardError::TooLarge { .. } => (ErrorCode::TooLarge, None),
            CardError::Io { source, .. } => (of_file(source), None),
            CardError::Name { .. } | CardError::Refused(_) => (ErrorCode::Invalid, None),
        };
        Self { code, message: chain(&error), hint }
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        let (code, hint) = match &error {
            StateError::Absent { .. } => (ErrorCode::NotFound, Some("alc kv list".to_owned())),
            StateError::Parse(..) => (ErrorCode::Damaged, None),
            StateError::TooLarge(_) => (ErrorCode::TooLarge, None),
            StateError::Io(_, source) => (of_file(source), None),
            _ => (ErrorCode::Invalid, None),
        };
        Self { code, message: chain(&error), hint }
    }
}

fn of_file(error: &io::Error) -> ErrorCode {
    match error.kind() {
        io::ErrorKind::StorageFull => ErrorCode::DiskFull,
        io::ErrorKind::PermissionDenied => ErrorCode::NotPermitted,
        _ => ErrorCode::Unavailable,
    }
}

fn refused_spawn(error: &SpawnError) -> (ErrorCode, Option<String>) {
    let code = match error {
        SpawnError::Load(LoadError::Syntax(_) | LoadError::Raised(_)) => ErrorCode::DoesNotLoad,
        SpawnError::Load(LoadError::Ctx(_)) => ErrorCode::Invalid,
        SpawnError::Load(LoadError::Engine(_))
        | SpawnError::BrokeOff(_)
        | SpawnError::NothingToReplace => ErrorCode::Internal,
        SpawnError::Write(error) => return not_written(error),
        SpawnError::NotReplaced(error) => return rejected(error),
    };
    (code, None)
}

fn rejected(error: &Rejected) -> (ErrorCode, Option<String>) {
    match error {
        Rejected::AlreadyCancelled(id) => {
            (ErrorCode::AlreadyCancelled, Some(format!("alc result {id}")))
        }
        Rejected::NotPaused(id, state) if state.is_terminal() => {
            (ErrorCode::NotPaused, Some(format!("alc result {id}")))
        }
        Rejected::NotPaused(id, _) => (ErrorCode::NotPaused, Some(format!("alc prompt {id}"))),
        Rejected::UnknownQuery(id, _) => {
            (ErrorCode::UnknownQuery, Some(format!("alc prompt --id {id}")))
        }
        Rejected::StaleQuery(id, _) => {
            (ErrorCode::StaleQuery, Some(format!("alc prompt --id {id}")))
        }
        Rejected::TooLarge(..) | Rejected::Full(..) => (ErrorCode::TooLarge, None),
        Rejected::WentOn(id) => (ErrorCode::WentOn, Some(format!("alc wait {id}"))),
        Rejected::Write(error) => not_written(error),
        Rejected::Read(error) => not_read(error),
        Rejected::Damaged(error) => not_read(error),
        Rejected::Gone(_) => (ErrorCode::Unavailable, None),
    }
}

fn not_written(error: &WriteError) -> (ErrorCode, Option<String>) {
    match error {
        // It works on a full disk, too.
        WriteError::Full => (ErrorCode::DiskFull, Some("alc gc".to_owned())),
        WriteError::NoReserve { source, .. } => (of_file(source), None),
        WriteError::NameInUse { bearer, .. } => {
            (ErrorCode::NameInUse, Some(format!("alc state {bearer}")))
        }
        WriteError::IdTaken(_) => (ErrorCode::IdInUse, None),
        WriteError::KeyInUse(id) => (ErrorCode::KeyInUse, Some(format!("alc state {id}"))),
        WriteError::KeyOfDeleted(_) => {
            (ErrorCode::KeyInUse, Some("alc spawn --idempotency-key ANOTHER ...".to_owned()))
        }
        WriteError::Unreadable { source } => not_read(source),
        WriteError::Lost { .. } | WriteError::Closed => (ErrorCode::Unavailable, None),
        _ => (ErrorCode::Internal, None),
    }
}

fn not_read(error: &ReadError) -> (ErrorCode, Option<String>) {
    match error.session() {
        Some(session) => (ErrorCode::Damaged, discard(session)),
        None if error.is_of_a_damaged_file() => (ErrorCode::Damaged, None),
        None => (ErrorCode::Unavailable, None),
    }
}

/// How to get rid of a damaged session, if its id is not damaged, too.
pub(super) fn discard(session: &str) -> Option<String> {
    let id = session.parse::<SessionId>().ok()?;
    Some(format!("alc rm --force {id}"))
}
