//! `installed.json`: what is in the user's store, and where it came from.
//!
//! What it says beside is kept: other programs read the file, too.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use alc_core::{PackageKind, PackageSource};
use serde_json::{Map, Value, json};

use crate::store::replace;

/// The file, as far as it is known.
#[derive(Debug, Default)]
pub(crate) struct Manifest {
    path: PathBuf,
    content: Map<String, Value>,
}

/// The file cannot be used; it stays as it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ManifestError {
    #[error("cannot read {}", .0.display())]
    Read(PathBuf, #[source] io::Error),
    #[error("{} is damaged: {}", .0.display(), .1)]
    Damaged(PathBuf, String),
}

/// What is known about a package in the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) version: Option<String>,
    pub(crate) source: Option<PackageSource>,
    pub(crate) kind: Option<PackageKind>,
    pub(crate) installed_at: Option<i64>,
    pub(crate) updated_at: Option<i64>,
}

impl Manifest {
    /// The file in the data folder `home`; an empty one if there is none.
    pub(crate) fn read(home: &Path) -> Result<Self, ManifestError> {
        let path = home.join("installed.json");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { path, content: Map::new() });
            }
            Err(error) => return Err(ManifestError::Read(path, error)),
        };
        let damaged = |problem: String| ManifestError::Damaged(path.clone(), problem);
        let content: Value =
            serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        let Value::Object(content) = content else {
            return Err(damaged("it is not an object".to_owned()));
        };
        match content.get("packages") {
            None => {}
            Some(Value::Object(packages)) if packages.values().all(Value::is_object) => {}
            Some(_) => return Err(damaged("`packages` is not an object of objects".to_owned())),
        }
        Ok(Self { path, content })
    }

    /// What it says of a package.
    pub(crate) fn get(&self, name: &str) -> Option<Entry> {
        let entry = self.content.get("packages")?.get(name)?;
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        let time = |key: &str| text(key).and_then(|text| text.parse::<jiff::Timestamp>().ok());
        Some(Entry {
            version: text("version").map(str::to_owned),
            source: entry.get("source").map(source),
            kind: entry.get("type").and_then(|kind| serde_json::from_value(kind.clone()).ok()),
            installed_at: time("installed_at").map(jiff::Timestamp::as_millisecond),
            updated_at: time("updated_at").map(jiff::Timestamp::as_millisecond),
        })
    }

    /// The packages it knows.
    pub(crate) fn names(&self) -> Vec<String> {
        let packages = self.content.get("packages").and_then(Value::as_object);
        packages.into_iter().flat_map(Map::keys).cloned().collect()
    }

    /// Notes that a package was installed at `now`.
    pub(crate) fn put(
        &mut self,
        name: &str,
        version: Option<&str>,
        kind: Option<PackageKind>,
        source: &PackageSource,
        now: i64,
    ) {
        let packages = self.content.entry("packages").or_insert_with(|| json!({}));
        let Some(packages) = packages.as_object_mut() else { return };
        let now = jiff::Timestamp::from_millisecond(now).map(|now| format!("{now:.0}"));
        let now = json!(now.unwrap_or_default());
        let entry = packages.entry(name).or_insert_with(|| json!({ "installed_at": now }));
        let Some(entry) = entry.as_object_mut() else { return };
        entry.insert("version".to_owned(), json!(version));
        entry.insert("source".to_owned(), json!(source));
        entry.insert("type".to_owned(), json!(kind));
        entry.insert("updated_at".to_owned(), now);
    }

    /// Forgets a package.
    pub(crate) fn remove(&mut self, name: &str) {
        if let Some(packages) = self.content.get_mut("packages").and_then(Value::as_object_mut) {
            packages.remove(name);
        }
    }

    /// Writes it, whole at any moment.
    pub(crate) fn write(&self) -> io::Result<()> {
        let text = format!("{:#}\n", Value::from(self.content.clone()));
        replace(&self.path, text.as_bytes())
    }
}

/// A source as it is written today, or as one text.
fn source(value: &Value) -> PackageSource {
    let Some(text) = value.as_str() else {
        return serde_json::from_value(value.clone()).unwrap_or(PackageSource::Unknown);
    };
    if text.contains("://") || text.starts_with("git@") {
        PackageSource::Git { url: text.to_owned(), rev: None }
    } else if Path::new(text).is_absolute() {
        PackageSource::Path { path: text.to_owned() }
    } else {
        PackageSource::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // With paths as Unix has them.
    #[cfg(unix)]
    #[test]
    fn what_others_wrote_is_read_and_kept() {
        let home = tempfile::tempdir().expect("a folder");
        let text = r#"{"future": 1, "packages": {
            "a": {"version": "1", "source": "https://example.org/x.git", "extra": true,
                  "installed_at": "2026-01-02T03:04:05Z", "type": "library"},
            "b": {"source": {"type": "path", "path": "/p"}}, "c": {"source": "/q"}}}"#;
        fs::write(home.path().join("installed.json"), text).expect("writes");
        let mut manifest = Manifest::read(home.path()).expect("reads");
        let a = manifest.get("a").expect("is there");
        let url = "https://example.org/x.git".to_owned();
        assert_eq!(a.source, Some(PackageSource::Git { url, rev: None }));
        assert_eq!(a.kind, Some(PackageKind::Library));
        assert_eq!(a.installed_at, Some(1_767_323_045_000));
        let source = |name: &str| manifest.get(name).expect("is there").source;
        assert_eq!(source("b"), Some(PackageSource::Path { path: "/p".to_owned() }));
        assert_eq!(source("c"), Some(PackageSource::Path { path: "/q".to_owned() }));
        manifest.put("a", Some("2"), None, &PackageSource::Unknown, 1_767_323_046_789);
        manifest.remove("b");
        manifest.write().expect("writes");
        let text = fs::read_to_string(home.path().join("installed.json")).expect("reads");
        let read: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read["future"], 1);
        assert_eq!(read["packages"]["a"]["extra"], true);
        assert_eq!(read["packages"]["a"]["installed_at"], "2026-01-02T03:04:05Z");
        assert_eq!(read["packages"]["a"]["updated_at"], "2026-01-02T03:04:06Z");
        assert_eq!(Manifest::read(home.path()).expect("reads").names(), ["a", "c"]);
    }

    #[test]
    fn a_damaged_file_is_refused() {
        let home = tempfile::tempdir().expect("a folder");
        for text in ["", "{", "[]", r#"{"packages": []}"#, r#"{"packages": {"a": 1}}"#] {
            fs::write(home.path().join("installed.json"), text).expect("writes");
            let refused = Manifest::read(home.path()).expect_err("is refused").to_string();
            assert!(refused.contains("installed.json is damaged"), "{refused}");
        }
    }
}
