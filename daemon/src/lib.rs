//! The background process of `alc`: it keeps sessions, runs their Lua and writes their journal.

// Links the Lua that mlua runs on.
use alc_lua as _;

mod alarm;
mod cause;
mod clock;
mod comparison;
mod config;
mod connection;
#[cfg(unix)]
mod detach;
mod engine;
mod environment;
mod folder;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod handler;
mod hooks;
mod journal;
mod lease;
mod listener;
mod log;
mod manage;
mod packages;
mod point;
mod preferences;
mod registry;
mod residency;
mod server;
mod session;
mod settings;
mod start;
mod store;
mod toml;
mod tool;
mod visitor;

use std::process::ExitCode;

use clap::Parser as _;

/// Runs `alcd`.
#[must_use]
pub fn main() -> ExitCode {
    match config::Args::parse().command {
        config::Command::Run(run) => start::run(&run),
        config::Command::Tool(tool) => tool::run(tool),
    }
}
