--- frame: runner
-- Runs cases, one after the other.

local host, lib = ...
local ipairs, pcall, type = ipairs, pcall, type
local answered, check, graded, plain, said = host.answered, host.check, host.graded, host.plain, host.said

-- How far a score may be from 1 and still be one.
local SLACK = 1e-6

local function grade(binding, response, case)
  local made = { grader = host.frame.bind.key(binding), weight = binding.weight, score = 0.0 }
  local value, problem = graded(binding.grader, response, case)
  made.grade = check(plain(value))
  if not problem then
    local ok, score = pcall(binding.scorer.score, value)
    if ok then
      made.score = score
    else
      problem = said(score)
    end
  end
  made.error = problem
  local kind = type(value)
  if not problem and made.score == 0 and (kind == "string" or kind == "table") then
    made.warning = "the grade is a " .. kind .. ", which this scorer takes for nothing"
  end
  return made
end

-- How well the provider does with one case.
local function run_case(case, bindings, provider)
  local response, grades = answered(provider, case.input), {}
  local sum, weights = 0.0, 0.0
  for place, binding in ipairs(bindings) do
    local made = grade(binding, response, case)
    grades[place] = made
    sum, weights = sum + made.weight * made.score, weights + made.weight
  end
  local score = weights > 0 and sum / weights or 0.0
  return {
    case = check(plain(case)), response = check(plain(response)), grades = grades,
    score = score, passed = score >= 1 - SLACK,
  }
end

lib.runner = { run_case = run_case }

-- The results of all cases, in their order; `told(place, case)` hears of each before it begins.
function lib.runner.run(cases, bindings, provider, told)
  local results = host.list()
  for place, case in ipairs(cases) do
    if told then
      told(place, case)
    end
    results[place] = run_case(case, bindings, provider)
  end
  return results
end
--- frame: suite
-- A suite: cases, what answers them and what judges the answers.

local host, lib = ...
local error, ipairs, pcall, setmetatable, type = error, ipairs, pcall, setmetatable, type
local is_a = host.is_a
local frame = host.frame

local methods = {}

function methods.run(suite, told)
  local results = frame.runner.run(suite.cases, suite.bindings, suite.provider, told)
  local aggregated = frame.stats.aggregate(results)
  return {
    name = suite.name, aggregated = aggregated, results = results,
    failures = frame.report.failures(results),
    summary = frame.report.summary(aggregated, { name = suite.name }),
  }
end

-- The suite's parts, or what is wrong with them.
local function content(fields)
  if type(fields) ~= "table" then
    return nil, "Suite: a table expected, got " .. type(fields)
  end
  local bindings, cases = {}, {}
  for place, binding in ipairs(fields) do
    if not is_a(binding, "binding") then
      return nil, "Suite: a binding expected at index " .. place .. ", got a " .. type(binding)
    end
    bindings[place] = binding
  end
  if #bindings == 0 then
    return nil, "at least one binding required"
  end
  if type(fields.provider) ~= "function" and type(fields.provider) ~= "table" then
    return nil, "Suite: 'provider' must be a function, got " .. type(fields.provider)
  end
  if fields.cases ~= nil and type(fields.cases) ~= "table" then
    return nil, "Suite: 'cases' must be a list, got " .. type(fields.cases)
  end
  for place, case in ipairs(fields.cases or {}) do
    local ok, made = pcall(frame.case.new, case)
    if not ok then
      return nil, "case #" .. place .. ": " .. made
    end
    cases[place] = made
  end
  if #cases == 0 then
    return nil, "no cases to evaluate"
  end
  return { bindings = bindings, cases = cases, provider = fields.provider }
end

local function new(fields, name)
  local suite, problem = content(fields)
  if problem then
    error(problem, 2)
  end
  suite.name = name or fields.name or "suite"
  return setmetatable(suite, { __index = methods })
end

lib.suite = host.constructor(new, { new = new })
