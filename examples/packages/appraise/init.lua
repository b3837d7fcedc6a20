--- Has two strategies do the same cases, lets a judge grade their answers, and says which is better.

local prose = require("prose")

local M = {
  meta = {
    name = "appraise",
    version = "1.0.0",
    description = "Compares two strategies by a judge's grades",
    category = "evaluation",
    tags = { "eval", "judge" },
  },
}

local DEFAULTS = { strategies = { "refine", "majority" }, opts = { rounds = 1, samples = 3 } }

--- How a strategy does on the cases, and which it failed.
local function appraise(strategy, cases, opts)
  local report = alc.eval({ name = "appraise", graders = { "llm_rubric" }, cases = cases }, strategy,
    { strategy_opts = opts })
  local failed = alc.map(report.failures, function(result)
    return result.case.name
  end)
  return { mean = report.aggregated.scores.mean, pass_rate = report.aggregated.pass_rate, failed = failed }
end

function M.run(ctx)
  local task = prose.task(ctx)
  local wish = alc.tuning(DEFAULTS, ctx)
  local cases = ctx.cases or { { input = task, name = "task", rubric = ctx.rubric } }
  local told, best = {}, nil
  for _, strategy in ipairs(wish.strategies) do
    told[strategy] = appraise(strategy, cases, wish.opts)
    if not best or told[strategy].mean > told[best].mean then
      best = strategy
    end
  end
  ctx.result = { answer = best, strategies = told }
  return ctx
end

return M
