//! The arguments of `alc pkg` and `alc scenario`.

use std::path::PathBuf;

use alc_core::PackageScope;
use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::PkgTest;

/// Packages.
#[derive(Debug, Subcommand)]
pub(crate) enum Pkg {
    /// List the packages that can be required, and those that others of their name shadow
    List(Project),
    /// Print what is known about a package
    Show(PkgShow),
    /// Copy packages from a folder or a Git repository into your store
    Install(PkgInstall),
    /// Use packages from where they lie, in place of copies
    Link(PkgLink),
    /// Take links away; what they lead to stays
    Unlink(PkgUnlink),
    /// Delete installed packages, or take them out of the project
    Remove(PkgRemove),
    /// Write alc.lock: what the packages that alc.toml wants are now
    Update(Project),
    /// Begin a package: a folder with a strategy, its test and the types for editors
    New(PkgNew),
    /// Print the types of what scripts find, for editors, or write them into a folder
    Types(PkgTypes),
    /// Find what is wrong with packages, and say what helps
    Doctor(Project),
    /// Run the specs of packages
    Test(PkgTest),
}

impl Pkg {
    /// Whether it changes nothing.
    pub(crate) fn only_reads(&self) -> bool {
        match self {
            Self::List(_) | Self::Show(_) | Self::Doctor(_) | Self::Test(_) => true,
            Self::Types(args) => args.dir.is_none(),
            Self::Install(_)
            | Self::Link(_)
            | Self::Unlink(_)
            | Self::Remove(_)
            | Self::Update(_)
            | Self::New(_) => false,
        }
    }
}

/// Whose packages.
#[derive(Debug, ClapArgs)]
pub(crate) struct Project {
    /// The project whose packages count first; without it, what `ALC_PROJECT_ROOT` says, or else the
    /// nearest folder from here upwards that has an alc.toml
    #[arg(long, value_name = "DIR")]
    pub(crate) project_root: Option<PathBuf>,
}

/// One package.
#[derive(Debug, ClapArgs)]
pub(crate) struct PkgShow {
    /// Its name, as `require` takes it
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) project: Project,
}

const INSTALL_EXAMPLES: &str = "\
Examples:
  alc pkg install https://example.org/strategies.git
  alc pkg install git@example.org:strategies.git cot --rev v2.1
  alc pkg install ./strategies --force

A source is a collection: each of its folders with an init.lua is a \
package. Scenarios in its folder `scenarios`, and cards in its packages, \
are copied where they are absent. In a project, the packages are added \
to alc.toml and alc.lock. Repositories are cloned by `git`.";

/// Installing.
#[derive(Debug, ClapArgs)]
#[command(after_help = INSTALL_EXAMPLES)]
pub(crate) struct PkgInstall {
    /// A folder, or the address of a Git repository
    pub(crate) source: String,
    /// Only these packages of it
    #[arg(value_name = "NAME")]
    pub(crate) only: Vec<String>,
    /// The branch, tag or commit of the repository
    #[arg(long)]
    pub(crate) rev: Option<String>,
    /// Replace packages that are installed; links stay
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) project: Project,
}

/// For whom packages are linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LinkScope {
    /// You: a link in your store
    Global,
    /// This worktree: an entry in alc.local.toml
    Variant,
}

impl From<LinkScope> for PackageScope {
    fn from(scope: LinkScope) -> Self {
        match scope {
            LinkScope::Global => Self::Global,
            LinkScope::Variant => Self::Variant,
        }
    }
}

const LINK_EXAMPLES: &str = "\
Examples:
  alc pkg link ./mine                   a package, or a collection of some
  alc pkg link ../strategies --scope variant";

/// Linking.
#[derive(Debug, ClapArgs)]
#[command(after_help = LINK_EXAMPLES)]
pub(crate) struct PkgLink {
    /// A folder of packages, or the folder of one
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: String,
    /// Read the folder as one package of this name
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// For whom
    #[arg(long, value_enum, default_value = "global")]
    pub(crate) scope: LinkScope,
    /// Replace packages that are installed
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) project: Project,
}

/// Unlinking.
#[derive(Debug, ClapArgs)]
pub(crate) struct PkgUnlink {
    /// The packages
    #[arg(value_name = "NAME", required = true)]
    pub(crate) names: Vec<String>,
    /// For whom they are linked
    #[arg(long, value_enum, default_value = "global")]
    pub(crate) scope: LinkScope,
    #[command(flatten)]
    pub(crate) project: Project,
}

/// From where packages are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RemoveScope {
    /// Your store
    Global,
    /// alc.toml and alc.lock; what is installed stays
    Project,
}

impl From<RemoveScope> for PackageScope {
    fn from(scope: RemoveScope) -> Self {
        match scope {
            RemoveScope::Global => Self::Global,
            RemoveScope::Project => Self::Project,
        }
    }
}

/// Removing.
#[derive(Debug, ClapArgs)]
pub(crate) struct PkgRemove {
    /// The packages; `NAME@VERSION` is a copy that `alc pkg update` made
    #[arg(value_name = "NAME", required = true)]
    pub(crate) names: Vec<String>,
    /// From where
    #[arg(long, value_enum, default_value = "global")]
    pub(crate) scope: RemoveScope,
    #[command(flatten)]
    pub(crate) project: Project,
}

const NEW_EXAMPLES: &str = "\
Examples:
  alc pkg new mine && alc pkg link mine
  alc advice mine 'What is 2+2?'";

/// A package's beginning.
#[derive(Debug, ClapArgs)]
#[command(after_help = NEW_EXAMPLES)]
pub(crate) struct PkgNew {
    /// Its name: a letter, then letters, digits, `_` and `-`
    pub(crate) name: String,
    /// The folder in which its folder is made
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) dir: PathBuf,
}

const TYPES_EXAMPLES: &str = "\
Examples:
  alc pkg types > alc.d.lua
  alc pkg types --dir .            types/alc.d.lua, and a .luarc.json";

/// Types.
#[derive(Debug, ClapArgs)]
#[command(after_help = TYPES_EXAMPLES)]
pub(crate) struct PkgTypes {
    /// Write types/alc.d.lua here, and .luarc.json unless there is one; print their paths
    #[arg(long)]
    pub(crate) dir: Option<PathBuf>,
}

/// Scenarios.
#[derive(Debug, Subcommand)]
pub(crate) enum Scenario {
    /// List the scenarios that evaluations can name
    List,
    /// Print a scenario
    Show(ScenarioShow),
    /// Copy scenarios from a file, a folder or a Git repository
    Install(ScenarioInstall),
}

impl Scenario {
    /// Whether it changes nothing.
    pub(crate) fn only_reads(&self) -> bool {
        matches!(self, Self::List | Self::Show(_))
    }
}

/// One scenario.
#[derive(Debug, ClapArgs)]
pub(crate) struct ScenarioShow {
    /// Its name
    pub(crate) name: String,
}

/// Installing scenarios.
#[derive(Debug, ClapArgs)]
pub(crate) struct ScenarioInstall {
    /// A Lua file, a folder of them (or one with a folder `scenarios`), or the address of a repository
    pub(crate) source: String,
    /// Replace scenarios that are there
    #[arg(long)]
    pub(crate) force: bool,
}
