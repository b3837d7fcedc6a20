//! `alc` and `alcd` as their users meet them: real processes, a real journal, real Lua.

#![cfg(unix)]
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod collection;
mod detour;
mod env;
mod stats;
mod terminal;

mod advice;
mod background;
mod bad_input;
mod batch;
mod cancelling;
mod cards;
mod cassette;
mod chaos;
mod check;
mod checker;
mod clock;
mod completing;
mod concurrency;
mod cookbook;
mod daemon;
mod deadline;
mod deleting;
mod doctor;
mod drawing;
mod drive;
mod environment;
mod eval;
mod examples;
mod exit_codes;
mod following;
#[cfg(target_os = "linux")]
mod full_disk;
mod fuzz;
mod generated;
mod hooks;
mod idle;
mod installing;
mod json;
mod killed;
mod lifecycle;
mod limits;
mod managing;
mod names;
mod next;
mod packages;
mod parting;
mod person;
mod reconnecting;
mod recorded;
mod recovery;
mod renewal;
mod report;
#[cfg(target_os = "linux")]
mod scarce;
mod schemas;
mod selecting;
mod service;
mod several;
mod shell;
mod shells;
mod signals;
mod skew;
mod specs;
mod stores;
mod strategies;
mod surroundings;
mod top;
mod transcript;
mod travel;
