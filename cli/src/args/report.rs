//! The arguments of `report`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::Session;

const EXAMPLES: &str = "\
Examples:
  alc report review-42 --html review.html
  alc report @ --md >> \"$GITHUB_STEP_SUMMARY\"";

/// A page about one session.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) session: Session,
    #[command(flatten)]
    pub(crate) form: Form,
}

/// What it is written as.
#[derive(Debug, ClapArgs)]
#[group(required = true, multiple = false)]
pub(crate) struct Form {
    /// A web page, one file that needs nothing else; `-` is stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Markdown on stdout, for the summary of a CI job; texts above 4 KiB are cut
    #[arg(long)]
    pub(crate) md: bool,
}
