-- evalframe: providers, suites, reports
local case = load(ctx.case, "=case")()
local ef = require("evalframe")
local mock = ef.providers.mock

-- Providers.
case.same(mock.static("a")("x"), "a")
case.gives(mock.map({ ["2+2?"] = "4", ["2"] = "two", ["+2"] = "plus" }),
  { { "4", "2+2?" }, { "two", "a 2" }, { "plus", "1+2" }, { "", "none" } })
case.same(mock.map({ ab = 1, ba = 2 })("aba"), 1)
case.same(mock.fn(string.upper)("a"), "A")
local recording, log = mock.recording({ "one" })
case.same({ recording("x"), recording("y") }, { "one", "" })
case.same(log, { { input = "x", response = "one" }, { input = "y", response = "" } })

local function strategy(name, run)
  package.preload[name] = function() return { run = run } end
  return ef.providers.algocline({ strategy = name, opts = { n = { 1 } } })
end
local got
case.same(strategy("echo", function(c) got = c c.n[1] = c.n[1] + 1 c.result = c.task return c end)("x"),
  { text = "x", model = "algocline:echo", raw = { task = "x", result = "x", n = { 2 } } })
case.same(ef.providers.algocline({ strategy = "echo", opts = { task = "y", n = { 1 } } })("x").text, "y")
local again = strategy("twice", function(c) c.n[1] = c.n[1] + 1 return c.n[1] end)
case.same({ again("x").text, again("x").text }, { "2", "2" })
local function text_of(value)
  package.loaded.gives = { run = function() return value end }
  return ef.providers.algocline({ strategy = "gives" })("x").text
end
case.gives(text_of, {
  { "plain", "plain" },
  { "r", { result = "r" } },
  { "a", { result = { text = "t", answer = "a" } } },
  { "s", { result = { text = "t", summary = "s", answer = 1 } } },
  { "o", { result = { output = "o", text = "t" } } },
  { '{"n":1}', { result = { n = 1 } } },
  { "[1,2]", { result = { 1, 2 } } },
  { "7", { result = 7 } },
  { "false", { result = false } },
  { '{"other":1}', { other = 1, f = print } },
  { "4", 4 },
  { "null" },
})
local cycle = { f = print }
cycle.itself = cycle
package.loaded.gives = { run = function() return cycle end }
case.same(ef.providers.algocline({ strategy = "gives" })("x"), { text = "{}", raw = {}, model = "algocline:gives" })
package.loaded.raises = { run = function() error("no luck", 0) end }
case.same(ef.providers.algocline({ strategy = "raises" })("x"),
  { text = "", error = "no luck", model = "algocline:raises" })
package.loaded.library = {}
case.same(ef.providers.algocline({ strategy = "library" })("x").error,
  "'library' is a library package: it has no function run")
case.same(ef.providers.algocline({ strategy = "none" })("x").error:find("module 'none' not found:", 1, true), 1)
case.same(alc.json_decode(ef.providers.algocline.llm()("2+2?")).prompt, "2+2?")
case.raises(ef.providers.algocline, {
  { "providers.algocline: 'strategy' must be a package's name" },
  { "providers.algocline: 'opts' must be a table", { strategy = "a", opts = 1 } },
})

-- A suite and its report.
local function one(provider, ...)
  return ef.suite "s" { provider = provider, cases = { { input = "2+2?", expected = "4" } }, ... }:run()
end
local report = ef.suite "sums" {
  provider = mock.map({ a = "4", b = "it is 5", c = "6" }),
  ef.bind({ ef.graders.contains, weight = 3 }),
  ef.bind "exactly" { ef.graders.exact_match },
  cases = {
    ef.case "first" { input = "a", expected = "4", tags = { "x", "y", "x" } },
    ef.case "second" { input = "b", expected = "5", tags = { "y" }, context = { k = 1 } },
    { input = "c", expected = "7" },
  },
}:run()
case.same(report.name, "sums")
local first = report.results[1]
case.same(first.case, { name = "first", input = "a", expected = { "4" }, tags = { "x", "y", "x" }, context = {} })
case.same({ first.response.text, type(first.response.latency_ms), first.score, first.passed }, { "4", "number", 1.0, true })
case.same(report.results[2].grades, {
  { grader = "contains", grade = true, score = 1.0, weight = 3 },
  { grader = "exactly", grade = false, score = 0.0, weight = 1.0 },
})
case.same({ report.results[2].score, report.results[2].passed }, { 0.75, false })
case.same({ #report.failures, rawequal(report.failures[1], report.results[2]) }, { 2, true })
local aggregated = report.aggregated
case.same({ aggregated.total, aggregated.passed, aggregated.pass_rate, aggregated.pass_at_1 }, { 3, 1, 1 / 3, 1 - 2 / 3 })
case.same({ aggregated.pass_at_5, aggregated.mean }, {})
case.same(aggregated.scores.mean, 1.75 / 3)
case.same({ aggregated.by_tag.x.pass, aggregated.by_tag.x.fail, aggregated.by_tag.x.rate, aggregated.by_tag.x.stats.n },
  { 1, 0, 1.0, 1 })
case.same({ aggregated.by_tag.y.pass, aggregated.by_tag.y.fail, aggregated.by_tag.y.stats.mean }, { 1, 1, 0.875 })
case.same(report.summary, "sums: 1 of 3 passed (33.3%)\npass@1 0.333\n"
  .. "score: mean 0.583, deviation 0.520, 95% interval 0.000 to 1.000\n"
  .. "tag x: 1 of 1 passed (100.0%), mean 1.000\ntag y: 1 of 2 passed (50.0%), mean 0.875")
case.same(alc.json_encode(report):find('"expected":["4"]', 1, true) ~= nil, true)
case.same(alc.json_encode(one(mock.static("4"), ef.bind({ ef.graders.contains })).failures), "[]")
case.same(ef.report.format_result(report.results[2]), "[fail] second: score 0.750\n"
  .. "  contains: 1.000 x 3, grade true\n  exactly: 0.000 x 1, grade false")

-- Whatever providers, graders and scorers do.
local fine = ef.bind({ ef.graders.contains })
local function response(provider)
  local made = one(provider, fine).results[1].response
  made.latency_ms = nil
  return made
end
case.gives(response, {
  { { text = "4" }, function() return "4" end },
  { { text = "4", model = "m", raw = { 1 } }, function() return { text = "4", model = "m", raw = { 1, f = print }, more = 1 } end },
  { { text = "", error = "no luck" }, function() error("no luck", 0) end },
  { { text = "", error = "late" }, function() return { error = "late" } end },
  { { text = "", error = "the provider returned no text" }, function() return {} end },
  { { text = "", error = "the provider returned no text but a table" }, function() return { text = 4 } end },
  { { text = "", error = "the provider returned no text but a number" }, function() return 4 end },
  { { text = "", error = "the provider returned no text but a nil" }, function() end },
  { { text = "\u{fffd}4" }, function() return "\xff4" end },
})
case.same(one(function() return { text = "", latency_ms = 7 } end, fine).results[1].response.latency_ms, 7)
local function grade(check, scorer)
  local made = one(mock.static("4"), ef.bind({ ef.grader "g" { check = check }, scorer })).results[1].grades[1]
  return { made.score, made.grade, made.error, made.warning }
end
local odd = ef.scorer { score = function() error("odd", 0) end }
case.gives(grade, {
  { { 1.0, true }, function() return true end },
  { { 0.25, 0.25 }, function() return 0.25 end },
  { { 0.0, nil, "no luck" }, function() error("no luck", 0) end },
  { { 0.0, nil, "why" }, function() return true, "why" end },
  { { 0.0, nil, "an error object of type table that cannot be shown" },
    function() error(setmetatable({}, { __tostring = function() error("again") end })) end },
  { { 0.0, "yes", nil, "the grade is a string, which this scorer takes for nothing" }, function() return "yes" end },
  { { 0.0, { 1 }, nil, "the grade is a table, which this scorer takes for nothing" }, function() return { 1, f = print } end },
  { { 0.0 }, function() return print end },
  { { 0.0, 1, "odd" }, function() return 1 end, odd },
  { { 1.0, "yes" }, function() return "yes" end, ef.scorer { score = function() return 1 end } },
})
case.same(one(mock.static("4"), ef.bind({ ef.graders.contains, weight = 0 })).results[1].score, 0.0)
local nearly = ef.bind({ ef.grader "g" { check = function() return 1 - 5e-7 end } })
case.same(one(mock.static("4"), nearly).aggregated.passed, 1)

local function suite(fields) local made = ef.suite "s" (fields) return made end
case.raises(suite, {
  { "frame_run.lua:141: Suite: a table expected, got nil" },
  { "at least one binding required", { provider = print, cases = { { input = "x" } } } },
  { "no cases to evaluate", { provider = print, fine, cases = {} } },
  { "no cases to evaluate", { provider = print, fine } },
  { "Suite: 'provider' must be a function, got nil", { fine, cases = { { input = "x" } } } },
  { "Suite: 'cases' must be a list, got string", { provider = print, fine, cases = "x" } },
  { "Suite: a binding expected at index 2, got a table", { provider = print, fine, ef.graders.contains } },
  { "case #2: Case: 'input' must be a string, got number", { provider = print, fine, cases = { { input = "x" }, { input = 5 } } } },
})

-- Providers, graders and judges may ask.
local asking = one(ef.providers.algocline.llm(), ef.bind({ ef.llm_graders.yes_no("Is it?", { provider = alc.llm }) }))
case.same(alc.json_decode(asking.results[1].response.text).prompt, "2+2?")
case.same(asking.results[1].grades[1].grade, false)

-- Combinations.
local function names(fields)
  local list = {}
  for place, each in ipairs(ef.variants(fields)) do list[place] = each.name end
  return list
end
local model = ef.vary "model" { { name = "small", model = "s" }, { model = "l" } }
local heat = ef.vary "heat" { 0.0, { name = "hot", heat = 1 } }
case.gives(names, {
  { { "small", "model_2" }, { model } },
  { { "small_heat_1", "small_hot", "model_2_heat_1", "model_2_hot" }, { model, heat } },
  { { "small_heat_1", "model_2_hot" }, { model, heat, mode = "zip" } },
})
local all = ef.variants({ { keep = 1, heat = 9 }, model, heat })
case.same(all[2], { keep = 1, model = "s", heat = 1, name = "small_hot" })
case.same(ef.variants({ base = { keep = 1 }, model })[1], { keep = 1, model = "s", name = "small" })
case.raises(function(fields) return ef.variants(fields) end, {
  { "variants: a table expected, got nil" },
  { "variants: at least one ef.vary expected", {} },
  { "variants: ef.vary expected at index 2", { model, {} } },
  { "variants: 'mode' must be", { model, mode = "both" } },
  { "variants: \"zip\" needs as many entries of 'one' as of 'model'", { model, ef.vary "one" { {} }, mode = "zip" } },
})
case.raises(function(...) return ef.vary(...)({}) end, { { "vary: a dimension's name expected, got nil" }, { "vary: 'd' needs a list", "d" } })

return case.failures()
