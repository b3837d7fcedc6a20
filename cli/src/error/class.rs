//! Which name and exit code each error has.

use std::io;

use alc_ipc::{ClientError, CodecError, EndpointError, Failure, FolderError};

use super::CliError;
use crate::{
    drive::{CassetteProblem, NoAnswer},
    exit::Exit,
    launch::LaunchError,
    service::ServiceError,
};

impl CliError {
    /// The name that scripts may rely on, and the exit code.
    pub(super) fn class(&self) -> (&'static str, Exit) {
        match self {
            Self::Usage { .. } => ("usage", Exit::Usage),
            Self::Input(error) if error.is_too_large() => ("too_large", Exit::Usage),
            Self::Input(_) | Self::Cassette { problem: CassetteProblem::File(_), .. } => {
                ("invalid", Exit::Usage)
            }
            Self::Client(error) => of_client(error),
            Self::Endpoint(EndpointError::File { source, .. }) => of_file(source),
            Self::Endpoint(EndpointError::Damaged { .. }) | Self::Home(_) => {
                ("damaged", Exit::Damaged)
            }
            Self::Launch(error) => match error {
                LaunchError::Refused(failure) => of_failure(failure),
                LaunchError::Wedged { .. } => ("wedged", Exit::Unreachable),
                LaunchError::File { source, .. }
                | LaunchError::Folder(FolderError::Unusable { source, .. }) => of_file(source),
                LaunchError::Folder(_) => ("not_permitted", Exit::NotPermitted),
                _ => ("unreachable", Exit::Unreachable),
            },
            Self::Output(_) | Self::Unprinted { .. } => ("output_lost", Exit::OutputLost),
            Self::Unwritable { .. }
            | Self::NoTemporary(_)
            | Self::Service(ServiceError::Unwritable { .. }) => ("cannot_write", Exit::CannotWrite),
            Self::NoImport { .. } => ("unreadable", Exit::Damaged),
            Self::Service(_) => ("service_refused", Exit::Failed),
            Self::NotRunning { .. } => ("unreachable", Exit::Unreachable),
            Self::Busy { .. } => ("busy", Exit::Pending),
            Self::NotFound(_)
            | Self::Prefix { .. }
            | Self::NoneSelected(_)
            | Self::NoLog { .. } => ("not_found", Exit::NotFound),
            Self::Ended { .. } => ("ended", Exit::Ended),
            Self::NoneOpen { .. }
            | Self::NotEnded { .. }
            | Self::AsksMore { .. }
            | Self::NoAnswer { source: NoAnswer::Declined, .. } => ("pending", Exit::Pending),
            Self::NoAnswer { .. } => ("answer_failed", Exit::NoAnswer),
            Self::Cassette { .. } => ("damaged", Exit::Damaged),
            Self::Thread(_) => ("unavailable", Exit::TryAgain),
            Self::Late { .. } => ("timeout", Exit::TimedOut),
            Self::SessionFailed { .. } => ("failed", Exit::Failed),
            Self::SessionCancelled { .. } => ("cancelled", Exit::Cancelled),
            Self::Unshown { source, .. }
            | Self::NextUnknown { source, .. }
            | Self::OfLine { source, .. } => source.class(),
            Self::Lost { .. } => ("lost", Exit::TryAgain),
            Self::NotDone { class, .. } => *class,
            Self::Unreadable(_) | Self::Random | Self::Tool { .. } => ("internal", Exit::Bug),
        }
    }
}

fn of_client(error: &ClientError) -> (&'static str, Exit) {
    match error {
        ClientError::Absent { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
            ("not_permitted", Exit::NotPermitted)
        }
        ClientError::Absent { .. } => ("unreachable", Exit::Unreachable),
        ClientError::Silent => ("wedged", Exit::Unreachable),
        ClientError::DeadlinePassed => ("timeout", Exit::TimedOut),
        ClientError::Lost(_) => ("lost", Exit::TryAgain),
        ClientError::Foreign => ("not_permitted", Exit::NotPermitted),
        ClientError::Incompatible { .. } => ("incompatible", Exit::NoProtocol),
        ClientError::Busy(_) => ("busy", Exit::Pending),
        ClientError::Codec(CodecError::TooLarge(_)) => ("too_large", Exit::Usage),
        ClientError::Confused | ClientError::Codec(_) => ("internal", Exit::Bug),
        ClientError::Refused(failure) => of_failure(failure),
    }
}

fn of_failure(failure: &Failure) -> (&'static str, Exit) {
    (failure.code.as_str(), Exit::of_refusal(failure.code))
}

fn of_file(error: &io::Error) -> (&'static str, Exit) {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            ("not_permitted", Exit::NotPermitted)
        }
        io::ErrorKind::StorageFull => ("disk_full", Exit::TryAgain),
        _ => ("damaged", Exit::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_connection_meets_has_its_exit_code() {
        let io = |kind| io::Error::from(kind);
        let absent = |kind| ClientError::Absent { address: "x".to_owned(), source: io(kind) };
        for (error, code, exit) in [
            (absent(io::ErrorKind::ConnectionRefused), "unreachable", 69),
            (absent(io::ErrorKind::PermissionDenied), "not_permitted", 77),
            (ClientError::Silent, "wedged", 69),
            (ClientError::DeadlinePassed, "timeout", 124),
            (ClientError::Lost(io(io::ErrorKind::BrokenPipe)), "lost", 75),
            (ClientError::Foreign, "not_permitted", 77),
            (ClientError::Confused, "internal", 70),
            (ClientError::Codec(CodecError::TooLarge(1)), "too_large", 2),
        ] {
            let error = CliError::from(error);
            assert_eq!((error.class().0, error.exit() as u8), (code, exit));
        }
        let (ours, theirs) = ("1.0.0".to_owned(), "9.0.0".to_owned());
        let text = CliError::from(ClientError::Incompatible { ours, theirs }).to_text("alc:");
        assert!(text.contains("1.0.0") && text.contains("9.0.0") && text.contains("hint: alc "));
    }
}
