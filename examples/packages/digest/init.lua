--- Sums up a long text: its pieces side by side, then the sums.

local prose = require("prose")

local M = {
  meta = {
    name = "digest",
    version = "1.0.0",
    description = "Sum up the pieces of a text side by side, then all of it",
    category = "summarisation",
    tags = { "batch", "map-reduce" },
  },
}

local DEFAULTS = { lines = 40, fan_in = 4 }

--- Sums up each group of texts at once.
local function sum_up(texts, question)
  return alc.parallel(texts, function(text, i)
    return ("Part %d of %d. %s\n\n%s"):format(i, #texts, question, text)
  end, { system = "Sum up in one or two sentences.", max_tokens = 256 })
end

function M.run(ctx)
  local text = prose.task(ctx)
  local wish = alc.tuning(DEFAULTS, ctx)
  local pieces = alc.chunk(text, { mode = "lines", size = wish.lines })
  local sums, levels = sum_up(pieces, "What does it say?"), 1
  while #sums > 1 do
    local groups = {}
    for i = 1, #sums, wish.fan_in do
      groups[#groups + 1] = table.concat(sums, "\n", i, math.min(i + wish.fan_in - 1, #sums))
    end
    sums, levels = sum_up(groups, "What do these sums say together?"), levels + 1
  end
  ctx.result = { summary = sums[1], pieces = #pieces, levels = levels }
  return ctx
end

return M
