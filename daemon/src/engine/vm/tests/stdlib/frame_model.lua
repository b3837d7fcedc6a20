-- evalframe: cases, graders, scorers, bindings, and how its modules are named
local case = load(ctx.case, "=case")()
local ef = require("evalframe")

-- Modules.
for module, field in pairs({
  ["eval.report"] = "report", ["eval.runner"] = "runner", ["eval.stats"] = "stats",
  ["model.binding"] = "bind", ["model.case"] = "case", ["model.grader"] = "grader",
  ["model.scorer"] = "scorer", ["presets.graders"] = "graders",
  ["presets.llm_graders"] = "llm_graders", ["presets.scorers"] = "scorers", std = "std",
}) do
  case.same(rawequal(require("evalframe." .. module), ef[field]), true, module)
end
case.same(require("evalframe.eval").suite, ef.suite)
case.same(require("evalframe.eval.loader").load_cases, ef.load_cases)
case.same(require("evalframe.providers.mock"), ef.providers.mock)
case.same(require("evalframe.variants").vary, ef.vary)
case.same({ ef.meta.name, ef.meta.version }, { "evalframe", "0.4.0" })
case.same(ef.std.json.decode(ef.std.json.encode({ 1 })), { 1 })
case.same({ type(ef.std.fs.read_file), type(ef.std.fs.file_exists) }, { "function", "function" })
case.same({ math.type(ef.std.time()), math.type(ef.std.time.now()) }, { "float", "float" })
local names = {}
for name in pairs(package.preload) do
  names[#names + 1] = name
end
case.same(#names, 16)
package.loaded["evalframe"] = nil
case.same(rawequal(require("evalframe"), ef), true)
package.preload["mine"] = function() return "mine" end
case.same(require("mine"), "mine")

-- Cases.
local full = ef.case "sum" { input = "2+2?", expected = "4", tags = { "math" }, context = { a = { 1 } }, more = 1 }
case.same({ full.name, full.input, full.expected[1], full.tags[1], full.context.a[1], full.more },
  { "sum", "2+2?", "4", "math", 1 })
case.same(ef.case({ input = "x" }).name, "")
case.same(ef.case({ input = "x", name = "n" }).name, "n")
case.same(#ef.case.new({ input = "x", expected = { "a", "b" } }).expected, 2)
case.gives(ef.case.is_case, { { true, full }, { false, {} }, { false, nil }, { false, "case" } })
case.gives(ef.case.has_tag, { { true, full, "math" }, { false, full, "art" } })
case.same(rawequal(ef.case(full), full), true)
case.same(alc.json_encode(full),
  '{"context":{"a":[1]},"expected":["4"],"input":"2+2?","name":"sum","tags":["math"]}')
case.same(alc.json_encode(ef.case({ input = "x" })),
  '{"context":{},"expected":[],"input":"x","name":"","tags":[]}')
local seen = {}
for name in pairs(full) do
  seen[#seen + 1] = name
end
table.sort(seen)
case.same(seen, { "context", "expected", "input", "name", "tags" })
for _, tag in ipairs(full.tags) do
  seen[#seen + 1] = tag
end
case.same({ #seen, #full.expected, #full, table.concat(full.tags, ",") }, { 6, 1, 0, "math" })
local context = {}
context.itself = context
local around = ef.case({ input = "x", context = context })
case.same(rawequal(around.context.itself, around.context), true)
case.same(ef.case({ input = "x", context = full.context }).context.a[1], 1)
context.later = 1
case.same(around.context.later, nil)
case.raises(function(object, key) object[key] = "other" end, {
  { "frame_model.lua:63: Case is immutable", full, "input" },
  { "Case is immutable", full, "new" },
  { "Case is immutable", full.tags, 1 },
  { "Case is immutable", full.expected, 2 },
  { "Case is immutable", full.context, "a" },
  { "Case is immutable", full.context.a, 1 },
})
case.same(getmetatable(full), false)
local function make(fields) local made = ef.case(fields) return made end
case.raises(make, {
  { "frame_model.lua:72: Case: a table expected, got nil" },
  { "Case: 'input' must be a string, got nil", {} },
  { "Case: 'input' must be a string, got number", { input = 4 } },
  { "Case: 'name' must be a string, got table", { input = "x", name = {} } },
  { "Case: 'context' must be a table, got string", { input = "x", context = "c" } },
  { "Case: 'tags' must be a list of strings, got string", { input = "x", tags = "t" } },
  { "Case: 'tags' must be a list of strings, got a number at index 2", { input = "x", tags = { "t", 1 } } },
  { "Case: 'expected' must be a string or a list of strings, got number", { input = "x", expected = 4 } },
  { "got a boolean at index 1", { input = "x", expected = { true } } },
})
case.raises(function() local made = ef.case "n" {} return made end, { { "frame_model.lua:84: Case: 'input'" } })

-- Graders.
local g = ef.grader "longer" { check = function(response, c) return #response.text > #c.input end }
case.same({ g.name, g.check({ text = "yes" }, { input = "no" }) }, { "longer", true })
case.gives(ef.grader.is_grader, { { true, g }, { false, { check = print } }, { false, nil } })
case.raises(function(fields) local made = ef.grader "x" (fields) return made end, {
  { "frame_model.lua:90: Grader: 'check' must be a function" }, { "Grader: 'check'", {} },
  { "Grader: 'check'", { check = "f" } },
})

-- What several graders make of it together.
local function giving(...)
  local grades, made = table.pack(...), {}
  for place = 1, grades.n do
    made[place] = ef.grader("g" .. place)({ check = function()
      if grades[place] == "raises" then error("no luck", 0) end
      if grades[place] == "fails" then return true, "no good" end
      return grades[place]
    end })
  end
  return table.unpack(made)
end
local function all(...) return table.pack(ef.grader.all(giving(...)).check({}, {})) end
local function any(...) return table.pack(ef.grader.any(giving(...)).check({}, {})) end
local function is(...) return { n = select("#", ...), ... } end
case.gives(all, {
  { is(true), true, true },
  { is(false), true, false, "fails" },
  { is(nil, "no luck"), 1, "raises", false },
  { is(nil, "no good"), true, "fails" },
  { is(2), 3, true, 2, 5.5 },
  { is(true), "text", true },
})
case.gives(any, {
  { is(true), false, true, "fails" },
  { is(3), "raises", 3, true },
  { is(false), false, "raises" },
  { is(nil, "no good"), "raises", "fails" },
})
case.same(ef.grader.all(giving(1, 2)).name, "all(g1, g2)")
case.raises(function(...) local made = ef.grader.all(...) return made end, {
  { "frame_model.lua:125: Grader: all: a grader expected" }, { "Grader: all: a grader expected at index 1", print },
})

-- Scorers.
local function score(fields) return function(grade) return ef.scorer "s" (fields).score(grade) end end
case.gives(score({ score = function(grade) return grade end }),
  { { 0.5, 0.5 }, { 1.0, 7 }, { 0.0, -1 }, { 0.0, "x" }, { 0.0, 0 / 0 }, { 0.0 } })
case.gives(score({ min = 1, max = 5 }), { { 0.0, 1 }, { 0.5, 3 }, { 1.0, 9 }, { 0.0, 0 }, { 0.0, "3" }, { 0.0, true } })
case.gives(score({ pass = 0.5 }), { { 1.0, 0.5 }, { 0.0, 0.49 }, { 1.0, true }, { 0.0, false }, { 0.0, "1" }, { 0.0 } })
case.gives(score({ steps = { { 3, 0.5 }, { 1, 0.2 }, { 4, 1 } } }),
  { { 0.0, 0.9 }, { 0.2, 1 }, { 0.5, 3.9 }, { 1.0, 4 }, { 0.0, "4" }, { 0.0 } })
case.gives(ef.scorer.default_bool.score,
  { { 1.0, true }, { 0.0, false }, { 0.3, 0.3 }, { 1.0, 2 }, { 0.0, "x" }, { 0.0 }, { 0.0, {} } })
for name, rows in pairs({
  bool = { { 1.0, true } },
  linear_1_5 = { { 0.75, 4 } }, linear_1_10 = { { 1.0, 10 } }, linear_0_100 = { { 0.07, 7 } },
  pass_50 = { { 1.0, 0.5 }, { 0.0, 0.4 } }, pass_80 = { { 1.0, 0.8 }, { 0.0, 0.7 } },
  inverse_linear = { { 1.0, 0 }, { 0.5, 1000 }, { 0.0, "x" } },
  band_1_5 = { { 0.0, 1 }, { 0.0, 2.9 }, { 0.5, 3 }, { 1.0, 4 }, { 1.0, 5 } },
}) do
  case.gives(ef.scorers[name].score, rows)
  case.same(ef.scorer.is_scorer(ef.scorers[name]), true)
end
case.raises(function(fields) local made = ef.scorer(fields) return made end, {
  { "frame_model.lua:149: Scorer: a table expected, got nil" },
  { "Scorer: one of 'score', 'pass', 'steps', or 'min' below 'max' expected", {} },
  { "Scorer: one of", { min = 5, max = 1 } },
  { "Scorer: 'score' must be a function", { score = 1 } },
  { "Scorer: 'pass' must be a number", { pass = "1" } },
  { "Scorer: 'steps' must be a list", { steps = { 1, 2 } } },
  { "Scorer: 'steps' must be a list", { steps = {} } },
})

-- Bindings.
local s = ef.scorers.linear_1_5
for _, b in ipairs({ ef.bind({ g, s, weight = 2 }), ef.bind({ s, g, weight = 2 }) }) do
  case.same({ b.grader.name, b.scorer.name, b.weight, ef.bind.key(b) }, { "longer", "linear_1_5", 2, "longer" })
end
local b = ef.bind "label" { g }
case.same({ b.scorer.name, b.weight, ef.bind.key(b) }, { "default_bool", 1.0, "label" })
case.gives(ef.bind.is_binding, { { true, b }, { false, { g } }, { false, g } })
case.raises(function(fields) local made = ef.bind(fields) return made end, {
  { "frame_model.lua:167: Binding: a table expected, got nil" },
  { "Binding: a grader expected", {} },
  { "Binding: a grader expected", { s } },
  { "something else at index 2", { g, g } },
  { "something else at index 1", { "contains" } },
  { "Binding: 'weight' must be a number from 0 on", { g, weight = -1 } },
  { "Binding: 'weight'", { g, weight = 0 / 0 } },
  { "Binding: 'weight'", { g, weight = "1" } },
})

return case.failures()
