//! On Linux, has the programs contain what they need of GCC's library instead of loading it: that would
//! take as long as half of a short command.

use std::{env, path::Path, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |part| env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    // A compiler for another machine has another name, and perhaps another library.
    let is_own = env::var("HOST") == env::var("TARGET");
    if is_own
        && (target("OS"), target("ENV")) == ("linux".to_owned(), "gnu".to_owned())
        && let Some(folder) = folder_of("libgcc_eh.a")
    {
        println!("cargo:rustc-link-search=native={folder}");
        println!("cargo:rustc-link-lib=static:-bundle=gcc_eh");
    }
}

/// Where the C compiler has this library; `None`, if it does not.
fn folder_of(library: &str) -> Option<String> {
    let output = Command::new("cc").arg(format!("-print-file-name={library}")).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    let folder = Path::new(path.trim_end()).parent()?.to_str()?;
    // A library that is nowhere is told as it was asked for.
    (!folder.is_empty()).then(|| folder.to_owned())
}
