//! What `alc pkg test` takes for collections of 1, 10, 100 and 130 packages with 23 tests each, against
//! a run of `/bin/true`. The packages require a shared one, as published ones do.

use std::{fmt::Write as _, fs, path::Path, process::Command, time::Duration};

use crate::report::{millis, run};

const TESTS: usize = 23;
const ROUNDS: usize = 5;

pub(crate) fn measure() {
    let folder = tempfile::tempdir().expect("a folder");
    let baseline = fastest(&mut Command::new("/bin/true"));
    println!("/bin/true {}", millis(baseline));
    for packages in [1, 10, 100, 130] {
        let collection = folder.path().join(packages.to_string());
        write_collection(&collection, packages);
        let mut command = Command::new(env!("CARGO_BIN_EXE_alc"));
        command.env("ALC_HOME", folder.path().join("home"));
        command.args(["pkg", "test"]).arg(&collection);
        let time = fastest(&mut command);
        let (tests, ratio) = (packages * TESTS, time.as_secs_f64() / baseline.as_secs_f64());
        println!(
            "{packages:>4} packages, {tests:>4} tests: {:.3} s = {ratio:.0} x /bin/true",
            time.as_secs_f64()
        );
    }
}

fn fastest(command: &mut Command) -> Duration {
    (0..ROUNDS).map(|_| run(command)).min().unwrap_or_default()
}

/// Packages with a strategy of some size each, and a library that all of them use.
fn write_collection(folder: &Path, packages: usize) {
    let shapes: String = (0..200).fold(String::new(), |mut text, n| {
        let _ = writeln!(
            text,
            "function M.shape_{n}(value) return type(value) == 'table' and value.f{n} end"
        );
        text
    });
    write(&folder.join("shapes/init.lua"), &format!("local M = {{}}\n{shapes}return M\n"));
    for n in 0..packages {
        let package = folder.join(format!("p{n}"));
        write(&package.join("init.lua"), STRATEGY);
        let tests: String = (0..TESTS).fold(String::new(), |mut text, test| {
            let _ = writeln!(
                text,
                "  it('case {test}', function() expect(run({test})).to.equal('<{test}>') end)"
            );
            text
        });
        let spec = SPEC.replace("NAME", &format!("p{n}")).replace("TESTS", &tests);
        write(&package.join(format!("spec/p{n}_spec.lua")), &spec);
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("makes");
    fs::write(path, text).expect("writes");
}

const STRATEGY: &str = "local shapes = require('shapes')
local M = { meta = { name = 'x', version = '1.0' } }
function M.run(ctx)
  if not ctx.task then error('ctx.task is required') end
  local answers = alc.parallel({ ctx.task }, function(task) return 'Do ' .. task end)
  alc.log('info', 'asked')
  ctx.shape = shapes.shape_1(answers)
  ctx.result = '<' .. answers[1] .. '>'
  return ctx
end
return M
";
const SPEC: &str = "local describe, it, expect = lust.describe, lust.it, lust.expect
package.loaded['NAME'] = nil
local strategy = require('NAME')
local function run(n)
  _G.alc.llm_batch = function() return { tostring(n) } end
  return strategy.run({ task = 'x' }).result
end
describe('NAME', function()
TESTS
end)
";
