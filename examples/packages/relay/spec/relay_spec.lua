local describe, it, expect = lust.describe, lust.it, lust.expect
local relay = require("relay")

local function mocked(body)
  return with_alc({
    llm = function(prompt)
      return prompt:find("^Outline") and "1. a\n2. b" or "A title"
    end,
    llm_batch = function(items)
      return alc.map(items, function(item) return item.prompt:match("paragraph: (.*)"):upper() end)
    end,
  }, body)
end

describe("relay", function()
  it("hands each stage what the one before it made", function()
    local ctx = mocked(function() return relay.run({ task = "x" }) end)
    expect(ctx.result).to.equal({ title = "A title", text = "A\n\nB" })
    expect(#ctx.pipe_history).to.equal(3)
    expect(ctx.pipe_history[1].result).to.equal({ "a", "b" })
  end)

  it("leaves out the title on wish", function()
    local ctx = mocked(function() return relay.run({ task = "x", skip_title = true }) end)
    expect(ctx.result).to.equal("A\n\nB")
  end)

  it("leaves the caller's context as it is", function()
    local given = { task = "x" }
    mocked(function() relay.run(given) end)
    expect(given).to.equal({ task = "x" })
  end)
end)
