-- evalframe.stats
local case = load(ctx.case, "=case")()
local stats = require("evalframe.eval.stats")

local function about(value, expected, what)
  case.same(math.abs(value - expected) < 1e-9, true, what .. ": " .. tostring(value) .. " for " .. expected)
end

case.gives(stats.describe, {
  { { n = 0, mean = 0.0, std_dev = 0.0, min = 0.0, max = 0.0, median = 0.0 }, {} },
  { { n = 1, mean = 3.0, std_dev = 0.0, min = 3, max = 3, median = 3.0 }, { 3 } },
  { { n = 4, mean = 2.5, std_dev = math.sqrt(5 / 3), min = 1, max = 4, median = 2.5 }, { 4, 1, 3, 2 } },
  { { n = 3, mean = 2.0, std_dev = 1.0, min = 1, max = 3, median = 2.0 }, { 3, 1, 2 } },
})
case.raises(stats.describe, { { "stats.describe: a number expected at index 2, got a string", { 1, "x" } } })

-- Student's t for 1, 3, 9 and 29 degrees of freedom, from a printed table.
for count, t in pairs({ [2] = 12.706204736174694, [4] = 3.1824463052837078, [10] = 2.2621571627982, [30] = 2.045229642132703 }) do
  local described = { n = count, mean = 10, std_dev = 2 }
  local lower, upper = stats.ci_95(described, { unbounded = true })
  about(upper - 10, t * 2 / math.sqrt(count), "n = " .. count)
  about(lower + upper, 20, "n = " .. count)
end
local function ci(n, mean, deviation) return { stats.ci_95({ n = n, mean = mean, std_dev = deviation }) } end
case.gives(ci, { { { 0.0, 1.0 }, 2, 0.5, 0.5 }, { { 0.5, 0.5 }, 1, 0.5, 0.0 }, { { 0.7, 0.7 }, 5, 0.7, 0.0 }, { { 0.0, 0.0 }, 0, 0.0, 0.0 } })
local described = stats.describe_with_ci({ 0.4, 0.6 }, { unbounded = true })
about(described.ci_95.upper, 0.5 + 12.706204736174694 * 0.1, "describe_with_ci")
case.same(described.n, 2)

-- The share of choices of k that miss every good one.
local function choose(n, k)
  local ways = 1.0
  for i = 1, k do ways = ways * (n - k + i) / i end
  return n >= k and ways or 0.0
end
for n = 1, 12 do
  for c = 0, n do
    for _, k in ipairs({ 1, 2, 5, 10 }) do
      if k <= n then
        about(stats.pass_at_k(n, c, k), 1 - choose(n - c, k) / choose(n, k), n .. "," .. c .. "," .. k)
      end
    end
  end
end
case.gives(stats.pass_at_k, { { 0.0, 0, 0, 1 }, { 1.0, 5, 5, 1 }, { 0.0, 5, 0, 5 }, { 1.0, 5, 1, 5 } })

-- Welch's test.
local a, b = { 1, 2, 3, 4, 5 }, { 2, 4, 6, 8, 10, 12 }
local test, direct = stats.welch_t(stats.describe(a), stats.describe(b)), alc.math.welch_t_test(a, b)
about(test.t_stat, direct.t_stat, "t")
about(test.df, direct.df, "df")
case.same({ test.significant, test.direction }, { true, "a<b" })
case.same(direct.p_value < 0.05, true)
local function direction(x, y) local t = stats.welch_t(stats.describe(x), stats.describe(y)) return { t.direction, t.significant } end
case.gives(direction, {
  { { "a>b", false }, { 1, 2, 3 }, { 0, 2, 3 } },
  { { "equal", false }, { 1, 2 }, { 1, 2 } },
  { { "equal", false }, { 1, 1 }, { 1, 1 } },
  { { "a>b", true }, { 1, 1 }, { 0, 0 } },
  { { "insufficient_data", false }, { 1 }, { 1, 2 } },
  { { "insufficient_data", false }, { 1, 2 }, {} },
})

-- Of results.
local function result(score, ...)
  return { score = score, passed = score == 1, case = { tags = { ... } } }
end
local results = {}
for i = 1, 10 do results[i] = result(i % 2 == 0 and 1 or 0.5, i > 8 and "late" or nil) end
local all = stats.aggregate(results)
case.same({ all.total, all.passed, all.pass_rate, all.scores.mean, all.scores.median }, { 10, 5, 0.5, 0.75, 0.75 })
case.same({ type(all.pass_at_1), type(all.pass_at_5), type(all.pass_at_10) }, { "number", "number", "number" })
case.same({ all.by_tag.late.pass, all.by_tag.late.fail }, { 1, 1 })
case.same(stats.aggregate({ result(1) }).pass_at_5, nil)

return case.failures()
