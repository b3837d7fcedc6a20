//! Readers of what scripts and projects bring along, as fuzzers and a test call them. Whatever the bytes
//! are, none panics.

use std::fs;

use crate::{engine, environment, journal, packages};

/// JSON as Lua values and back.
///
/// # Panics
/// If what was written once is written otherwise the next time.
pub fn json(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(text) = engine::through_lua(text) {
        assert_eq!(engine::through_lua(&text), Some(text));
    }
}

/// A project's files.
pub fn project(bytes: &[u8]) {
    let Ok(root) = tempfile::tempdir() else { return };
    for name in ["alc.toml", "alc.lock", "alc.local.toml"] {
        if fs::write(root.path().join(name), bytes).is_ok() {
            packages::read_project(root.path());
        }
    }
}

/// A file that `alc import` reads, but for its seal, which anybody can make.
pub fn import(bytes: &[u8]) {
    let Ok(file) = tempfile::NamedTempFile::new() else { return };
    let path = file.into_temp_path();
    if fs::write(&path, bytes).is_ok() {
        journal::read_unsealed(path);
    }
}

/// A file of environment variables.
pub fn variables(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        environment::read_variables(text);
    }
}
