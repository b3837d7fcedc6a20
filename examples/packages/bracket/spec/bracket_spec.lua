local describe, it, expect = lust.describe, lust.it, lust.expect
local bracket = require("bracket")

-- The longer text wins each match.
local function longer(items)
  return alc.map(items, function(item)
    local a, b = item.prompt:match("\nA: (.-)\nB: (.-)\n")
    return #a >= #b and "A, since it is longer" or "I say: B"
  end)
end

describe("bracket", function()
  it("pairs players and lets the odd one rest", function()
    local matches, resting = bracket.pairs_of({ "a", "b", "c" })
    expect(matches).to.equal({ { "a", "b" } })
    expect(resting).to.equal("c")
    expect(#bracket.pairs_of({ "a", "b", "c", "d" })).to.equal(2)
  end)

  it("ranks by matches won", function()
    local result = with_alc({ llm_batch = longer }, function()
      return bracket.run({ task = "x", candidates = { "1", "4444", "333", "22" } }).result
    end)
    expect(result).to.equal({ answer = "4444", ranking = { "4444", "333", "1", "22" } })
  end)

  it("makes candidates where none are given", function()
    local result = with_alc({ llm = function() return "1. a\n2. bb" end, llm_batch = longer }, function()
      return bracket.run({ task = "x" }).result
    end)
    expect(result.answer).to.equal("bb")
  end)

  it("has nothing to ask about a single candidate", function()
    expect(bracket.run({ task = "x", candidates = { "a" } }).result.answer).to.equal("a")
  end)
end)
