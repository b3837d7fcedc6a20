-- alc.eval
local case = load(ctx.case, "=case")()
local ef = require("evalframe")

local told
package.preload.echo = function()
  return { run = function(c) told = c return { result = alc.llm(c.task, { system = c.style }) } end }
end
package.preload.four = function() return { run = function() return "4" end } end
package.preload.numbers = function() return 7 end
package.preload.broken = function() error("it raises", 0) end
package.preload.quiz = function() return { cases = { { input = "2+2?", expected = "4" } } } end

-- The forms of a scenario.
local simple = { cases = { { input = "2+2?", expected = "4", name = "sum", tags = { "math" } }, { input = "3+3?", expected = "6" } } }
local report = alc.eval(simple, "four")
case.same({ report.name, report.aggregated.passed, report.results[1].grades[1].grader }, { "four:inline", 1, "exact_match" })
case.same(alc.eval({ name = "sums", cases = simple.cases }, "four").name, "four:sums")
case.same(alc.eval("quiz", "four").name, "four:quiz")
case.same(report.card_id, nil)
local full = {
  ef.bind({ ef.graders.contains, weight = 0.6 }), ef.bind({ ef.graders.exact_match, weight = 0.4 }),
  cases = { ef.case "addition" { input = "2+2?", expected = "4" }, { input = "3", expected = "4" } },
}
report = alc.eval(full, "four")
case.same({ report.aggregated.passed, #report.results[1].grades, report.results[2].response.model }, { 2, 2, "algocline:four" })
case.same(alc.eval({ provider = function(input) return input .. "!" end, graders = { "starts_with" },
  cases = { { input = "x", expected = "x!" } } }, "four").aggregated.passed, 1)

-- Options reach the strategy, whose questions are the session's.
report = alc.eval({ cases = simple.cases }, "echo", { strategy_opts = { style = "terse", list = { 1 } } })
case.same(told, { task = "3+3?", style = "terse", list = { 1 } })
local query = alc.json_decode(report.results[1].response.text)
case.same({ query.prompt, query.system, query.role }, { "2+2?", "terse" })

-- Graders of the simple form.
local function grades(graders, fields)
  local given = { input = "2+2?", expected = "4" }
  for name, value in pairs(fields or {}) do given[name] = value end
  local made = alc.eval({ graders = graders, cases = { given } }, "four").results[1]
  local list = {}
  for place, grade in ipairs(made.grades) do list[place] = grade.grader .. " " .. tostring(grade.error or grade.grade) end
  return list, made
end
local custom = ef.grader "own" { check = function() return 0.5 end }
case.gives(grades, {
  { { "exact_match true" } },
  { { "contains true", "length 1" }, { "contains", "length" } },
  { { "contains true" }, "contains" },
  { { "custom_1 true", "own 0.5" }, { function(response, c) return response.text == c.expected[1] end, custom } },
  { { "own 0.5" }, custom },
  { { "custom_1 no luck" }, { function() error("no luck", 0) end } },
  { { "contains true" }, { ef.bind({ ef.graders.contains }) } },
})

-- Judges: a query of the session with the role `grader`, here answered with the query itself.
local asked = {}
case.with({
  llm = function(prompt, options)
    asked[#asked + 1] = { prompt, options.role }
    return prompt:find("Yes or No", 1, true) and "Yes" or "4"
  end,
}, function()
  local list, made = grades({ "llm_rubric", "llm_yes_no", "llm_factuality" }, { rubric = "Be brief." })
  case.same(list, { "llm_rubric 4", "llm_yes_no true", "llm_factuality 4" })
  case.same({ made.grades[1].score, made.grades[2].score, made.grades[3].score }, { 0.75, 1.0, 0.75 })
  case.same(made.case.context._alc_rubric, "Be brief.")
  grades({ "llm_rubric" }, { context = { k = 1 } })
end)
case.same({ #asked, asked[1][2], asked[2][2], asked[3][2] }, { 4, "grader", "grader", "grader" })
case.same({ asked[1][1]:find("<rubric>\nBe brief.\n", 1, true) ~= nil, asked[3][1]:find("<expected>\n4\n", 1, true) ~= nil }, { true, true })
case.same(asked[4][1]:find("accurate", 1, true) ~= nil, true)
local _, judged = grades({ "llm_rubric" })
case.same(judged.grades[1].error, nil)

-- A card of the report.
local cards, samples = {}, {}
local function made(options)
  local result
  case.with({ card = {
    create = function(card) cards[#cards + 1] = card return { card_id = "c1", path = "p" } end,
    write_samples = function(id, rows) samples[id] = rows end,
  } }, function() result = alc.eval(simple, "four", options) end)
  return result
end
case.same(made({}).card_id, nil)
case.same(#cards, 0)
report = made({ auto_card = true })
case.same({ report.card_id, report.card_warning, rawequal(samples.c1, report.results) }, { "c1", nil, true })
case.same(cards[1], {
  pkg = { name = "four" }, scenario = { name = "inline", case_count = 2 },
  stats = {
    pass_rate = 0.5, mean_score = 0.5, n = 2, passed = 1,
    by_grader = { exact_match = { n = 2, mean = 0.5, weight = 1.0 } },
    by_bucket = { math = { n = 1, pass = 1, fail = 0, rate = 1.0, mean = 1.0 } },
  },
})
made({ auto_card = true, card_pkg = "mine" })
case.same(cards[2].pkg.name, "mine")
case.with({ card = { create = function() error("no room", 0) end } }, function()
  report = alc.eval({ cases = simple.cases }, "four", { auto_card = true })
end)
case.same({ report.card_id, report.card_warning, report.aggregated.total }, { nil, "no room", 2 })

-- What is wrong.
local one = { { input = "x" } }
case.raises(alc.eval, {
  { "=alc.eval: scenario is required" },
  { "=alc.eval: scenario must be a string or table, got number", 5, "four" },
  { "=alc.eval: strategy must be a string package name", simple },
  { "=alc.eval: strategy must be a string package name", simple, "" },
  { "=alc.eval: strategy must be a string package name", simple, {} },
  { "bad argument #3", simple, "four", "opts" },
  { "=alc.eval: 'strategy_opts' must be a table, got string", simple, "four", { strategy_opts = "x" } },
  { "=alc.eval: 'card_pkg' must be a string, got table", simple, "four", { card_pkg = {} } },
  { "=alc.eval: 'name' must be a string, got number", { name = 4, cases = one }, "four" },
  { "alc.eval: could not resolve scenario 'none'", "none", "four" },
  { "alc.eval: could not resolve scenario '../none'", "../none", "four" },
  { "alc.eval: could not resolve scenario ''", "", "four" },
  { "alc.eval: failed to load scenario 'broken': it raises", "broken", "four" },
  { "alc.eval: scenario resolved to number", "numbers", "four" },
  { "alc.eval: unknown grader 'exact'; there are contains, exact_match,", { graders = { "exact" }, cases = one }, "four" },
  { "alc.eval: grader must be a string name or function, got a number at index 2", { graders = { "contains", 5 }, cases = one }, "four" },
  { "alc.eval: case #2 must have an 'input' field", { cases = { one[1], { expected = "x" } } }, "four" },
  { "alc.eval: case #1 must have an 'input' field", { cases = { "x" } }, "four" },
  { "alc.eval: case #1: 'rubric' must be a string, got table", { cases = { { input = "x", rubric = {} } } }, "four" },
  { "case #1: Case: 'input' must be a string, got number", { cases = { { input = 4 } } }, "four" },
  { "alc.eval: 'cases' must be a list, got string", { cases = "x" }, "four" },
  { "no cases to evaluate", {}, "four" },
  { "no cases to evaluate", { cases = {} }, "four" },
  { "no cases to evaluate", { full[1] }, "four" },
  { "at least one binding required", { graders = {}, cases = one }, "four" },
  { "Suite: a binding expected at index 1, got a string", { "contains", cases = one }, "four" },
  { "Suite: 'provider' must be a function, got string", { provider = "x", cases = one }, "four" },
})
case.same(alc.eval(simple, "none_such").results[1].response.error:find("module 'none_such' not found", 1, true), 1)

return case.failures()
