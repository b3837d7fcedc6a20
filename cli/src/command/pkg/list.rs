//! `alc pkg list`: every package, those that count first being first.

use alc_core::PackageView;
use alc_ipc::Act;

use crate::{
    args,
    connect::Connector,
    error::CliError,
    escape::escape,
    exit::Exit,
    manage::manage,
    output::{Output, OutputError, Style},
    table,
};

const HEADINGS: [&str; 6] = ["NAME", "VERSION", "KIND", "SCOPE", "STATE", "DESCRIPTION"];
const STATE: usize = 4;

pub(super) fn run(
    project: &args::Project,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let packages: Vec<PackageView> =
        manage(Act::List, project.project_root.as_deref(), connector, output)?;
    if output.json() {
        return Ok(Exit::Done);
    }
    if output.quiet() {
        for package in packages.iter().filter(|package| package.active) {
            output.line(&package.name)?;
        }
        return Ok(Exit::Done);
    }
    let rows: Vec<_> = packages.iter().map(row).collect();
    if !output.is_terminal() {
        for row in rows {
            output.line(&row.join("\t"))?;
        }
    } else if rows.is_empty() {
        output.notice("no packages yet; install some with: alc pkg install URL");
    } else {
        print_table(&rows, output)?;
    }
    Ok(Exit::Done)
}

fn row(package: &PackageView) -> Vec<String> {
    let (state, words) = match (&package.error, package.active) {
        (_, false) => ("shadowed", package.meta.description.as_deref()),
        (Some(error), true) => ("broken", Some(error.as_str())),
        (None, true) => ("active", package.meta.description.as_deref()),
    };
    let version = package.version.as_deref().unwrap_or_default();
    let kind = package.kind.map(alc_core::PackageKind::as_str).unwrap_or_default();
    let cells =
        [&package.name, version, kind, package.scope.as_str(), state, words.unwrap_or_default()];
    cells.map(escape).into()
}

fn print_table(rows: &[Vec<String>], output: &mut Output) -> Result<(), OutputError> {
    for (place, mut cells) in table::align(&HEADINGS, rows).into_iter().enumerate() {
        for (column, cell) in cells.iter_mut().enumerate() {
            let style = match (place, column, cell.trim()) {
                (0, ..) => Style::Bold,
                (_, STATE, "broken") => Style::Red,
                (_, STATE, "shadowed") => Style::Dim,
                (_, STATE, _) => Style::Green,
                _ => Style::Plain,
            };
            let painted = output.paint(style, cell).into_owned();
            *cell = painted;
        }
        output.line(cells.join("  ").trim_end())?;
    }
    Ok(())
}
