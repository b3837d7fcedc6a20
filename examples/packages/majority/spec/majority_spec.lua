local describe, it, expect = lust.describe, lust.it, lust.expect
local majority = require("majority")

local function voted(answers)
  return with_alc({ llm_batch = function() return answers end }, function()
    return majority.run({ task = "x", samples = #answers }).result
  end)
end

describe("majority", function()
  it("takes the most frequent answer", function()
    expect(voted({ "a", "b", "b" }).answer).to.equal("b")
  end)

  it("takes answers that differ in case or at their ends as one", function()
    local result = voted({ "Paris.", "paris", "PARIS !", "Rome" })
    expect({ result.answer, result.votes, result.of }).to.equal({ "paris", 3, 4 })
  end)

  it("says how sure that is", function()
    expect(voted({ "a", "a", "a", "a" }).at_least).to.equal(0.51, 0.001)
  end)

  it("asks as often as it is told", function()
    local seen = alc.spy("llm_batch", function(items)
      return alc.map(items, function() return "a" end)
    end)
    majority.run({ task = "x" })
    expect(#seen.calls[1].args[1]).to.equal(5)
    alc_mock.restore()
  end)
end)
