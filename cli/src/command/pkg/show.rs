//! `alc pkg show`: what is known about a package, and about those that it shadows.

use alc_core::{PackageKind, PackageSource, PackageView};
use alc_ipc::Act;

use crate::{
    args,
    connect::Connector,
    error::CliError,
    escape::escape,
    exit::Exit,
    manage::manage,
    output::{Output, OutputError},
    time::rfc3339,
};

pub(super) fn run(
    args: args::PkgShow,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let args::PkgShow { name, project } = args;
    let packages: Vec<PackageView> =
        manage(Act::Show(name), project.project_root.as_deref(), connector, output)?;
    if !output.json() {
        for (place, package) in packages.iter().enumerate() {
            if place > 0 {
                output.line("")?;
            }
            print(package, output)?;
        }
    }
    Ok(Exit::Done)
}

/// What is known, as `key=value` lines.
fn print(package: &PackageView, output: &mut Output) -> Result<(), OutputError> {
    let text = |text: &Option<String>| text.clone();
    let meta = &package.meta;
    let lines = [
        ("name", Some(package.name.clone())),
        ("version", text(&package.version)),
        ("kind", package.kind.map(|kind| PackageKind::as_str(kind).to_owned())),
        ("scope", Some(package.scope.as_str().to_owned())),
        ("active", Some(package.active.to_string())),
        ("shadowed_by", text(&package.shadowed_by)),
        ("path", Some(package.resolved_source_path.clone())),
        ("description", text(&meta.description)),
        ("category", text(&meta.category)),
        ("tags", Some(meta.tags.join(",")).filter(|tags| !tags.is_empty())),
        ("entries", Some(package.entries.join(",")).filter(|names| !names.is_empty())),
        ("source", package.source.as_ref().map(source)),
        ("installed_at", package.installed_at.map(rfc3339)),
        ("updated_at", package.updated_at.map(rfc3339)),
        ("error", text(&package.error)),
    ];
    for (key, value) in lines {
        if let Some(value) = value {
            output.line(&format!("{key}={}", escape(&value)))?;
        }
    }
    Ok(())
}

/// Where a package came from, in a word.
pub(super) fn source(source: &PackageSource) -> String {
    match source {
        PackageSource::Installed => "installed".to_owned(),
        PackageSource::Path { path } => path.clone(),
        PackageSource::Git { url, rev: None } => url.clone(),
        PackageSource::Git { url, rev: Some(rev) } => format!("{url}#{rev}"),
        PackageSource::Bundled { collection } => {
            collection.clone().unwrap_or_else(|| "bundled".to_owned())
        }
        PackageSource::Unknown => "unknown".to_owned(),
    }
}
