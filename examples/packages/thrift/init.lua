--- Searches for a better answer as long as its budget lasts, and says what it spent.

local prose = require("prose")

local M = {
  meta = {
    name = "thrift",
    version = "1.0.0",
    description = "Improves an answer until its budget is used up",
    category = "search",
    tags = { "budget" },
  },
}

--- How many questions it may still ask; many, where nobody limits it.
local function left()
  local budget = alc.budget_remaining()
  return budget and budget.llm_calls or 8
end

function M.run(ctx)
  local task = prose.task(ctx)
  local best, score = alc.llm(task), 0
  local tries = 1
  -- A try takes two questions: one for the answer, one for its score.
  while left() >= 2 and alc.budget_check() do
    local candidate = alc.llm(("Task: %s\nA known answer: %s\nGive a better one."):format(task, best))
    local judged = alc.parse_score(alc.llm(("Score from 1 to 10: %s"):format(candidate)))
    tries = tries + 1
    if judged > score then
      best, score = candidate, judged
    end
    if tries > 8 or score == 10 then
      break
    end
  end
  ctx.result = { answer = best, score = score, tries = tries, asked = alc.stats.llm_calls() }
  return ctx
end

return M
