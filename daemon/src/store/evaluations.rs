//! Stored evaluations: for each a file with the whole report, and a small one that lists are made of.
//!
//! A report's file is made, empty, before anything is written down about it, so that no two
//! evaluations ever have the same; it is filled at once, and the small file then says that it is there.

use std::{
    fs::{self, OpenOptions},
    io, iter,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::file;

/// The largest file, in bytes.
const LARGEST: u64 = 256 << 20;
/// What the names of large and small files end with.
const WHOLE: &str = ".json";
const SMALL: &str = ".meta.json";

/// A stored evaluation cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EvaluationError {
    #[error("no evaluation `{0}` is stored")]
    Unknown(String),
    #[error("the evaluation in {} is damaged: {}", .0.display(), .1)]
    Damaged(PathBuf, String),
    #[error("cannot read {}", .0.display())]
    Io(PathBuf, #[source] io::Error),
}

/// What is said of an evaluation in lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Meta {
    pub(crate) eval_id: String,
    pub(crate) strategy: String,
    /// When it ended, in Unix seconds.
    pub(crate) timestamp: i64,
    pub(crate) pass_rate: f64,
    pub(crate) mean_score: f64,
    pub(crate) total_cases: u64,
    pub(crate) passed: u64,
    /// Queries that its session asked.
    pub(crate) llm_calls: u64,
    /// From its session's beginning to its end.
    pub(crate) elapsed_ms: u64,
    pub(crate) summary: String,
}

/// The files.
#[derive(Clone, Debug)]
pub(crate) struct Evaluations {
    folder: PathBuf,
}

impl Evaluations {
    /// Those below the data folder `home`.
    pub(crate) fn new(home: &Path) -> Self {
        Self { folder: home.join("evals") }
    }

    /// An id that no other evaluation has or gets, for one that ends at a time in Unix seconds.
    pub(crate) fn reserve(&self, strategy: &str, timestamp: i64) -> io::Result<String> {
        fs::create_dir_all(&self.folder)?;
        let first = format!("{strategy}_{timestamp}");
        let others = (2..u32::MAX).map(|count| format!("{first}_{count}"));
        for id in iter::once(first.clone()).chain(others) {
            let path = self.path(&id, WHOLE);
            match OpenOptions::new().write(true).create_new(true).open(path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => return made.map(|_| id),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Fills the files of a reserved id; again, if it was filled before.
    pub(crate) fn write(&self, report: &Value, meta: &Meta) -> io::Result<()> {
        replace(&self.path(&meta.eval_id, WHOLE), report)?;
        replace(&self.path(&meta.eval_id, SMALL), meta)
    }

    /// The newest first, of one strategy or all, at most `limit`.
    pub(crate) fn list(
        &self,
        strategy: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Meta>, EvaluationError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(EvaluationError::Io(self.folder.clone(), error)),
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let ids = names.filter_map(|name| Some(name.strip_suffix(SMALL)?.to_owned()));
        // One that cannot be read hides no other.
        let metas = ids.filter_map(|id| self.read::<Meta>(&id, SMALL).ok());
        let wanted = |meta: &Meta| strategy.is_none_or(|strategy| meta.strategy == strategy);
        let mut metas: Vec<_> = metas.filter(wanted).collect();
        // Of one second the one with the larger count, which is the longer id, came later.
        metas.sort_by(|a, b| {
            let key = |meta: &Meta| (meta.timestamp, meta.eval_id.len());
            key(b).cmp(&key(a)).then_with(|| b.eval_id.cmp(&a.eval_id))
        });
        metas.truncate(limit);
        Ok(metas)
    }

    /// What lists say of an evaluation, and its report.
    pub(crate) fn find(&self, id: &str) -> Result<(Meta, Value), EvaluationError> {
        Ok((self.read(id, SMALL)?, self.read(id, WHOLE)?))
    }

    /// What is kept beside the evaluations under a name, if it is there and sound.
    pub(crate) fn kept<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.read(name, WHOLE).ok()
    }

    /// Keeps a value beside the evaluations.
    pub(crate) fn keep(&self, name: &str, value: &impl Serialize) -> io::Result<()> {
        replace(&self.path(name, WHOLE), value)
    }

    /// A report that is JSON and no report.
    pub(crate) fn damaged(&self, id: &str, error: &serde_json::Error) -> EvaluationError {
        EvaluationError::Damaged(self.path(id, WHOLE), error.to_string())
    }

    fn read<T: DeserializeOwned>(&self, id: &str, ending: &str) -> Result<T, EvaluationError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if id.is_empty() || !id.bytes().all(allowed) {
            return Err(EvaluationError::Unknown(id.to_owned()));
        }
        let path = self.path(id, ending);
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(EvaluationError::Unknown(id.to_owned()));
            }
            Err(error) => return Err(EvaluationError::Io(path, error)),
            Ok(metadata) if metadata.len() > LARGEST => {
                let why = format!("it has more than {LARGEST} bytes");
                return Err(EvaluationError::Damaged(path, why));
            }
            Ok(_) => {}
        }
        let text = fs::read(&path).map_err(|error| EvaluationError::Io(path.clone(), error))?;
        let value = serde_json::from_slice(&text);
        value.map_err(|error| EvaluationError::Damaged(path, error.to_string()))
    }

    fn path(&self, id: &str, ending: &str) -> PathBuf {
        self.folder.join(format!("{id}{ending}"))
    }
}

/// Puts a value's JSON in the place of a file.
fn replace(path: &Path, value: &impl Serialize) -> io::Result<()> {
    file::replace(path, serde_json::to_string_pretty(value)?.as_bytes())
}
