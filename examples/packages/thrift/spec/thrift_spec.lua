local describe, it, expect = lust.describe, lust.it, lust.expect
local thrift = require("thrift")

-- Runs it with so many questions to ask.
local function spent(calls, scores)
  local asked, tried = 0, 0
  return with_alc({
    llm = function(prompt)
      asked = asked + 1
      if prompt:find("^Score") then
        tried = tried + 1
        return tostring(scores[tried])
      end
      return "answer " .. asked
    end,
    budget_remaining = function() return { llm_calls = calls - asked } end,
    budget_check = function() return asked < calls end,
  }, function()
    return thrift.run({ task = "x" }).result
  end)
end

describe("thrift", function()
  it("stops before its budget is used up", function()
    local result = spent(6, { 3, 5 })
    expect({ result.answer, result.score, result.tries }).to.equal({ "answer 4", 5, 3 })
  end)

  it("keeps the best", function()
    expect(spent(8, { 7, 2, 4 }).answer).to.equal("answer 2")
  end)

  it("stops at the best score there is", function()
    expect(spent(100, { 10 }).tries).to.equal(2)
  end)

  it("asks at least once", function()
    expect(spent(1, {}).answer).to.equal("answer 1")
  end)
end)
