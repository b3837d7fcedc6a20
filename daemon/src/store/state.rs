//! `alc.state`: values by key, in JSON files that people can read.
//!
//! A namespace is one file, an object of its values; a key `prefix:id` has a file of its own,
//! `prefix/id.json`. Whoever changes a file holds the store's lock from reading to replacing it, so two
//! processes lose nothing of each other.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::file;
use crate::folder;

/// The largest file, in bytes.
const LARGEST: u64 = 64 << 20;

/// The store could not do what was asked; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StateError {
    #[error("Invalid namespace: '{0}'")]
    Namespace(String),
    #[error("state: unsafe namespace segment '{0}'")]
    UnsafeNamespace(String),
    #[error("state: unsafe key segment '{0}'")]
    UnsafeKey(String),
    #[error("Failed to parse state {}: {}", .0.display(), .1)]
    Parse(PathBuf, String),
    #[error("state {} has more than {LARGEST} bytes", .0.display())]
    TooLarge(PathBuf),
    #[error("state {}: {}", .0.display(), .1)]
    Io(PathBuf, io::Error),
    #[error("state: key '{key}' not found in namespace '{folder}'")]
    Absent { folder: String, key: String },
    /// What the change itself refuses.
    #[error("{0}")]
    Refused(String),
}

/// The place of one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Below the store's folder.
    file: PathBuf,
    /// The member of the file's object; the whole file, if there is none.
    key: Option<String>,
}

/// What is to become of a value.
pub(crate) struct Change {
    /// The value to put there; `None` deletes it.
    pub(crate) new: Option<Value>,
    /// What the script is told.
    pub(crate) told: Value,
    /// The file's former content is kept beside it.
    pub(crate) backup: bool,
}

/// A change that is decided and not made yet. Others wait until it is, or is dropped.
pub(crate) struct Prepared {
    store: Store,
    slot: Slot,
    intent: Intent,
    _lock: File,
}

/// A change, as it is written down before it is made.
#[derive(Serialize, Deserialize)]
struct Intent {
    /// The value that is to be replaced, hashed.
    old: Option<String>,
    new: Option<Value>,
    told: Value,
    backup: bool,
}

/// The files.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Slot {
    /// Where the values of `key` in `namespace` may be: the first place counts, and is written to.
    pub(crate) fn find(namespace: &str, key: &str) -> Result<Vec<Self>, StateError> {
        let bad = namespace.is_empty() || namespace.contains(['/', '\\', '\0']);
        if bad || namespace.contains("..") {
            return Err(StateError::Namespace(namespace.to_owned()));
        }
        let file = PathBuf::from(format!("{namespace}.json"));
        let shared = Self { file, key: Some(key.to_owned()) };
        Ok(match key.split_once(':') {
            Some((prefix, id)) if is_safe(prefix) && is_safe(id) => {
                vec![Self::own(prefix, id), shared]
            }
            _ => vec![shared],
        })
    }

    /// The file that `key` has for itself in the folder `namespace`.
    pub(crate) fn dispatched(namespace: &str, key: &str) -> Result<Self, StateError> {
        if !is_safe(namespace) {
            return Err(StateError::UnsafeNamespace(namespace.to_owned()));
        }
        if !is_safe(key) {
            return Err(StateError::UnsafeKey(key.to_owned()));
        }
        Ok(Self::own(namespace, key))
    }

    fn own(prefix: &str, id: &str) -> Self {
        Self { file: Path::new(prefix).join(format!("{id}.json")), key: None }
    }
}

/// Whether a text may name a file or folder of the store.
fn is_safe(part: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    !part.is_empty() && part != "." && !part.contains("..") && part.bytes().all(allowed)
}

impl Store {
    /// The store below the data folder `home`.
    pub(crate) fn new(home: &Path) -> Self {
        Self { folder: home.join("state") }
    }

    /// The path of a slot's file.
    fn path(&self, slot: &Slot) -> PathBuf {
        self.folder.join(&slot.file)
    }

    /// Where the former content of a slot's file is kept.
    pub(crate) fn backup(&self, slot: &Slot) -> PathBuf {
        self.path(slot).with_extension("json.bak")
    }

    /// The value in the first of these places that has one.
    pub(crate) fn read(&self, slots: &[Slot]) -> Result<Option<Value>, StateError> {
        for slot in slots {
            if let Some(value) = self.value(slot)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// Every key and its namespace, in order; those with a file of their own have none.
    pub(crate) fn all(&self) -> Result<Vec<(Option<String>, String)>, StateError> {
        let (mut shared, mut own) = (Vec::new(), Vec::new());
        for name in names(&self.folder)? {
            if let Some(namespace) = name.strip_suffix(".json") {
                let mut keys = self.keys(namespace)?;
                keys.sort_unstable();
                shared.extend(keys.into_iter().map(|key| (Some(namespace.to_owned()), key)));
            } else if is_safe(&name) && self.folder.join(&name).is_dir() {
                own.extend(self.list(&name)?.into_iter().map(|id| (None, format!("{name}:{id}"))));
            }
        }
        shared.extend(own);
        Ok(shared)
    }

    /// The keys of a namespace's file.
    pub(crate) fn keys(&self, namespace: &str) -> Result<Vec<String>, StateError> {
        let slot = Slot { key: None, ..Slot::find(namespace, "")?.remove(0) };
        match self.value(&slot)? {
            Some(Value::Object(members)) => Ok(members.into_iter().map(|(key, _)| key).collect()),
            _ => Ok(Vec::new()),
        }
    }

    /// The keys of the folder `namespace` that have a file each, in order.
    pub(crate) fn list(&self, namespace: &str) -> Result<Vec<String>, StateError> {
        if !is_safe(namespace) {
            return Err(StateError::UnsafeNamespace(namespace.to_owned()));
        }
        let names = names(&self.folder.join(namespace))?;
        Ok(names.iter().filter_map(|name| Some(name.strip_suffix(".json")?.to_owned())).collect())
    }

    /// Decides a change of the first of these places, from the value that counts now; the change is
    /// told its place among them, too. What changes nothing is only told.
    pub(crate) fn prepare(
        &self,
        slots: &[Slot],
        decide: impl FnOnce(
            Option<(usize, Value)>,
        ) -> Result<Result<(usize, Change), Value>, StateError>,
    ) -> Result<Result<Prepared, Value>, StateError> {
        let lock = self.lock()?;
        let mut found = None;
        for (place, slot) in slots.iter().enumerate() {
            if let Some(value) = self.value(slot)? {
                found = Some((place, value));
                break;
            }
        }
        let (place, change) = match decide(found)? {
            Ok(decided) => decided,
            Err(told) => return Ok(Err(told)),
        };
        let slot = slots[place].clone();
        let old = self.value(&slot)?.as_ref().map(hash);
        let Change { new, told, backup } = change;
        let intent = Intent { old, new, told, backup };
        Ok(Ok(Prepared { store: self.clone(), slot, intent, _lock: lock }))
    }

    /// Makes a change that was written down before the process ended, unless it was made, or somebody
    /// has changed the value since; what the script is told.
    pub(crate) fn redo(&self, slots: &[Slot], intent: &str) -> Result<Value, StateError> {
        let _lock = self.lock()?;
        let (place, intent): (usize, Intent) =
            serde_json::from_str(intent).map_err(|error| StateError::Refused(error.to_string()))?;
        let slot = slots.get(place).cloned().ok_or_else(|| StateError::Refused(String::new()))?;
        if self.value(&slot)?.as_ref().map(hash) == intent.old {
            self.apply(&slot, &intent)?;
        }
        Ok(intent.told)
    }

    /// Waits for those who change a file now.
    fn lock(&self) -> Result<File, StateError> {
        file::lock(&self.folder).map_err(|error| StateError::Io(self.folder.clone(), error))
    }

    fn value(&self, slot: &Slot) -> Result<Option<Value>, StateError> {
        let path = self.path(slot);
        let Some(file) = content(&path)? else { return Ok(None) };
        match (&slot.key, file) {
            (None, file) => Ok(Some(file)),
            (Some(key), Value::Object(mut members)) => Ok(members.remove(key)),
            (Some(_), _) => Err(StateError::Parse(path, "it is not an object".to_owned())),
        }
    }

    fn apply(&self, slot: &Slot, intent: &Intent) -> Result<(), StateError> {
        let path = self.path(slot);
        if intent.backup && path.exists() {
            let copy = self.backup(slot);
            fs::copy(&path, &copy).map_err(|error| StateError::Io(copy, error))?;
        }
        let file = match (&slot.key, &intent.new) {
            (None, None) => {
                let removed = fs::remove_file(&path).and_then(|()| folder::sync(&path));
                return removed.map_err(|error| StateError::Io(path, error));
            }
            (None, Some(new)) => new.clone(),
            (Some(key), new) => {
                let mut members = match content(&path)? {
                    Some(Value::Object(members)) => members,
                    _ => Map::new(),
                };
                match new {
                    Some(new) => members.insert(key.clone(), new.clone()),
                    None => members.remove(key),
                };
                Value::Object(members)
            }
        };
        let text = format!("{file:#}");
        file::replace(&path, text.as_bytes()).map_err(|error| StateError::Io(path, error))
    }
}

impl Prepared {
    /// The change, to be written down before it is made; `slots` are those it was prepared for.
    pub(crate) fn intent(&self, slots: &[Slot]) -> String {
        let place = slots.iter().position(|slot| *slot == self.slot);
        serde_json::to_string(&(place, &self.intent)).unwrap_or_default()
    }

    /// Makes the change; what the script is told.
    pub(crate) fn make(self) -> Result<Value, StateError> {
        self.store.apply(&self.slot, &self.intent)?;
        Ok(self.intent.told)
    }
}

/// The names in a folder, in order; none, if there is no folder.
fn names(folder: &Path) -> Result<Vec<String>, StateError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StateError::Io(folder.to_owned(), error)),
    };
    let mut names: Vec<_> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort_unstable();
    Ok(names)
}

fn content(path: &Path) -> Result<Option<Value>, StateError> {
    let failed = |error| StateError::Io(path.to_owned(), error);
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
        Ok(metadata) if metadata.len() > LARGEST => {
            return Err(StateError::TooLarge(path.to_owned()));
        }
        Ok(_) => {}
    }
    let text = fs::read(path).map_err(failed)?;
    let value = serde_json::from_slice(&text);
    value.map(Some).map_err(|error| StateError::Parse(path.to_owned(), error.to_string()))
}

fn hash(value: &Value) -> String {
    blake3::hash(value.to_string().as_bytes()).to_hex().to_string()
}
