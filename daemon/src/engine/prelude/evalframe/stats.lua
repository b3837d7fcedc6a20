--- frame: stats
-- What many scores say.

local host, lib = ...
local ipairs, next, type, error = ipairs, next, type, error
local sort = table.sort
local check, student, welch = host.check, host.student_quantile, host.welch
local sqrt, min, max = host.lua.math.sqrt, host.lua.math.min, host.lua.math.max

local stats = {}
lib.stats = stats

function stats.describe(list)
  local count, sum, sorted = #list, 0.0, {}
  for place, value in ipairs(list) do
    if type(value) ~= "number" then
      error("stats.describe: a number expected at index " .. place .. ", got a " .. type(value), 2)
    end
    sorted[place], sum = value, sum + value
  end
  if count == 0 then
    return { n = 0, mean = 0.0, std_dev = 0.0, min = 0.0, max = 0.0, median = 0.0 }
  end
  sort(sorted)
  local mean, squares = sum / count, 0.0
  for _, value in ipairs(sorted) do
    squares = squares + (value - mean) ^ 2
  end
  return {
    n = count, mean = mean, std_dev = count > 1 and sqrt(squares / (count - 1)) or 0.0,
    min = sorted[1], max = sorted[count],
    median = (sorted[(count + 1) // 2] + sorted[count // 2 + 1]) / 2,
  }
end

-- Where the true mean lies with a probability of 95 %, within 0 to 1 unless it is unbounded.
function stats.ci_95(described, options)
  local lower, upper = described.mean, described.mean
  if described.n >= 2 then
    local reach = check(student(0.975, described.n - 1)) * described.std_dev / sqrt(described.n)
    lower, upper = lower - reach, upper + reach
  end
  if options and options.unbounded then
    return lower, upper
  end
  return max(0.0, min(1.0, lower)), max(0.0, min(1.0, upper))
end

function stats.describe_with_ci(list, options)
  local described = stats.describe(list)
  local lower, upper = stats.ci_95(described, options)
  described.ci_95 = { lower = lower, upper = upper }
  return described
end

-- How probable it is that of `k` out of `n` tries, `c` of which were good, one is good.
function stats.pass_at_k(n, c, k)
  local none = 1.0
  for i = 0, k - 1 do
    if n - c - i <= 0 then
      return n > 0 and c > 0 and 1.0 or 0.0
    end
    none = none * (n - c - i) / (n - i)
  end
  return 1.0 - none
end

-- Whether two means differ: Welch's test of what `describe` says of two lists.
function stats.welch_t(a, b)
  local t, df, p
  if a.n >= 2 and b.n >= 2 then
    t, df, p = check(welch(a.n, a.mean, a.std_dev, b.n, b.mean, b.std_dev))
  end
  if not t then
    return { t_stat = 0.0, df = 0.0, significant = false, direction = "insufficient_data" }
  end
  local direction = a.mean > b.mean and "a>b" or a.mean < b.mean and "a<b" or "equal"
  return { t_stat = t, df = df, significant = p < 0.05, direction = direction }
end

-- Scores and passes of some results.
local function count(results)
  local scores, passed = {}, 0
  for place, result in ipairs(results) do
    scores[place] = result.score
    passed = passed + (result.passed and 1 or 0)
  end
  return stats.describe(scores), passed
end

local function by_tag(results)
  local groups, tags = {}, {}
  for _, result in ipairs(results) do
    local seen = {}
    for _, tag in ipairs(result.case.tags) do
      if not seen[tag] then
        seen[tag] = true
        groups[tag] = groups[tag] or {}
        groups[tag][#groups[tag] + 1] = result
      end
    end
  end
  for tag, group in next, groups do
    local described, passed = count(group)
    tags[tag] = { pass = passed, fail = #group - passed, rate = passed / #group, stats = described }
  end
  return tags
end

function stats.aggregate(results)
  local scores, passed = count(results)
  local total = #results
  local lower, upper = stats.ci_95(scores)
  return {
    total = total, passed = passed, pass_rate = total > 0 and passed / total or 0.0,
    pass_at_1 = stats.pass_at_k(total, passed, 1),
    pass_at_5 = total >= 5 and stats.pass_at_k(total, passed, 5) or nil,
    pass_at_10 = total >= 10 and stats.pass_at_k(total, passed, 10) or nil,
    scores = scores, ci_95 = { lower = lower, upper = upper }, by_tag = by_tag(results),
  }
end
