local describe, it, expect = lust.describe, lust.it, lust.expect
local triage = require("triage")

local function sorted(answers, fails)
  local asked = {}
  local result = with_alc({
    llm = function(prompt, options)
      asked[#asked + 1] = { prompt = prompt, options = options or {} }
      local answer = answers[#asked]
      if fails and #asked == #answers then
        error("nobody is there")
      end
      return answer
    end,
  }, function()
    return triage.run({ task = "It is broken" }).result
  end)
  return result, asked
end

describe("triage", function()
  lust.before(alc.cache_clear)

  it("sorts by what the answer names", function()
    local result = sorted({ '{"kind": "a technical one", "urgent": true}', "calm", "Hello" })
    expect(result).to.equal({ queue = "technical", urgent = true, asked_back = 0, reply = "Hello" })
  end)

  it("asks a person for what is missing", function()
    local result, asked = sorted({ '{"kind": "billing", "missing": ["Which bill?"]}', "the last", "calm", "Hello" })
    expect(result.asked_back).to.equal(1)
    expect(asked[2].options.underspecified).to.equal(true)
    expect(asked[4].prompt).to.match("Which bill%? the last")
  end)

  it("has a queue for what nobody can read", function()
    expect(sorted({ "?", "??", "calm", "Hello" }).queue).to.equal("other")
  end)

  it("replies also when the writer fails", function()
    expect(sorted({ "{}", "calm", "-" }, true).reply).to.equal("We will come back to you.")
  end)
end)
