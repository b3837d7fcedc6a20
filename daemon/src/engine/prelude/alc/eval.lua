--- host: scenario
-- Finds what a scenario's name stands for.

local host, lib = ...
local error, find, pcall, type = error, string.find, pcall, type
local read, is_file = host.waiting(host.file_read, "alc.eval"), host.waiting(host.file_is, "alc.eval")

local function failed(name, problem)
  error("alc.eval: failed to load scenario '" .. name .. "': " .. host.said(problem), 0)
end

-- The value of a module, and whether there is one.
local function module(name, scenario)
  local ok, value = pcall(require, name)
  if ok then
    return value, true
  end
  if type(value) ~= "string" or not find(value, "module '" .. name .. "' not found:", 1, true) then
    failed(scenario, value)
  end
end

local function file(name)
  if not is_file(name) then
    return nil
  end
  local ok, source = pcall(read, name)
  local chunk, problem
  if ok then
    chunk, problem = load(source, "@" .. name)
  end
  if not chunk then
    failed(name, problem or source)
  end
  local value
  ok, value = pcall(chunk)
  if not ok then
    failed(name, value)
  end
  return value, true
end

function lib.scenario(name)
  local value, found = module(name, name)
  if not found and not find(name, "[/\\.]") then
    value, found = module("scenarios." .. name, name)
  end
  if not found then
    value, found = file(name)
  end
  if not found then
    error("alc.eval: could not resolve scenario '" .. name
      .. "': no module, no scenario and no file has that name", 0)
  end
  if type(value) ~= "table" then
    error("alc.eval: scenario resolved to " .. type(value) .. ", not to a table: '" .. name .. "'", 0)
  end
  return value
end
--- host: suite_of
-- What a scenario means in full: its bindings, made of grader names where it has none, and its cases.

local host, lib = ...
local error, ipairs, next, pairs, type = error, ipairs, next, pairs, type
local sort, concat = table.sort, table.concat

local DEFAULT_RUBRIC = "Is the response accurate (its facts are right), current (it does not rest on what is "
  .. "outdated) and deep (it goes as far into the matter as the input asks for)?"
local DEFAULT_QUESTION = "Does the response do, correctly and completely, what the input asks for?"

local function judge(prompt)
  return alc.llm(prompt, { role = "grader" })
end

-- Graders that ask a model, with the case's own rubric if it has one.
local function judging(ef, make, default)
  return function(name)
    return ef.bind({
      ef.grader(name)({
        check = function(response, case)
          local text = case.context._alc_rubric or default
          return make(ef.llm_graders, text).check(response, case)
        end,
      }),
      name ~= "llm_yes_no" and ef.scorers.linear_1_5 or nil,
    })
  end
end

local function judges(ef)
  return {
    llm_rubric = judging(ef, function(graders, text)
      return graders.rubric(text, { provider = judge })
    end, DEFAULT_RUBRIC),
    llm_yes_no = judging(ef, function(graders, text)
      return graders.yes_no(text, { provider = judge })
    end, DEFAULT_QUESTION),
    llm_factuality = judging(ef, function(graders)
      return graders.factuality({ provider = judge })
    end),
  }
end

local function unknown(ef, name, judged)
  local known = {}
  for each in next, judged do
    known[#known + 1] = each
  end
  for each in pairs(ef.graders) do
    known[#known + 1] = each
  end
  sort(known)
  error("alc.eval: unknown grader '" .. name .. "'; there are " .. concat(known, ", "), 0)
end

local function binding(ef, grader, place, judged)
  if ef.bind.is_binding(grader) then
    return grader
  elseif ef.grader.is_grader(grader) then
    return ef.bind({ grader })
  elseif type(grader) == "function" then
    return ef.bind({ ef.grader("custom_" .. place)({ check = grader }) })
  elseif type(grader) ~= "string" then
    error("alc.eval: grader must be a string name or function, got a " .. type(grader) .. " at index "
      .. place, 0)
  elseif judged[grader] then
    return judged[grader](grader)
  elseif not ef.grader.is_grader(ef.graders[grader]) then
    unknown(ef, grader, judged)
  end
  return ef.bind({ ef.graders[grader] })
end

local function bindings(ef, scenario)
  local graders = scenario.graders
  if graders == nil then
    graders = { "exact_match" }
  elseif type(graders) ~= "table" or ef.grader.is_grader(graders) then
    graders = { graders }
  end
  local list, judged = {}, judges(ef)
  for place, grader in ipairs(graders) do
    list[place] = binding(ef, grader, place, judged)
  end
  return list
end

local function case(ef, fields, place)
  if ef.case.is_case(fields) then
    return fields
  end
  if type(fields) ~= "table" or fields.input == nil then
    error("alc.eval: case #" .. place .. " must have an 'input' field", 0)
  end
  if fields.rubric == nil then
    return fields
  end
  if type(fields.rubric) ~= "string" then
    error("alc.eval: case #" .. place .. ": 'rubric' must be a string, got " .. type(fields.rubric), 0)
  end
  local copy, context = {}, { _alc_rubric = fields.rubric }
  for name, value in next, fields do
    copy[name] = value
  end
  for name, value in pairs(type(fields.context) == "table" and fields.context or {}) do
    context[name] = value
  end
  copy.context = context
  return copy
end

function lib.suite_of(ef, scenario)
  if scenario.cases ~= nil and type(scenario.cases) ~= "table" then
    error("alc.eval: 'cases' must be a list, got " .. type(scenario.cases), 0)
  end
  local full = scenario[1] ~= nil
  local fields = {}
  for place, part in ipairs(full and scenario or bindings(ef, scenario)) do
    fields[place] = part
  end
  fields.cases = {}
  for place, each in ipairs(scenario.cases or {}) do
    fields.cases[place] = case(ef, each, place)
  end
  return fields
end
--- host: report_card
-- Makes a card of a report, with the results as its samples.

local host, lib = ...
local ipairs, next, pcall = ipairs, next, pcall

-- For each grader how often it graded, its mean score and its weight.
local function by_grader(results)
  local graders = {}
  for _, result in ipairs(results) do
    for _, grade in ipairs(result.grades) do
      local sum = graders[grade.grader] or { n = 0, mean = 0.0, weight = grade.weight }
      graders[grade.grader] = sum
      sum.n, sum.mean = sum.n + 1, sum.mean + grade.score
    end
  end
  for _, sum in next, graders do
    sum.mean = sum.mean / sum.n
  end
  return next(graders) and graders
end

local function by_bucket(tags)
  local buckets = {}
  for tag, group in next, tags do
    buckets[tag] = { n = group.stats.n, pass = group.pass, fail = group.fail, rate = group.rate, mean = group.stats.mean }
  end
  return next(buckets) and buckets
end

local function create(report, package, scenario)
  local aggregated = report.aggregated
  local made = alc.card.create({
    pkg = { name = package },
    scenario = { name = scenario, case_count = aggregated.total },
    stats = {
      pass_rate = aggregated.pass_rate, mean_score = aggregated.scores.mean, n = aggregated.total,
      passed = aggregated.passed, by_grader = by_grader(report.results) or nil,
      by_bucket = by_bucket(aggregated.by_tag) or nil,
    },
  })
  report.card_id = made.card_id
  alc.card.write_samples(made.card_id, report.results)
end

-- What was evaluated is not lost because of its card.
function lib.report_card(report, package, scenario)
  local ok, problem = pcall(create, report, package, scenario)
  if not ok then
    report.card_warning = host.said(problem)
  end
end
--- host: evaluate prepared
-- Evaluates a strategy.

local host, lib = ...
local error, pcall, type = error, pcall, type

local function optional(options, name, wanted)
  local value = options[name]
  if value ~= nil and type(value) ~= wanted then
    error("alc.eval: '" .. name .. "' must be a " .. wanted .. ", got " .. type(value), 0)
  end
  return value
end

local function check_arguments(scenario, strategy, options)
  if scenario == nil then
    error("alc.eval: scenario is required", 0)
  elseif type(scenario) ~= "string" and type(scenario) ~= "table" then
    error("alc.eval: scenario must be a string or table, got " .. type(scenario), 0)
  elseif type(strategy) ~= "string" or strategy == "" then
    error("alc.eval: strategy must be a string package name", 0)
  elseif type(options) ~= "table" then
    error("bad argument #3: table expected, got " .. type(options), 0)
  end
end

-- The suite that is to be run, and the scenario's name: `name` where it does not say what it is
-- called.
function lib.prepared(scenario, strategy, options, name)
  check_arguments(scenario, strategy, options)
  local given = optional(options, "strategy_opts", "table")
  if type(scenario) == "string" then
    name, scenario = scenario, host.scenario(scenario)
  end
  name = optional(scenario, "name", "string") or name or "inline"
  local ef = require("evalframe")
  local fields = host.suite_of(ef, scenario)
  fields.provider = scenario.provider
  if fields.provider == nil then
    fields.provider = ef.providers.algocline({ strategy = strategy, opts = given })
  end
  local made, suite = pcall(ef.suite(strategy .. ":" .. name), fields)
  if not made then
    error("alc.eval: " .. host.said(suite), 0)
  end
  return suite, name
end

-- The report; `told(place, case, total)` hears of each case before it begins.
function lib.evaluate(scenario, strategy, options, name, told)
  local suite, called = lib.prepared(scenario, strategy, options, name)
  local package = optional(options, "card_pkg", "string") or strategy
  local report = suite:run(told and function(place, case)
    told(place, case, #suite.cases)
  end)
  if options.auto_card then
    host.report_card(report, package, called)
  end
  return report
end
--- alc: eval
-- How good a strategy's answers are.

local host, lib = ...

function lib.eval(scenario, strategy, options)
  if options == nil then
    options = {}
  end
  return host.evaluate(scenario, strategy, options)
end
