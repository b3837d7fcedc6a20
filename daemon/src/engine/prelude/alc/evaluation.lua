--- host: strategy
-- What a strategy runs.

local host, lib = ...
local error, type = error, type

function lib.strategy(name)
  local package = require(name)
  if type(package) ~= "table" or type(package.run) ~= "function" then
    error("'" .. name .. "' is a library package: it has no function run", 0)
  end
  return package.run
end
--- host: evaluation rehearsal
-- An evaluation that is a session: the chunk returns the scenario, `ctx` says what is evaluated how.

local host, lib = ...
local ipairs, check, encode, plain = ipairs, host.check, host.json_encode, host.plain
local progress = host.alc.progress
local save = host.waiting(host.evaluation_save, "alc.eval")

-- Takes out of a report that has no room in a result what it can do without; it is stored whole.
local function shorten(report)
  for _, results in ipairs({ report.results, report.failures }) do
    for _, result in ipairs(results) do
      result.response.raw = nil
    end
  end
  report.raw_omitted = true
end

-- Tells whoever watches how far it is.
local function told(place, case, total)
  progress(place - 1, total, case.name ~= "" and check(plain(case.name)) or nil)
end

-- The strategy is loaded and the scenario made; what is given, and how it is to be evaluated.
local function begin(chunk)
  local given = ctx
  ctx = {}
  host.strategy(given.strategy)
  local options = { strategy_opts = given.opts, auto_card = given.auto_card }
  return given, options, chunk()
end

-- All that comes before the first case.
function lib.rehearsal(chunk)
  return function()
    local given, options, scenario = begin(chunk)
    host.prepared(scenario, given.strategy, options, given.name)
  end
end

function lib.evaluation(chunk)
  return function()
    local given, options, scenario = begin(chunk)
    local report = host.evaluate(scenario, given.strategy, options, given.name, told)
    report = check(plain(report))
    progress(#report.results, #report.results)
    local saved = save(given.strategy, check(encode(report)))
    report.strategy, report.eval_id, report.save_warning = given.strategy, saved.eval_id, saved.warning
    if saved.too_long then
      shorten(report)
    end
    return report
  end
end
