//! P10: computing in a session, against the plain Lua of the same version: its sources as they come,
//! compiled for this run. Time on the processor is compared, so that it does not count how much of it
//! either process is given.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use alc_ipc::WaitFor;

use crate::{
    daemon::{Daemon, spawn, wait},
    report::{medians, ratio, run},
};

const ROUNDS: usize = 7;
/// Each takes some tenths of a second.
const PROGRAMS: [(&str, &str); 8] = [
    (
        "calls",
        "local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end return fib(31)",
    ),
    ("loops", "local sum = 0 for i = 1, 5e7 do sum = sum + i % 7 end return sum"),
    (
        "tables",
        "local t = {} for round = 1, 20 do for i = 1, 2e5 do t[i] = (t[i] or 0) + i end end
         local sum = 0 for _, value in ipairs(t) do sum = sum + value end return sum",
    ),
    (
        "strings",
        "local t = {} for i = 1, 4e5 do t[#t + 1] = ('%d:%s'):format(i, i * 2):upper() end
         return #table.concat(t)",
    ),
    (
        "gsub",
        "local n = 0 local text = ('the quick brown fox '):rep(1000)
         for _ = 1, 300 do text:gsub('%a+', function(word) n = n + #word end) end return n",
    ),
    (
        "sort",
        "local t, seed = {}, 42
         for i = 1, 2e5 do seed = (seed * 1103515245 + 12345) % 2147483648 t[i] = seed end
         table.sort(t, function(a, b) return a < b end) return t[1]",
    ),
    (
        "coroutines",
        "local step = coroutine.wrap(function() for i = 1, math.huge do coroutine.yield(i) end end)
         local sum = 0 for _ = 1, 2e6 do sum = sum + step() end return sum",
    ),
    (
        "pcall",
        "local sum = 0 for i = 1, 3e6 do local _, n = pcall(math.abs, -i) sum = sum + n end return sum",
    ),
];

pub(crate) fn measure() {
    let daemon = Daemon::start(&[]);
    let Some(plain) = plain_lua(daemon.folder()) else { return };
    let mut client = daemon.client();
    for (name, program) in PROGRAMS {
        let file = daemon.folder().join(format!("{name}.lua"));
        fs::write(&file, program).expect("writes");
        let mut alone = Command::new(&plain);
        alone.arg(&file);
        let [alone, session] = medians(
            ROUNDS,
            [&mut || computed(&mut alone), &mut || {
                let before = daemon.computed();
                let id = spawn(&mut client, program);
                wait(&mut client, &id, WaitFor::Terminal);
                daemon.computed().saturating_sub(before)
            }],
        );
        ratio(&format!("P10 {name}"), session, ("plain Lua", alone), 1.15);
    }
}

/// For how long it computed, as it says itself.
fn computed(alone: &mut Command) -> Duration {
    let output = alone.output().expect("runs");
    assert!(output.status.success(), "{output:?}");
    let seconds = String::from_utf8(output.stdout).expect("UTF-8");
    Duration::from_secs_f64(seconds.trim().parse().expect("a number"))
}

/// The smallest program that runs a file and says how long that took.
const PLAIN: &str =
    "#include <stdio.h>\n#include <time.h>\n#include <lauxlib.h>\n#include <lualib.h>
int main(int argc, char **argv) {
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    if (argc != 2 || luaL_dofile(L, argv[1])) {
        fprintf(stderr, \"%s\\n\", lua_tostring(L, -1));
        return 1;
    }
    lua_close(L);
    printf(\"%f\\n\", (double)clock() / CLOCKS_PER_SEC);
    return 0;
}
";

/// Compiles it; `None`, and a remark, where there is no compiler.
fn plain_lua(folder: &Path) -> Option<PathBuf> {
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let mut lua = lua_src::Build::new();
    let built = lua.out_dir(folder.join("lua")).target(&target).opt_level("2").debug(false);
    let Ok(built) = built.try_build(lua_src::Lua54) else {
        println!("skipped: cc");
        return None;
    };
    let (source, program) = (folder.join("plain.c"), folder.join("plain"));
    fs::write(&source, PLAIN).expect("writes");
    let mut compiler = Command::new("cc");
    compiler.arg("-O2").arg("-o").arg(&program).arg(source);
    compiler.arg("-I").arg(built.include_dir()).arg("-L").arg(built.lib_dir());
    compiler.args(built.libs().iter().map(|lib| format!("-l{lib}"))).args(["-lm", "-ldl"]);
    run(&mut compiler);
    Some(program)
}
