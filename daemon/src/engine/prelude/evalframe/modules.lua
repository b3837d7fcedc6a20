--- host: frame
-- The evaluation library; each of its parts is loaded when it is first touched.

local host, lib = ...

lib.frame = host.lazily("frame", {})
--- preload: evalframe evalframe.eval evalframe.eval.loader evalframe.eval.report evalframe.eval.runner evalframe.eval.stats evalframe.model.binding evalframe.model.case evalframe.model.grader evalframe.model.scorer evalframe.presets.graders evalframe.presets.llm_graders evalframe.presets.scorers evalframe.providers.mock evalframe.std evalframe.variants
-- The names under which the evaluation library and its modules are required.

local host, lib = ...
local frame = host.frame

-- Modules that are one field of the library.
local fields = {
  ["eval.report"] = "report", ["eval.runner"] = "runner", ["eval.stats"] = "stats",
  ["model.binding"] = "bind", ["model.case"] = "case", ["model.grader"] = "grader",
  ["model.scorer"] = "scorer", ["presets.graders"] = "graders",
  ["presets.llm_graders"] = "llm_graders", ["presets.scorers"] = "scorers", std = "std",
}
for module, field in pairs(fields) do
  lib["evalframe." .. module] = function()
    return frame[field]
  end
end

function lib.evalframe()
  return frame
end

lib["evalframe.eval"] = function()
  return { load_cases = frame.load_cases, report = frame.report, runner = frame.runner,
    stats = frame.stats, suite = frame.suite }
end

lib["evalframe.eval.loader"] = function()
  return { load_cases = frame.load_cases }
end

lib["evalframe.providers.mock"] = function()
  return frame.providers.mock
end

lib["evalframe.variants"] = function()
  return { vary = frame.vary, variants = frame.variants }
end
--- frame: meta
-- What the library is.

local _, lib = ...

lib.meta = {
  name = "evalframe", version = "0.4.0", category = "evaluation",
  description = "Runs cases through a provider and says how good the answers are",
}
--- frame: std
-- The few functions of the global `std` that the library's users expect.

local _, lib = ...
local std = std

lib.std = {
  json = std.json,
  fs = { read_file = std.fs.read, file_exists = std.fs.is_file },
  time = setmetatable({ now = std.time.now }, { __call = function() return std.time.now() end }),
}
