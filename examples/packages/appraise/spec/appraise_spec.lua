local describe, it, expect = lust.describe, lust.it, lust.expect
local appraise = require("appraise")

-- The strategies under test, and a judge who likes long answers.
local function prepare()
  package.preload.short = function()
    return { run = function(ctx) ctx.result = { answer = "4" } return ctx end }
  end
  package.preload.long = function()
    return { run = function(ctx) ctx.result = { answer = "It is " .. ctx.task } return ctx end }
  end
  alc_mock.install({
    llm = function(prompt, options)
      expect(options.role).to.equal("grader")
      return prompt:find("It is", 1, true) and "5" or "2"
    end,
  })
end

describe("appraise", function()
  lust.before(prepare)
  lust.after(alc_mock.restore_all)

  it("prefers the strategy with the better grades", function()
    local ctx = appraise.run({ task = "2+2", strategies = { "short", "long" }, opts = {} })
    expect(ctx.result.answer).to.equal("long")
    expect(ctx.result.strategies.long).to.equal({ mean = 1, pass_rate = 1, failed = {} })
    expect(ctx.result.strategies.short.failed).to.equal({ "task" })
  end)

  it("takes the first of two that are alike", function()
    local ctx = appraise.run({ task = "x", strategies = { "long", "long" }, opts = {} })
    expect(ctx.result.answer).to.equal("long")
  end)

  it("takes cases of one's own", function()
    local cases = { { input = "a", name = "a" }, { input = "b", name = "b" } }
    local ctx = appraise.run({ task = "x", strategies = { "short" }, opts = {}, cases = cases })
    expect(ctx.result.strategies.short.failed).to.equal({ "a", "b" })
  end)
end)
