--- Writes a draft, has it criticised, and revises it until it is good enough.

local prose = require("prose")

local M = {
  meta = {
    name = "refine",
    version = "1.0.0",
    description = "Draft, criticise and revise until the score is good enough",
    category = "refinement",
    tags = { "loop", "critique" },
  },
}

local DEFAULTS = { rounds = 3, good = 8 }

function M.run(ctx)
  local task = prose.task(ctx)
  local wish = alc.tuning(DEFAULTS, ctx)
  local draft = alc.llm(task, { system = "Answer well and briefly." })
  local scores = {}
  for round = 1, wish.rounds do
    alc.progress(round, wish.rounds, "criticising")
    local critique = alc.llm(("Task: %s\n\nAnswer: %s\n\nScore it from 1 to 10, then say what is missing.")
      :format(task, draft), { role = "critic" })
    scores[round] = alc.parse_score(critique)
    if scores[round] >= wish.good then
      break
    end
    draft = alc.llm(("Task: %s\n\nAnswer: %s\n\nCritique: %s\n\nWrite a better answer.")
      :format(task, draft, critique))
  end
  alc.stats.record("scores", scores)
  ctx.result = { answer = draft, score = scores[#scores], rounds = #scores }
  return ctx
end

return M
