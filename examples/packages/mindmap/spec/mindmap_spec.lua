local describe, it, expect = lust.describe, lust.it, lust.expect
local mindmap = require("mindmap")

local function names(layers)
  return alc.map(layers, function(layer)
    return alc.map(layer, function(node) return node.name end)
  end)
end

describe("mindmap", function()
  describe("layers", function()
    it("come in the order of what they need", function()
      local graph = {
        { name = "c", needs = { "a", "b" } },
        { name = "b", needs = { "a" } },
        { name = "a", needs = {} },
        { name = "d", needs = {} },
      }
      expect(names(mindmap.layers(graph))).to.equal({ { "a", "d" }, { "b" }, { "c" } })
    end)

    it("cannot have a circle", function()
      local graph = { { name = "a", needs = { "b" } }, { name = "b", needs = { "a" } } }
      expect(function() mindmap.layers(graph) end).to.fail.with("circle")
    end)
  end)

  it("asks a layer at once and shows a node what it needs", function()
    local sizes = {}
    local result = with_alc({
      llm_batch = function(items)
        sizes[#sizes + 1] = #items
        return alc.map(items, function(item) return "<" .. select(2, item.prompt:gsub("\n", "")) .. ">" end)
      end,
    }, function()
      return mindmap.run({ task = "x" }).result
    end)
    expect(sizes).to.equal({ 3, 2, 1 })
    expect(result.answer).to.equal("<3>")
  end)
end)
