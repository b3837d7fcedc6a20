//! What a client may want of packages and scenarios; `alcd tool package` does it.

use alc_core::{Caller, PackageScope};
use serde::{Deserialize, Serialize};

/// Something to do with packages or scenarios.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manage {
    /// For whom: the project and the variables that say where packages are.
    pub caller: Caller,
    /// What.
    pub act: Act,
}

/// What to do; the lines of the answer are the views of `alc_core` named here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Every package: a `PackageView` each.
    List,
    /// The packages of this name, the one that counts first: a `PackageView` each.
    Show(String),
    /// Copy packages into the user's store: an `InstalledView`.
    Install(Install),
    /// Link packages that stay where they are: a `LinkedView`.
    Link(Link),
    /// Take a link away: an `UnlinkedView`.
    Unlink {
        /// Whose.
        name: String,
        /// The user's, or the worktree's.
        scope: PackageScope,
    },
    /// Remove a package: a `RemovedView`.
    Remove {
        /// Which; a copy is `NAME@VERSION`.
        name: String,
        /// From the user's store, or from what the project wants.
        scope: PackageScope,
    },
    /// Write the project's lock file: an `UpdatedView`.
    Update,
    /// Everything that is wrong: a `FindingView` each.
    Doctor,
    /// Every scenario: a `ScenarioView` each.
    ListScenarios,
    /// This scenario: a `ScenarioView`.
    ShowScenario(String),
    /// Copy scenarios to the user's: a `ScenariosView`.
    InstallScenarios {
        /// A file, a folder or the address of a repository.
        source: String,
        /// Also those that are there.
        force: bool,
    },
    /// Run specs: one `SpecsView`.
    Test(RunSpecs),
}

/// What to install.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Install {
    /// A folder, or the address of a repository.
    pub source: String,
    /// A branch, tag or commit of the repository.
    pub rev: Option<String>,
    /// Only these of its packages; all if there are none.
    pub only: Vec<String>,
    /// Also those that are installed.
    pub force: bool,
}

/// What to link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// A collection, or the folder of one package.
    pub folder: String,
    /// Read the folder as one package of this name.
    pub name: Option<String>,
    /// For the user, or for the worktree.
    pub scope: PackageScope,
    /// Also in the place of packages that are installed.
    pub force: bool,
}

/// Which specs to run, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSpecs {
    /// Packages, folders and files; without any, what is in the caller's folder.
    pub targets: Vec<SpecTarget>,
    /// Only files whose names, without `.lua`, contain this.
    pub filter: Option<String>,
    /// What the folder of a package's specs is called.
    pub spec_dir: String,
    /// More folders to find modules in.
    pub paths: Vec<String>,
    /// How long a file may take, in milliseconds.
    pub limit: u64,
}

/// Specs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SpecTarget {
    /// Those of a package, in a folder, or a file.
    Named(String),
    /// This Lua.
    Source(String),
}
