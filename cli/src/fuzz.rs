//! Readers of files and arguments, as fuzzers and a test call them. Whatever the bytes are, none panics.

use std::fs;

use crate::{args, drive, time};

/// A cassette.
pub fn cassette(bytes: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else { return };
    let path = folder.path().join("cassette");
    if fs::write(&path, bytes).is_ok() {
        drive::read_cassette(&args::Tape { cassette: Some(path), mode: args::Mode::Auto });
    }
}

/// Durations, sizes and moments.
pub fn amounts(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = (time::parse_duration(text), alc_core::parse_size(text), time::parse_moment(text));
}
