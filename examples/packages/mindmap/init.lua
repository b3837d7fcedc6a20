--- A graph of thoughts: ideas are generated, merged in pairs, and improved, in the order in which they
--- depend on each other; what does not depend on each other is asked at once.

local prose = require("prose")

local M = {
  meta = {
    name = "mindmap",
    version = "1.0.0",
    description = "A graph of thoughts, its independent nodes asked at once",
    category = "reasoning",
    tags = { "graph", "batch" },
  },
}

--- The nodes in layers: each depends on earlier ones only. Raises for a circle.
function M.layers(graph)
  local layers, done, left = {}, {}, {}
  for _, node in ipairs(graph) do
    left[#left + 1] = node
  end
  while #left > 0 do
    local layer, later = {}, {}
    for _, node in ipairs(left) do
      local ready = true
      for _, name in ipairs(node.needs) do
        ready = ready and done[name] ~= nil
      end
      table.insert(ready and layer or later, node)
    end
    if #layer == 0 then
      error("the thoughts depend on each other in a circle", 0)
    end
    for _, node in ipairs(layer) do
      done[node.name] = true
    end
    layers[#layers + 1], left = layer, later
  end
  return layers
end

local GRAPH = {
  { name = "plain", needs = {}, ask = "Answer in the plainest way." },
  { name = "bold", needs = {}, ask = "Answer in the boldest way." },
  { name = "doubt", needs = {}, ask = "Say what makes this hard to answer." },
  { name = "both", needs = { "plain", "bold" }, ask = "Merge these thoughts into one." },
  { name = "sober", needs = { "plain", "doubt" }, ask = "Correct the answer by the doubt." },
  { name = "final", needs = { "both", "sober" }, ask = "Give the final answer." },
}

function M.run(ctx)
  local task = prose.task(ctx)
  local graph = ctx.graph or GRAPH
  local thoughts = {}
  for _, layer in ipairs(M.layers(graph)) do
    local answers = alc.parallel(layer, function(node)
      local known = alc.map(node.needs, function(name)
        return name .. ": " .. thoughts[name]
      end)
      return ("Task: %s\n%s\n%s"):format(task, prose.numbered(known), node.ask)
    end)
    for i, node in ipairs(layer) do
      thoughts[node.name] = answers[i]
    end
  end
  ctx.result = { answer = thoughts[graph[#graph].name], thoughts = thoughts }
  return ctx
end

return M
