//! Where packages are taken from: a folder, or a repository that the program `git` clones.

use std::{
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use alc_core::PackageSource;
use tempfile::TempDir;

use super::ManageError;

/// A folder to take packages from, and what to say of where they came from.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) folder: PathBuf,
    pub(super) source: PackageSource,
    /// Where a repository is as long as this lives.
    _clone: Option<TempDir>,
}

/// A repository cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GitError {
    #[error("cannot run git")]
    Absent(#[source] io::Error),
    #[error("cannot clone {url}: {problem}")]
    Refused { url: String, problem: String },
    #[error("{url} has no branch, tag or commit `{rev}`")]
    NoRevision { url: String, rev: String },
    #[error("cannot make a folder for a clone")]
    Folder(#[source] io::Error),
}

/// Opens a source: a folder, from `base` on, or the address of a repository, of which `rev` may be
/// wanted.
pub(super) fn take(source: &str, rev: Option<&str>, base: &Path) -> Result<Taken, ManageError> {
    let folder = base.join(source);
    if folder.is_dir() && rev.is_none() && !is_bare(&folder) {
        let folder = folder.canonicalize().map_err(|error| ManageError::File(folder, error))?;
        let source = PackageSource::Path { path: folder.display().to_string() };
        return Ok(Taken { folder, source, _clone: None });
    }
    if !folder.is_dir() && !is_address(source) {
        return Err(ManageError::NoSource(source.to_owned()));
    }
    let address = if folder.is_dir() { folder.display().to_string() } else { source.to_owned() };
    let clone = clone(&address, rev)?;
    let rev = rev.map(str::to_owned);
    let source = PackageSource::Git { url: address, rev };
    Ok(Taken { folder: clone.path().join("it"), source, _clone: Some(clone) })
}

/// Whether a folder is a repository that has no files checked out.
fn is_bare(folder: &Path) -> bool {
    ["HEAD", "objects", "refs"].iter().all(|part| folder.join(part).exists())
}

/// Whether a text that names no folder may be the address of a repository.
fn is_address(text: &str) -> bool {
    let scp = || text.split_once(':').is_some_and(|(host, _)| host.contains('@'));
    !text.starts_with('-') && (text.contains("://") || scp())
}

/// Clones a repository into the folder `it` of a new one.
fn clone(url: &str, rev: Option<&str>) -> Result<TempDir, GitError> {
    let folder = tempfile::tempdir().map_err(GitError::Folder)?;
    let mut words = vec!["clone", "--quiet"];
    if rev.is_none() {
        words.extend(["--depth", "1"]);
    }
    words.extend(["--", url, "it"]);
    git(&words, folder.path())?
        .map_err(|problem| GitError::Refused { url: url.to_owned(), problem })?;
    if let Some(rev) = rev {
        let unknown = || GitError::NoRevision { url: url.to_owned(), rev: rev.to_owned() };
        let it = folder.path().join("it");
        let candidates = [format!("origin/{rev}"), rev.to_owned()];
        let known = |rev: &String| {
            let commit = format!("{rev}^{{commit}}");
            let found =
                git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit], &it);
            matches!(found, Ok(Ok(())))
        };
        let commit = candidates.iter().find(|rev| known(rev)).ok_or_else(unknown)?;
        git(&["checkout", "--quiet", "--detach", commit], &it)?.map_err(|_| unknown())?;
    }
    Ok(folder)
}

/// Runs git in `folder`, where it asks nobody for anything; the last line of what it complains about.
fn git(words: &[&str], folder: &Path) -> Result<Result<(), String>, GitError> {
    let mut command = Command::new("git");
    command.args(words).current_dir(folder).env("GIT_TERMINAL_PROMPT", "0").stdin(Stdio::null());
    // Where it is run from must not say which repository it works on.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"] {
        command.env_remove(variable);
    }
    let output = command.output().map_err(GitError::Absent)?;
    if output.status.success() {
        return Ok(Ok(()));
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let mut lines = complaint.lines().map(str::trim).filter(|line| !line.is_empty());
    let told = lines.clone().find(|line| line.starts_with("fatal:")).or_else(|| lines.next_back());
    let told = told.unwrap_or("git failed").trim_start_matches("fatal: ");
    Ok(Err(told.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_from_a_folder() {
        for text in ["https://example.org/x.git", "git@example.org:x/y", "file:///x"] {
            assert!(is_address(text), "{text}");
        }
        for text in ["x", "./x", "/x/y", "C:\\x", "--upload-pack=x://", "a:b"] {
            assert!(!is_address(text), "{text}");
        }
    }
}
