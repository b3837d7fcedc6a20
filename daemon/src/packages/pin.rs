//! A package as a session keeps it: all its Lua files, as they were when it was first required.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use serde::{Deserialize, Serialize};

/// The most that a package's Lua files may have together, in bytes.
const LARGEST: u64 = 16 << 20;
/// The most of them.
const FILES: usize = 4096;

/// The Lua files of one package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Package {
    /// By their names from the folder that the package lies in: `cot/init.lua`.
    files: BTreeMap<String, Source>,
}

/// What is in a file: Lua may have any bytes in its strings and comments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Source {
    Text(String),
    Bytes { bytes: Vec<u8> },
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes)
            .map_or_else(|error| Self::Bytes { bytes: error.into_bytes() }, Self::Text)
    }
}

impl Source {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes { bytes } => bytes,
        }
    }
}

/// A package cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PinError {
    #[error("cannot read {}", .0.display())]
    Read(PathBuf, #[source] io::Error),
    #[error("{} has more than {LARGEST} bytes, or {FILES} files, of Lua", .0.display())]
    TooLarge(PathBuf),
}

impl Package {
    /// Every Lua file below `folder`, as a package called `name`; its tests and hidden folders stay
    /// out, and links that lead elsewhere.
    pub(crate) fn read_folder(name: &str, folder: &Path) -> Result<Self, PinError> {
        let mut package = Self::default();
        let mut left = LARGEST;
        package.add_folder(name, folder, folder, &mut left)?;
        Ok(package)
    }

    /// One file alone.
    pub(super) fn read_file(name: String, path: &Path) -> Result<Self, PinError> {
        let mut package = Self::default();
        package.add_file(name, path, &mut LARGEST.clone())?;
        Ok(package)
    }

    /// The package that this text says; those who ask for one text share it.
    pub(crate) fn shared(text: &str) -> Result<Arc<Self>, serde_json::Error> {
        static SHARED: Mutex<BTreeMap<[u8; 32], Weak<Package>>> = Mutex::new(BTreeMap::new());
        let hash = *blake3::hash(text.as_bytes()).as_bytes();
        // Nothing under the lock can panic half-way.
        let lock = || SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(package) = lock().get(&hash).and_then(Weak::upgrade) {
            return Ok(package);
        }
        let package = Arc::new(serde_json::from_str(text)?);
        let mut shared = lock();
        shared.retain(|_, package| package.strong_count() > 0);
        shared.insert(hash, Arc::downgrade(&package));
        Ok(package)
    }

    /// The source of a module, and the name of its file.
    pub(crate) fn module(&self, name: &str) -> Option<(&str, &[u8])> {
        let [file, init] = files_of(name);
        let found = self.files.get_key_value(&file).or_else(|| self.files.get_key_value(&init));
        found.map(|(file, source)| (file.as_str(), source.bytes()))
    }

    fn add_folder(
        &mut self,
        name: &str,
        folder: &Path,
        root: &Path,
        left: &mut u64,
    ) -> Result<(), PinError> {
        let failed = |error| PinError::Read(folder.to_owned(), error);
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            // What is not text cannot be required.
            let Ok(entry_name) = entry.file_name().into_string() else { continue };
            let path = entry.path();
            if entry_name.starts_with('.') || !stays_within(&path, root) {
                continue;
            }
            let name = format!("{name}/{entry_name}");
            if path.is_dir() {
                self.add_folder(&name, &path, root, left)?;
            } else if is_module(&entry_name) {
                self.add_file(name, &path, left)?;
            }
        }
        Ok(())
    }

    fn add_file(&mut self, name: String, path: &Path, left: &mut u64) -> Result<(), PinError> {
        let failed = |error| PinError::Read(path.to_owned(), error);
        let too_large = || PinError::TooLarge(path.to_owned());
        let length = fs::metadata(path).map_err(failed)?.len();
        *left = left.checked_sub(length).ok_or_else(too_large)?;
        if self.files.len() == FILES {
            return Err(too_large());
        }
        self.files.insert(name, fs::read(path).map_err(failed)?.into());
        Ok(())
    }
}

/// Whether a file's name is one that `require` may look for, and not a test's.
fn is_module(file: &str) -> bool {
    file.strip_suffix(".lua").is_some_and(|stem| !stem.ends_with("_spec"))
}

/// Whether a path leads to something below `root`, links followed. A link to a folder that it lies
/// in would never end.
pub(crate) fn stays_within(path: &Path, root: &Path) -> bool {
    let (Ok(path_is), Ok(root)) = (path.canonicalize(), root.canonicalize()) else { return false };
    let ascends = path.is_symlink()
        && path.parent().is_some_and(|parent| {
            parent.canonicalize().is_ok_and(|parent| parent.starts_with(&path_is))
        });
    path_is.starts_with(root) && !ascends
}

/// The files that a module may be in, from the folder of its package on.
pub(super) fn files_of(module: &str) -> [String; 2] {
    let path = module.replace('.', "/");
    [format!("{path}.lua"), format!("{path}/init.lua")]
}
