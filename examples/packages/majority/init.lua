--- Asks the same several times at once and takes the answer that most give.

local prose = require("prose")

local M = {
  meta = {
    name = "majority",
    version = "1.0.0",
    description = "Ask several times at once; the most frequent answer wins",
    category = "aggregation",
    tags = { "batch", "vote" },
  },
}

local DEFAULTS = { samples = 5 }

function M.run(ctx)
  local task = prose.task(ctx)
  local wish = alc.tuning(DEFAULTS, ctx)
  local items = {}
  for i = 1, wish.samples do
    items[i] = { prompt = task, system = "Attempt " .. i .. ". Give only the answer." }
  end
  local answers = alc.map(alc.llm_batch(items), function(answer)
    return (answer:lower():gsub("[%s%p]+$", ""))
  end)
  local vote = alc.vote(answers)
  local share = alc.math.wilson_ci(vote.count, vote.total, 0.95)
  ctx.result = {
    answer = vote.winner,
    votes = vote.count,
    of = vote.total,
    at_least = math.floor(share.lower * 1000 + 0.5) / 1000,
  }
  return ctx
end

return M
