//! Files that are changed by one at a time, and whole at any moment.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use crate::point::point;

/// Waits for those who change a file below `folder` now; others wait until what is returned is dropped.
pub(crate) fn lock(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    let mut options = OpenOptions::new();
    let lock = options.write(true).create(true).truncate(false).open(folder.join(".lock"))?;
    lock.lock()?;
    Ok(lock)
}

/// Puts a file in the place of another, if there is one; it is on disk when this returns.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    if !folder.exists() {
        fs::create_dir_all(folder)?;
        crate::folder::sync(folder)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    let temporary = path.with_file_name(name);
    // One that a process left behind; whatever it is, nothing is written through it.
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = File::create_new(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    point("replace.before");
    fs::rename(&temporary, path)?;
    crate::folder::sync(path)?;
    point("replace.after");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new/file.json");
        replace(&path, b"one").expect("replaces");
        replace(&path, b"two").expect("replaces");
        assert_eq!(fs::read(&path).expect("reads"), b"two");
        assert_eq!(folder.path().join("new").read_dir().expect("reads").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link_that_lies_in_the_way() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("victim"), "x").expect("writes");
        for link in ["file", "file.tmp"] {
            std::os::unix::fs::symlink(at("victim"), at(link)).expect("links");
        }
        replace(&at("file"), b"y").expect("replaces");
        assert_eq!(fs::read(at("victim")).expect("reads"), b"x");
        assert_eq!(fs::read(at("file")).expect("reads"), b"y");
    }
}
