--- Learns from one run to the next: what went well is kept, and shown to the next run.

local prose = require("prose")

local M = {
  meta = {
    name = "diary",
    version = "1.0.0",
    description = "Keeps a lesson of each run and shows the latest ones to the next",
    category = "memory",
    tags = { "state" },
  },
}

local KEPT = 3

function M.run(ctx)
  local task = prose.task(ctx)
  local topic = ctx.topic or "general"
  local run = math.tointeger(alc.state.incr("runs"))
  local lessons = alc.state.get("lessons:" .. topic, {})
  local prompt = task
  if #lessons > 0 then
    prompt = ("Earlier lessons:\n%s\n\n%s"):format(prose.numbered(lessons), task)
  end
  local answer = alc.llm(prompt)
  local lesson = alc.llm(("Task: %s\nAnswer: %s\nWhat should be remembered, in one line?"):format(task, answer))
  alc.state.update("lessons:" .. topic, function(known)
    table.insert(known, lesson)
    while #known > KEPT do
      table.remove(known, 1)
    end
    return known
  end, {})
  alc.log_fmt("info", "run %d knows %d lessons about %s", run, #lessons + 1, topic)
  ctx.result = { answer = answer, run = run, lessons_before = #lessons }
  return ctx
end

return M
