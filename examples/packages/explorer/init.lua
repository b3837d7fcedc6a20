--- Searches a tree of partial answers: from a random one of the best it goes on, several ways at once.

local prose = require("prose")

local M = {
  meta = {
    name = "explorer",
    version = "1.0.0",
    description = "Tree search: go on from a random good node, by a seed",
    category = "search",
    tags = { "tree", "random" },
  },
}

local DEFAULTS = { steps = 3, branches = 2, beam = 2, seed = 7 }

--- A random node of the best ones; better ones are more likely.
function M.pick(nodes, beam, rng)
  local best = { table.unpack(nodes) }
  table.sort(best, function(a, b)
    return a.score > b.score or a.score == b.score and a.id < b.id
  end)
  local weights = {}
  for i = 1, math.min(beam, #best) do
    weights[i] = best[i].score
  end
  return best[alc.math.categorical_sample(rng, weights)], best[1]
end

local function path(node)
  local steps = {}
  while node.parent do
    table.insert(steps, 1, node.thought)
    node = node.parent
  end
  return steps
end

function M.run(ctx)
  local task = prose.task(ctx)
  local wish = alc.tuning(DEFAULTS, ctx)
  local rng = alc.math.rng_create(wish.seed)
  local nodes = { { id = 0, score = 1 } }
  for step = 1, wish.steps do
    alc.progress(step, wish.steps)
    local from = M.pick(nodes, wish.beam, rng)
    local so_far = prose.numbered(path(from))
    local thoughts = {}
    for branch = 1, wish.branches do
      thoughts[branch] = { prompt = ("Task: %s\nSo far:\n%s\nNext step, way %d:"):format(task, so_far, branch) }
    end
    thoughts = alc.llm_batch(thoughts)
    local scores = alc.parallel(thoughts, function(thought)
      return ("Task: %s\nStep: %s\nHow promising, 1 to 10?"):format(task, thought)
    end, { post_fn = function(answer) return alc.parse_score(answer) end })
    for i, thought in ipairs(thoughts) do
      nodes[#nodes + 1] = { id = #nodes, parent = from, thought = thought, score = scores[i] }
    end
  end
  local _, best = M.pick(nodes, 1, rng)
  ctx.result = { answer = best.thought, steps = path(best), score = best.score, nodes = #nodes - 1 }
  return ctx
end

return M
