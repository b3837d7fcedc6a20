local describe, it, expect = lust.describe, lust.it, lust.expect
local council = require("council")

local function held(children)
  local asked
  local result = with_alc({
    fork = function() return children end,
    llm = function(prompt)
      asked = prompt
      return "both"
    end,
  }, function()
    return council.run({ task = "x" }).result
  end)
  return result, asked
end

describe("council", function()
  it("hears every member", function()
    local result, asked = held({
      { strategy = "a", ok = true, result = { result = { answer = "A" } } },
      { strategy = "b", ok = true, result = { result = { answer = "B" } } },
    })
    expect(result).to.equal({ answer = "both", heard = 2, failed = 0 })
    expect(asked).to.match("1. a says: A\n2. b says: B")
  end)

  it("goes on without a member that fails", function()
    local result = held({
      { strategy = "a", ok = false, error = "no luck" },
      { strategy = "b", ok = true, result = { result = { answer = "B" } } },
    })
    expect(result).to.equal({ answer = "both", heard = 1, failed = 1 })
  end)

  it("says why nobody had an answer", function()
    expect(function()
      held({ { strategy = "a", ok = false, error = "no luck" } })
    end).to.fail.with("a: no luck")
  end)
end)
