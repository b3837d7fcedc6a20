local describe, it, expect = lust.describe, lust.it, lust.expect
local explorer = require("explorer")

local function searched(seed)
  local count = 0
  return with_alc({
    llm_batch = function(items)
      return alc.map(items, function(item)
        if item.prompt:find("How promising") then
          return tostring(#item.prompt % 9 + 1)
        end
        count = count + 1
        return "thought " .. ("x"):rep(count)
      end)
    end,
  }, function()
    return explorer.run({ task = "t", steps = 4, seed = seed }).result
  end)
end

describe("explorer", function()
  it("picks among the best only", function()
    local nodes = { { id = 0, score = 1 }, { id = 1, score = 9 }, { id = 2, score = 5 } }
    local rng = alc.math.rng_create(1)
    for _ = 1, 20 do
      local node, best = explorer.pick(nodes, 2, rng)
      expect(node.score).to.be.gt(1)
      expect(best.id).to.equal(1)
    end
  end)

  it("finds the same with the same seed", function()
    expect(searched(3)).to.equal(searched(3))
  end)

  it("ends with the best node and the way there", function()
    local result = searched(3)
    expect(result.nodes).to.equal(8)
    expect(result.steps[#result.steps]).to.equal(result.answer)
  end)
end)
