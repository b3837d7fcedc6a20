--- frame: report
-- Results as people read them.

local host, lib = ...
local ipairs, next, tostring, type = ipairs, next, tostring, type
local concat, format, sort = table.concat, host.lua.format, table.sort

local report = {}
lib.report = report

function report.summary(aggregated, options)
  local name = options and options.name or "suite"
  local lines = { format("%s: %d of %d passed (%.1f%%)",
    name, aggregated.passed, aggregated.total, aggregated.pass_rate * 100) }
  local tries = {}
  for _, k in ipairs({ 1, 5, 10 }) do
    local rate = aggregated["pass_at_" .. k]
    if rate then
      tries[#tries + 1] = format("pass@%d %.3f", k, rate)
    end
  end
  lines[2] = concat(tries, ", ")
  lines[3] = format("score: mean %.3f, deviation %.3f, 95%% interval %.3f to %.3f",
    aggregated.scores.mean, aggregated.scores.std_dev, aggregated.ci_95.lower, aggregated.ci_95.upper)
  local tags = {}
  for tag in next, aggregated.by_tag do
    tags[#tags + 1] = tag
  end
  sort(tags)
  for _, tag in ipairs(tags) do
    local group = aggregated.by_tag[tag]
    lines[#lines + 1] = format("tag %s: %d of %d passed (%.1f%%), mean %.3f",
      tag, group.pass, group.pass + group.fail, group.rate * 100, group.stats.mean)
  end
  return concat(lines, "\n")
end

function report.failures(results)
  local failures = host.list()
  for _, result in ipairs(results) do
    if not result.passed then
      failures[#failures + 1] = result
    end
  end
  return failures
end

local function shown(grade)
  return type(grade) == "string" and format("%q", grade) or tostring(grade)
end

function report.format_result(result)
  local name = result.case.name ~= "" and result.case.name or result.case.input
  local lines = { format("[%s] %s: score %.3f", result.passed and "pass" or "fail", name, result.score) }
  if result.response.error then
    lines[2] = "  error: " .. result.response.error
  end
  for _, grade in ipairs(result.grades) do
    local said = grade.error and "error: " .. grade.error or "grade " .. shown(grade.grade)
    lines[#lines + 1] = format("  %s: %.3f x %g, %s", grade.grader, grade.score, grade.weight, said)
    if grade.warning then
      lines[#lines + 1] = "    warning: " .. grade.warning
    end
  end
  return concat(lines, "\n")
end
