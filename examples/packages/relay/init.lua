--- Passes a task through stages: outline, text, title. Each works on what the one before it made.

local prose = require("prose")

local M = {
  meta = {
    name = "relay",
    version = "1.0.0",
    description = "Outline, write, refine and title, one stage after the other",
    category = "writing",
    tags = { "pipe" },
  },
}

local function outline(ctx)
  ctx.result = prose.items(alc.llm("Outline in three points: " .. ctx.task))
  return ctx
end

local function write(ctx)
  local points = alc.json_decode(ctx.task)
  local parts = alc.parallel(points, function(point)
    return "Write a paragraph: " .. point
  end)
  ctx.result = table.concat(parts, "\n\n")
  return ctx
end

local function title(ctx)
  ctx.result = { title = alc.llm("A title for:\n" .. ctx.task), text = ctx.task }
  return ctx
end

function M.run(ctx)
  prose.task(ctx)
  local stages = ctx.skip_title and { outline, write } or { outline, write, title }
  return alc.pipe(stages, ctx, {
    on_stage = function(i)
      alc.progress(i, #stages)
    end,
  })
end

return M
