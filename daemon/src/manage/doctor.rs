//! What is wrong with packages: those that do not load, shadow each other, or are not there, and files
//! that do not say what is true.

use std::path::Path;

use alc_core::{
    Caller, FORMAT, FindingKind, FindingLevel, FindingView, LockedPackage, PackageSource,
    PackageView,
};

use super::{ManageError, listing::Shelf, project::ProjectFiles, update::resolve};
use crate::packages::Origin;

/// Everything that is wrong, what matters most first.
pub(crate) async fn doctor(caller: &Caller, home: &Path) -> Result<Vec<FindingView>, ManageError> {
    let shelf = Shelf::open(caller, home)?;
    let mut findings: Vec<_> = shelf
        .damaged
        .iter()
        .map(|problem| Finding::problem(FindingKind::Damaged, None, problem.clone()))
        .collect();
    findings.extend(shelf.resolver.broken_links().iter().map(|link| {
        let scope = match link.origin {
            Origin::Worktree => "variant",
            Origin::Store => "global",
            _ => "project",
        };
        let hint = match link.origin {
            Origin::Worktree | Origin::Store => {
                format!("alc pkg unlink {} --scope {scope}", link.name)
            }
            _ => format!("alc pkg remove {} --scope {scope}", link.name),
        };
        Finding::problem(FindingKind::BrokenLink, Some(&link.name), link.leads_nowhere())
            .with_hint(hint)
    }));
    if let Some(root) = &caller.project
        && let Ok(files) = ProjectFiles::open(Path::new(root))
    {
        findings.extend(drift(&files, home, &shelf).await);
    }
    for name in shelf.manifest.names() {
        if !home.join("packages").join(&name).join("init.lua").is_file() {
            let message = format!("installed.json names `{name}`, which is not in the store");
            findings.push(Finding::note(FindingKind::NotInstalled, &name, message));
        }
    }
    let packages = shelf.views(shelf.resolver.packages()).await;
    findings.extend(packages.iter().filter_map(of_package));
    findings.sort_by_key(|finding| finding.0.level == FindingLevel::Note);
    Ok(findings.into_iter().map(|finding| finding.0).collect())
}

struct Finding(FindingView);

impl Finding {
    fn problem(kind: FindingKind, package: Option<&str>, message: String) -> Self {
        let (level, package) = (FindingLevel::Problem, package.map(str::to_owned));
        Self(FindingView { v: FORMAT, level, kind, package, message, hint: None })
    }

    fn note(kind: FindingKind, package: &str, message: String) -> Self {
        let Self(problem) = Self::problem(kind, Some(package), message);
        Self(FindingView { level: FindingLevel::Note, ..problem })
    }

    fn with_hint(self, hint: String) -> Self {
        Self(FindingView { hint: Some(hint), ..self.0 })
    }
}

fn of_package(package: &PackageView) -> Option<Finding> {
    let (name, path) = (&package.name, &package.resolved_source_path);
    match (&package.error, &package.shadowed_by) {
        (Some(error), _) => {
            let message = format!("{path} does not load: {error}");
            Some(Finding::problem(FindingKind::DoesNotLoad, Some(name), message))
        }
        (None, Some(first)) => {
            let message = format!("{path} is never required, since {first} counts first");
            Some(Finding::note(FindingKind::Shadowed, name, message))
        }
        (None, None) => None,
    }
}

/// Where `alc.toml`, `alc.lock` and the packages differ.
async fn drift(files: &ProjectFiles, home: &Path, shelf: &Shelf) -> Vec<Finding> {
    let found = resolve(files, &home.join("packages"), &shelf.inspector, &mut Vec::new()).await;
    let locked = files.locked();
    // Without a lock file, paths count as `alc.toml` has them.
    let by_path = |package: &LockedPackage| matches!(package.source, PackageSource::Path { .. });
    let has_lock = files.lock_path().exists();
    let mut findings = Vec::new();
    let mut drifted = |name: &str, message: String| {
        let finding = Finding::problem(FindingKind::LockDrift, Some(name), message);
        findings.push(finding.with_hint("alc pkg update".to_owned()));
    };
    for old in &locked {
        if !found.iter().any(|(name, _)| *name == old.name) {
            drifted(&old.name, format!("alc.lock has `{}`, and alc.toml has not", old.name));
        }
    }
    let mut absent = Vec::new();
    for (name, entry) in &found {
        match (entry, locked.iter().find(|old| old.name == *name)) {
            (Err(problem), _) => {
                let message = format!("alc.toml wants `{name}`: {problem}");
                absent.push(Finding::problem(FindingKind::NotInstalled, Some(name), message));
            }
            (Ok(new), None) if has_lock || !by_path(&new.package) => {
                drifted(name, format!("alc.toml wants `{name}`, and alc.lock has it not"));
            }
            (Ok(new), Some(old)) if new.package != *old => {
                let was = old.version.as_deref().unwrap_or("no version");
                let is = new.package.version.as_deref().unwrap_or("no version");
                let message = if was == is {
                    format!("`{name}` comes from elsewhere than alc.lock says")
                } else {
                    format!("alc.lock says `{name}` has {was}, and it has {is}")
                };
                drifted(name, message);
            }
            _ => {}
        }
    }
    findings.extend(absent);
    findings
}
