//! `alc pkg new`: a package to begin with, which passes its own test.

use std::path::Path;

use alc_core::is_package_name;

use super::types;
use crate::{args, error::CliError, exit::Exit, output::Output};

const INIT: &str = r#"--- NAME: say here in a sentence what it does.

local M = {}

M.meta = {
  name = "NAME",
  version = "0.1.0",
  description = "Answers a task in one question",
  category = "examples",
}

--- Answers `ctx.task`; `ctx.result` is the answer.
function M.run(ctx)
  local task = ctx.task or error("ctx.task is required")
  ctx.result = alc.llm("Answer in one sentence.\n\n" .. task)
  return ctx
end

return M
"#;

const SPEC: &str = r#"-- Run with: alc pkg test NAME
local describe, it, expect = lust.describe, lust.it, lust.expect

describe("NAME", function()
  local package = require("NAME")
  local alc_before = alc

  lust.after(function()
    alc = alc_before
  end)

  it("asks once and returns the answer", function()
    local asked = {}
    alc = {
      llm = function(prompt)
        asked[#asked + 1] = prompt
        return "4"
      end,
    }
    local ctx = package.run({ task = "What is 2+2?" })
    expect(ctx.result).to.equal("4")
    expect(#asked).to.equal(1)
    expect(asked[1]).to.match("What is 2%+2%?")
  end)

  it("needs a task", function()
    local ok, problem = pcall(package.run, {})
    expect(ok).to.equal(false)
    expect(problem).to.match("ctx.task is required")
  end)
end)
"#;

const README: &str = "\
# NAME

A strategy for `alc`.

    alc pkg link .                          # once, from this folder
    alc pkg test NAME
    alc advice NAME 'What is 2+2?'

`types/alc.d.lua` and `.luarc.json` tell editors what scripts find; `alc pkg types --dir .` writes them
anew.
";

pub(super) fn run(args: &args::PkgNew, output: &mut Output) -> Result<Exit, CliError> {
    let name = &args.name;
    if !is_package_name(name) {
        let problem = "is no name for a package: a letter, then letters, digits, `_` and `-`";
        let message = format!("`{name}` {problem}");
        return Err(CliError::Usage { message, help: "alc pkg new --help".to_owned() });
    }
    let folder = args.dir.join(name);
    if folder.symlink_metadata().is_ok() {
        let problem = format!("is there already, in {}", folder.display());
        return Err(CliError::NotDone {
            name: name.clone(),
            problem,
            class: ("in_the_way", Exit::Conflict),
        });
    }
    write(&folder, name, output)?;
    if output.is_terminal() {
        output.notice(&format!("next: alc pkg link {}", folder.display()));
    }
    Ok(Exit::Done)
}

fn write(folder: &Path, name: &str, output: &mut Output) -> Result<(), CliError> {
    let spec = format!("spec/{name}_spec.lua");
    for (file, text) in [("init.lua", INIT), (&spec, SPEC), ("README.md", README)] {
        let path = folder.join(file);
        types::write_file(&path, &text.replace("NAME", name))?;
        types::print(&path, output)?;
    }
    for path in types::write(folder)? {
        types::print(&path, output)?;
    }
    Ok(())
}
