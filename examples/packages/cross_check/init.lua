--- Answers, asks what would have to be true, checks that without the answer in sight, and corrects it.

local prose = require("prose")

local M = {
  meta = {
    name = "cross_check",
    version = "1.0.0",
    description = "A chain of verification: draft, questions, answers, correction",
    category = "verification",
    tags = { "chain", "facts" },
  },
}

function M.run(ctx)
  local task = prose.task(ctx)
  local draft = alc.llm(task)
  local questions = prose.items(alc.llm(
    ("Answer: %s\nWhich facts does it rest on? Ask a question about each, a line each."):format(draft)))
  local facts = {}
  if #questions > 0 then
    facts = alc.parallel(questions, function(question)
      -- Without the draft, so that nobody repeats it; grounded, so that it is looked up.
      return { prompt = question, grounded = true, max_tokens = 200 }
    end, {
      post_fn = function(answer, question)
        return question .. " " .. answer
      end,
    })
  end
  local verdict = alc.llm(("Answer: %s\nFacts:\n%s\nDo they contradict the answer?")
    :format(draft, prose.numbered(facts)))
  local contradicted = alc.match_bool(verdict) == true
  if contradicted then
    draft = alc.llm(("Task: %s\nFacts:\n%s\nAnswer by these facts."):format(task, prose.numbered(facts)))
  end
  ctx.result = { answer = draft, corrected = contradicted, facts = #facts }
  return ctx
end

return M
