local describe, it, expect = lust.describe, lust.it, lust.expect
local lineage = require("lineage")

-- A run whose answers get these scores.
local function ran(scores)
  local questions = alc.map(scores, function(_, i) return "Question " .. i .. "?" end)
  return with_alc({
    llm_batch = function(items)
      return alc.map(items, function(item, i)
        return item.prompt:find("Score") and tostring(scores[i]) or "answer " .. i
      end)
    end,
  }, function()
    return lineage.run({ task = "x", questions = questions }).result
  end)
end

describe("lineage", function()
  it("keeps a card of a run", function()
    expect(ran({ 4, 6 })).to.equal({ card = "lineage_001", runs = 1, mean = 5 })
    local card = alc.card.get("lineage_001")
    expect(card.stats).to.equal({ mean_score = 5, n = 2 })
    expect(alc.card.read_samples("lineage_001")[2]).to.equal({ question = "Question 2?", score = 6 })
  end)

  it("links it to the one before and compares them", function()
    local result = ran({ 9, 9 })
    expect({ result.card, result.runs, result.change }).to.equal({ "lineage_002", 2, 4 })
    expect(alc.card.get("lineage_002").metadata.prior_card_id).to.equal("lineage_001")
  end)
end)
