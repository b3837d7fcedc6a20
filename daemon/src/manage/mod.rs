//! Packages and scenarios, as people manage them: what is there, and what changes it.

mod cards;
mod collection;
mod doctor;
mod inspect;
mod install;
mod link;
mod listing;
mod manifest;
mod project;
mod remove;
pub(crate) mod scenarios;
mod source;
mod specs;
mod store;
mod update;

use std::{io, path::PathBuf};

use alc_ipc::FolderError;

pub(crate) use self::{
    doctor::doctor,
    install::{Wanted as Install, install},
    link::{Wanted as Link, link, unlink},
    listing::{Listing, list, show},
    manifest::ManifestError,
    remove::remove,
    source::GitError,
    specs::test,
    update::update,
};
use crate::packages::ProjectError;

/// Nothing was done, or only what is told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ManageError {
    #[error("no package is called `{0}`")]
    Unknown(String),
    #[error("no scenario is called `{0}`")]
    NoScenario(String),
    #[error("`{0}` is no name here: a letter, then letters, digits, `_` and `-`")]
    BadName(String),
    #[error("there is no project: no alc.toml here or above")]
    NoProject,
    #[error("{0} is neither a folder nor the address of a repository")]
    NoSource(String),
    #[error("Expected */init.lua in {}: a collection has each package in a folder", .0.display())]
    NoCollection(PathBuf),
    #[error("the collection has no package `{0}`")]
    NotInCollection(String),
    #[error("there is no init.lua in {}", .0.display())]
    NoPackage(PathBuf),
    #[error("there is no scenario in {}: a Lua file with a plain name", .0.display())]
    NoScenarios(PathBuf),
    #[error("`packages` is not a table in {}", .0.display())]
    NotATable(PathBuf),
    #[error("`{0}` is not a symlink: it is installed")]
    NoLink(String),
    #[error("`{0}` is a link")]
    IsLink(String),
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error("cannot use {}", .0.display())]
    File(PathBuf, #[source] io::Error),
    #[error("cannot start Lua")]
    Threads(#[source] io::Error),
    #[error("`{0}` is not there")]
    NoPath(String),
    #[error("no spec files found")]
    NoSpecs,
    #[error("cannot make a folder for the specs' data")]
    Scratch(#[source] io::Error),
}
