local describe, it, expect = lust.describe, lust.it, lust.expect
local cross_check = require("cross_check")

local function checked(answers, facts)
  local batch
  local asked = 0
  local result = with_alc({
    llm = function()
      asked = asked + 1
      return answers[asked]
    end,
    llm_batch = function(items)
      batch = items
      return facts
    end,
  }, function()
    return cross_check.run({ task = "x" }).result
  end)
  return result, batch
end

describe("cross_check", function()
  it("keeps an answer that the facts support", function()
    local result, batch = checked({ "4", "Is it?\nIs it not?", "No, they do not." }, { "yes", "no" })
    expect(result).to.equal({ answer = "4", corrected = false, facts = 2 })
    expect(batch[1].grounded).to.equal(true)
    expect(batch[1].prompt).to.equal("Is it?")
  end)

  it("corrects an answer that they contradict", function()
    local result = checked({ "5", "Is it?", "Yes.", "4" }, { "no" })
    expect(result).to.equal({ answer = "4", corrected = true, facts = 1 })
  end)

  it("checks nothing where there is nothing to check", function()
    expect(checked({ "4", "", "No." }).facts).to.equal(0)
  end)
end)
