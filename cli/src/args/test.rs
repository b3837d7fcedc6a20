//! The arguments of `alc pkg test`.

use std::{path::PathBuf, time::Duration};

use clap::Args as ClapArgs;

use super::Project;
use crate::time::parse_duration;

const EXAMPLES: &str = "\
Examples:
  alc pkg test                 the package or the collection in this folder
  alc pkg test cot ./mine --filter edge
  alc pkg test mine --json | jq '.spec_files[] | select(.failed > 0).path'

Each file PACKAGE/spec/*_spec.lua runs in a Lua of its own, several at a time. It finds `lust` \
(describe, it, expect, before, after, spy), `test_doubles`, `with_alc`, `alc_mock` and all of `alc`; \
what would ask must be replaced.";

/// Specs to run.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PkgTest {
    /// Packages, folders of one package or of several, spec files; `-` is stdin. Without any: this
    /// folder, or else the project's own packages
    #[arg(value_name = "PACKAGE|FOLDER|FILE")]
    pub(crate) targets: Vec<String>,
    /// Only files whose name contains this
    #[arg(long, value_name = "SUBSTR")]
    pub(crate) filter: Option<String>,
    /// What the folder of a package's specs is called
    #[arg(long, value_name = "NAME", default_value = "spec")]
    pub(crate) spec_dir: String,
    /// More folders to find modules in
    #[arg(long = "path", value_name = "DIR")]
    pub(crate) paths: Vec<PathBuf>,
    /// How long one file may take: seconds, or 500ms, 30s, 2m
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "60s")]
    pub(crate) timeout: Duration,
    #[command(flatten)]
    pub(crate) project: Project,
}
