--- Has several strategies work on the same task at once and makes one answer of theirs.

local prose = require("prose")

local M = {
  meta = {
    name = "council",
    version = "1.0.0",
    description = "Several strategies at once, then one answer made of theirs",
    category = "aggregation",
    tags = { "fork" },
  },
}

local DEFAULTS = { members = { "refine", "majority" } }

function M.run(ctx)
  local task = prose.task(ctx)
  local wish = alc.tuning(DEFAULTS, ctx)
  local reports, failures = {}, {}
  for _, child in ipairs(alc.fork(wish.members, { task = task, samples = 3, rounds = 1 })) do
    if child.ok then
      reports[#reports + 1] = child.strategy .. " says: " .. child.result.result.answer
    else
      failures[#failures + 1] = child.strategy .. ": " .. child.error
      alc.log("warn", failures[#failures])
    end
  end
  if #reports == 0 then
    error("no member of the council had an answer: " .. table.concat(failures, "; "), 0)
  end
  local answer = alc.llm(("Task: %s\n\n%s\n\nGive the one answer that they support best.")
    :format(task, prose.numbered(reports)))
  ctx.result = { answer = answer, heard = #reports, failed = #failures }
  return ctx
end

return M
