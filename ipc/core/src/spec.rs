//! What `alc pkg test` tells: the shape of its `--json`.

use serde::{Deserialize, Serialize};

/// What became of spec files, by `pkg test`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "specs")]
pub struct SpecsView {
    /// [`crate::FORMAT`].
    pub v: u32,
    /// How many tests passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// How many wait to be written; there is no way to say that of one yet.
    pub pending: usize,
    /// How many there are.
    pub total: usize,
    /// How long it all took, in milliseconds.
    pub duration_ms: u64,
    /// Each file, in the order in which they were named.
    pub spec_files: Vec<SpecFileView>,
    /// The folders in which they found modules, those that count first being first.
    pub resolved_search_paths: Vec<SearchPathView>,
    /// What keeps folders from being looked in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub search_path_warnings: Vec<String>,
}

/// A spec file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SpecFileView {
    /// Where it is; `-` for stdin.
    pub path: String,
    /// How many of its tests passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// How many it has.
    pub total: usize,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Each test, in the order of their ends.
    pub tests: Vec<TestView>,
}

/// A test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TestView {
    /// The names of the groups that it is in, joined by ` > `.
    pub suite: String,
    /// Its name; `<top-level>` for an error outside of all tests.
    pub name: String,
    /// Whether it passed.
    pub passed: bool,
    /// Whether it waits to be written.
    pub pending: bool,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A folder of modules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SearchPathView {
    /// The package that is there, or what the folder is called.
    pub name: String,
    /// The folder.
    pub search_dir: String,
    /// Who says so: `package`, `collection`, `variant`, `project`, `environment`, `store` or `extra`.
    pub source: String,
}
