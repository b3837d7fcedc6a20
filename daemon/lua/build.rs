//! Builds Lua 5.4 from the sources of `lua-src`, unchanged but for a header forced into each file.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=alc_lua.h");
    let header = Path::new(env!("CARGO_MANIFEST_DIR")).join("alc_lua.h");
    let flag = match std::env::var("CARGO_CFG_TARGET_ENV").as_deref() {
        Ok("msvc") => format!("/FI{}", header.display()),
        _ => format!("-include {}", header.display()),
    };
    let given = std::env::var("CFLAGS").unwrap_or_default();
    let flags = format!("{given} {flag}");
    #[expect(
        unsafe_code,
        reason = "a build script has one thread, so nobody reads the environment meanwhile"
    )]
    // SAFETY: as above; `cc` reads the variable afterwards, in this thread.
    unsafe {
        std::env::set_var("CFLAGS", flags.trim());
    }
    lua_src::Build::new().build(lua_src::Lua54).print_cargo_metadata();
}
