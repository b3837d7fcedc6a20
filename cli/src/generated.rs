//! The files that the repository keeps and that are made of the code: shell completions, man pages,
//! the reference of the command line and the JSON Schemas.

mod reference;
mod schema;

use clap::ValueEnum as _;
use clap_complete::Shell;

use crate::{completion, manual};

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it belongs, from the root of the repository.
    pub path: String,
    /// What is in it.
    pub text: String,
}

impl File {
    fn new(folder: &str, name: &str, text: String) -> Self {
        Self { path: format!("{folder}/{name}"), text }
    }
}

/// Every one of them; they depend on nothing but the code.
#[must_use]
pub fn files() -> Vec<File> {
    let scripts = Shell::value_variants().iter().map(|shell| {
        let (name, text) = completion::script(*shell);
        File::new("shell-completions", &name, text)
    });
    let pages = manual::pages().into_iter().map(|page| File::new("man", &page.name, page.roff));
    let schemas = schema::all()
        .into_iter()
        .map(|(name, text)| File::new("docs/schema", &format!("{name}.json"), text));
    let reference = File::new("docs", "cli.md", reference::text());
    scripts.chain(pages).chain([reference]).chain(schemas).collect()
}
