--- Has candidates compete in pairs until one is left, and ranks all by how far they came.

local prose = require("prose")

local M = {
  meta = {
    name = "bracket",
    version = "1.0.0",
    description = "A tournament: candidates compete in pairs, side by side",
    category = "ranking",
    tags = { "tournament", "batch" },
  },
}

--- The matches of a round; with an odd count the last candidate rests.
function M.pairs_of(players)
  local matches = {}
  for i = 1, #players - 1, 2 do
    matches[#matches + 1] = { players[i], players[i + 1] }
  end
  return matches, #players % 2 == 1 and players[#players] or nil
end

local function play(task, matches)
  return alc.parallel(matches, function(match)
    return ("Which is better for: %s\nA: %s\nB: %s\nAnswer A or B."):format(task, match[1], match[2])
  end, {
    post_fn = function(answer, match)
      return alc.match_enum(answer, { "A", "B" }) == "B" and match[2] or match[1]
    end,
  })
end

function M.run(ctx)
  local task = prose.task(ctx)
  local players = ctx.candidates
  if not players then
    players = prose.items(alc.llm("Give five different answers, a line each: " .. task))
  end
  local wins = {}
  local left = players
  while #left > 1 do
    local matches, resting = M.pairs_of(left)
    left = play(task, matches)
    for _, winner in ipairs(left) do
      wins[winner] = (wins[winner] or 0) + 1
    end
    left[#left + 1] = resting
  end
  local ranking = { table.unpack(players) }
  local place = {}
  for i, player in ipairs(players) do
    place[player] = i
  end
  table.sort(ranking, function(a, b)
    local of_a, of_b = wins[a] or 0, wins[b] or 0
    return of_a > of_b or of_a == of_b and place[a] < place[b]
  end)
  ctx.result = { answer = left[1], ranking = ranking }
  return ctx
end

return M
