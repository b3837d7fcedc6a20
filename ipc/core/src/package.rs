//! What `alc pkg` and `alc scenario` tell of packages and scenarios: the shapes of their `--json`.

use serde::{Deserialize, Serialize};

/// The most bytes of a package's name.
const LONGEST: usize = 64;

/// Whether a package, or a scenario, may be called so: a letter, then letters, digits, `_` and `-`.
///
/// ```
/// assert!(alc_core::is_package_name("self_refine-2"));
/// assert!(!alc_core::is_package_name("../cot"));
/// ```
#[must_use]
pub fn is_package_name(name: &str) -> bool {
    name.len() <= LONGEST
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

/// Declares an object that `--json` prints, with its `v` and `type`.
macro_rules! views {
    ($($(#[$doc:meta])* $type:literal $name:ident {
        $($(#[$field_doc:meta])* $field:ident: $of:ty,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(tag = "type", rename = $type)]
        pub struct $name {
            /// [`crate::FORMAT`].
            pub v: u32,
            $($(#[$field_doc])* pub $field: $of,)*
        }
    )*};
}

/// Who says that a package is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PackageScope {
    /// The worktree's `alc.local.toml`.
    Variant,
    /// The project's `alc.lock` or `alc.toml`.
    Project,
    /// The user: the store, or `ALC_PACKAGES_PATH`.
    Global,
}

impl PackageScope {
    /// The scope as it is typed and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Variant => "variant",
            Self::Project => "project",
            Self::Global => "global",
        }
    }
}

/// What a package is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PackageKind {
    /// A strategy: it has a function `run`.
    Runnable,
    /// For other packages to require.
    Library,
}

impl PackageKind {
    /// The kind as it is shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Runnable => "runnable",
            Self::Library => "library",
        }
    }
}

/// In what way a package is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PackagePlace {
    /// A folder of the user's store.
    Installed,
    /// A symbolic link.
    Linked,
    /// A folder that the project or `ALC_PACKAGES_PATH` names.
    LocalPath,
    /// It came with a collection that is part of another program.
    Bundled,
    /// A folder that the worktree names.
    Variant,
}

/// Where a package came from, as `installed.json` and `alc.lock` say it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PackageSource {
    /// The user's store.
    Installed,
    /// A folder.
    Path {
        /// Which.
        path: String,
    },
    /// A repository.
    Git {
        /// Which.
        url: String,
        /// The branch, tag or commit that was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rev: Option<String>,
    },
    /// A collection that is part of another program.
    Bundled {
        /// Which.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        collection: Option<String>,
    },
    /// Nobody knows.
    #[serde(other)]
    Unknown,
}

/// What a package says of itself in `M.meta`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct PackageMeta {
    /// Its name there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where it belongs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Words to find it by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The versions of `alc_shapes` it works with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alc_shapes_compat: Option<String>,
}

/// Something of a bulk that was not done, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotDone {
    /// The package or scenario.
    pub name: String,
    /// What is in the way.
    pub error: String,
}

/// A package in a lock file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LockedPackage {
    /// Its name.
    pub name: String,
    /// The version it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Where it is.
    pub source: PackageSource,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FindingLevel {
    /// It is to be mended.
    Problem,
    /// It is good to know, and may be meant so.
    Note,
}

/// What sort of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A package does not load.
    DoesNotLoad,
    /// A package cannot be reached, because another one of its name counts first.
    Shadowed,
    /// A link leads to no package.
    BrokenLink,
    /// `alc.lock` does not say what `alc.toml` and the packages are now.
    LockDrift,
    /// The project names a package that is not there.
    NotInstalled,
    /// A file cannot be read.
    Damaged,
}

impl FindingKind {
    /// The kind as it is shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DoesNotLoad => "does_not_load",
            Self::Shadowed => "shadowed",
            Self::BrokenLink => "broken_link",
            Self::LockDrift => "lock_drift",
            Self::NotInstalled => "not_installed",
            Self::Damaged => "damaged",
        }
    }
}

views! {
    /// A package, by `pkg list` and `pkg show`.
    "package" PackageView {
        /// What `require` calls it.
        name: String,
        /// Who says that it is there.
        scope: PackageScope,
        /// Its version, if it says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<String>,
        /// What it is for; missing if it does not load.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<PackageKind>,
        /// Whether it is the one that `require` finds.
        active: bool,
        /// The folder that `require` finds instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shadowed_by: Option<String>,
        /// Its folder.
        resolved_source_path: String,
        /// In what way it is there.
        resolved_source_kind: PackagePlace,
        /// What it says of itself.
        meta: PackageMeta,
        /// Why it does not load.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// Where it came from, if it was installed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<PackageSource>,
        /// When it was first installed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        installed_at: Option<i64>,
        /// When it was last installed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        updated_at: Option<i64>,
        /// The entries that `M.spec` describes; only by `pkg show`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        entries: Vec<String>,
    }

    /// What `pkg install` did.
    "installed" InstalledView {
        /// How the source was read: `collection`.
        mode: String,
        /// The packages that are new or replaced.
        installed: Vec<String>,
        /// Those that were there.
        skipped: Vec<String>,
        /// Those that are links, and stay so.
        skipped_symlinks: Vec<String>,
        /// Those that could not be installed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        failures: Vec<NotDone>,
        /// The scenarios that are new.
        scenarios_installed: Vec<String>,
        /// Those that could not be installed.
        scenarios_failures: Vec<NotDone>,
        /// The cards that are new, as `PACKAGE/CARD`.
        cards_installed: Vec<String>,
    }

    /// What `pkg link` did.
    "linked" LinkedView {
        /// How the folder was read: `collection`, or `package` for one.
        mode: String,
        /// For whom they are linked.
        scope: PackageScope,
        /// The packages that are linked now.
        linked: Vec<String>,
        /// The folders they are, in the same order.
        targets: Vec<String>,
        /// Those that stay what they were.
        skipped: Vec<String>,
    }

    /// A link that is gone, by `pkg unlink`.
    "unlinked" UnlinkedView {
        /// Whose.
        name: String,
        /// For whom it was linked.
        scope: PackageScope,
        /// Where it led.
        target: String,
    }

    /// A package that is gone, by `pkg remove`.
    "removed" RemovedView {
        /// Which.
        name: String,
        /// From where.
        scope: PackageScope,
    }

    /// What `pkg update` wrote.
    "updated" UpdatedView {
        /// The lock file.
        path: String,
        /// What it says.
        packages: Vec<LockedPackage>,
        /// The versions that were copied, so that they stay.
        copied: Vec<String>,
        /// The entries that could not be resolved.
        errors: Vec<NotDone>,
    }

    /// Something that is wrong, by `pkg doctor`.
    "package_finding" FindingView {
        /// How much it matters.
        level: FindingLevel,
        /// What sort.
        kind: FindingKind,
        /// The package it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        package: Option<String>,
        /// What is wrong.
        message: String,
        /// A command that helps.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hint: Option<String>,
    }

    /// A scenario, by `scenario list` and `scenario show`.
    "scenario" ScenarioView {
        /// Its name.
        name: String,
        /// Its file.
        path: String,
        /// What is in it; only by `scenario show`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
    }

    /// What `scenario install` did.
    "scenarios_installed" ScenariosView {
        /// The scenarios that are new or replaced.
        installed: Vec<String>,
        /// Those that were there.
        skipped: Vec<String>,
        /// Those that could not be installed.
        failures: Vec<NotDone>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_has_a_plain_name() {
        for name in ["a", "Cot", "self_refine-2"] {
            assert!(is_package_name(name), "{name}");
        }
        let long = "a".repeat(65);
        for name in ["", "1a", "_a", "-a", "a.b", "a/b", "..", "a@1", "é", "a b", &long] {
            assert!(!is_package_name(name), "{name}");
        }
    }
}
