//! The data folder: whose it is, what may be done there, and how much room there is.

use std::{fs, io};

use alc_ipc::{Home, check_private};

use super::Finding;
use crate::launch::LaunchError;

pub(super) fn examine(home: &Home) -> Vec<Finding> {
    let path = home.path();
    let shown = path.display();
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
            vec![Finding::sound("folder", format!("{shown} is made when a session is started"))]
        }
        _ => match check_private(path) {
            Ok(()) => {
                let folder = Finding::sound("folder", format!("{shown} is yours alone"));
                #[cfg(unix)]
                let findings = vec![folder, unix::rights(home), unix::room(home)];
                #[cfg(windows)]
                let findings = vec![folder];
                findings
            }
            Err(error) => vec![Finding::of("folder", &LaunchError::Folder(error).into())],
        },
    }
}

#[cfg(unix)]
mod unix {
    use std::{fs, os::unix::fs::MetadataExt as _, path::Path};

    use alc_ipc::{Home, own_uid};
    use rustix::fs::{Access, access, statvfs};

    use super::Finding;

    /// With less room than this, the journal may soon be refused some.
    const ENOUGH: u64 = 256 << 20;

    /// Whether the daemon may read and write what is there.
    pub(super) fn rights(home: &Home) -> Finding {
        let path = home.path();
        let shown = path.display();
        let may = |path: &Path, rights| access(path, rights).is_ok();
        if !may(path, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK) {
            let hint = format!("chmod 700 {shown}");
            return Finding::mend("rights", format!("{shown} may not be written"), hint);
        }
        let entries = fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
        let foreign = entries.map(|entry| entry.path()).find(|path| {
            let own = fs::symlink_metadata(path).is_ok_and(|file| file.uid() == own_uid());
            !own || (path.is_file() && !may(path, Access::READ_OK | Access::WRITE_OK))
        });
        match foreign {
            Some(file) => {
                let message = format!("{} is not yours to read and write", file.display());
                let mends =
                    format!("sudo chown -R {} {shown} && chmod -R u+rwX {shown}", own_uid());
                Finding::mend("rights", message, mends)
            }
            None => Finding::sound("rights", "everything in it may be read and written"),
        }
    }

    /// How much room there is.
    pub(super) fn room(home: &Home) -> Finding {
        match statvfs(home.path()) {
            Ok(disk) => {
                let free = disk.f_bavail.saturating_mul(disk.f_frsize);
                let message = format!("{} MiB are free", free >> 20);
                if free < ENOUGH {
                    Finding::mend("disk", message, "alc gc".to_owned())
                } else {
                    Finding::sound("disk", message)
                }
            }
            Err(error) => {
                Finding::mend("disk", format!("how much is free is not known: {error}"), None)
            }
        }
    }
}
