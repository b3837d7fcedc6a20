local describe, it, expect = lust.describe, lust.it, lust.expect
local refine = require("refine")

-- Runs it with these answers; the result and what was asked.
local function run(ctx, answers)
  local asked = {}
  local result = with_alc({
    llm = function(prompt, options)
      asked[#asked + 1] = { prompt = prompt, options = options or {} }
      return answers[#asked]
    end,
  }, function()
    return refine.run(ctx).result
  end)
  return result, asked
end

describe("refine", function()
  it("stops when the score is good enough", function()
    local result, asked = run({ task = "x" }, { "draft", "9: fine" })
    expect(result).to.equal({ answer = "draft", score = 9, rounds = 1 })
    expect(asked[2].options.role).to.equal("critic")
  end)

  it("revises with the critique", function()
    local result, asked = run({ task = "x" }, { "draft", "3: too short", "longer", "8" })
    expect(result).to.equal({ answer = "longer", score = 8, rounds = 2 })
    expect(asked[3].prompt).to.match("too short")
  end)

  it("stops after its rounds", function()
    local result = run({ task = "x", rounds = 1 }, { "draft", "2", "better" })
    expect(result).to.equal({ answer = "better", score = 2, rounds = 1 })
  end)

  it("needs a task", function()
    expect(function() refine.run({}) end).to.fail.with("ctx.task is required")
  end)
end)
