//! What `--json` prints is what the published schemas say: each line that any test has printed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use jsonschema::Validator;
use serde_json::Value;

/// By `type`. Members that they do not name are refused here: a reader ignores them, but what is
/// printed must be described.
static SCHEMAS: LazyLock<BTreeMap<String, Validator>> = LazyLock::new(|| {
    let files = alc_cli::generated::files().into_iter().filter_map(|file| {
        let kind = file.path.strip_prefix("docs/schema/")?.strip_suffix(".json")?.to_owned();
        let mut schema: Value = serde_json::from_str(&file.text).expect("JSON");
        jsonschema::meta::validate(&schema).expect("a schema");
        schema["unevaluatedProperties"] = false.into();
        Some((kind, jsonschema::validator_for(&schema).expect("a schema")))
    });
    files.collect()
});

/// Every `type` that has a schema.
pub(crate) fn all() -> BTreeSet<String> {
    SCHEMAS.keys().cloned().collect()
}

/// Asserts that each line is what the schema of its `type` says; returns the types.
#[track_caller]
pub(crate) fn check(lines: &str) -> BTreeSet<String> {
    let kind = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        let kind = line["type"].as_str().expect("a type");
        let schema = SCHEMAS.get(kind).unwrap_or_else(|| panic!("no schema for {line}"));
        let errors: Vec<_> = schema.iter_errors(&line).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{line}: {errors:?}");
        kind.to_owned()
    };
    lines.lines().map(kind).collect()
}
