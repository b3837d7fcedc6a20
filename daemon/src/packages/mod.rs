//! Packages: where they are found for a session, and what of them it keeps.

mod name;
mod pin;
mod project;
mod resolve;

pub(crate) use name::is_version;
pub(crate) use pin::{Package, PinError, stays_within};
pub(crate) use project::{
    LOCAL, LOCK, MANIFEST, Project, ProjectError, allowed_variables, document,
};
pub(crate) use resolve::{Holds, Located, Origin, Passed, Resolver, pinned_copy};

/// Reads a project's files, for a fuzzer.
#[cfg(feature = "fuzz")]
pub(crate) fn read_project(root: &std::path::Path) {
    let _ = (project::Project::read(root), allowed_variables(root));
}

/// The Lua that loads a package as a strategy, which shows whether it is one.
pub(crate) fn loading(package: &str) -> String {
    format!(
        "local strategy = require('{package}')\n\
         if type(strategy) ~= 'table' or type(strategy.run) ~= 'function' then\n\
         error(\"'{package}' is a library package: it has no function run\", 0)\n\
         end\n"
    )
}

/// The Lua that runs a package as a strategy on `ctx`.
pub(crate) fn advice(package: &str) -> String {
    format!("{}return (strategy.run(ctx))\n", loading(package))
}
