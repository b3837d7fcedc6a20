local describe, it, expect = lust.describe, lust.it, lust.expect
local digest = require("digest")

describe("digest", function()
  local batches

  lust.before(function()
    batches = {}
    alc_mock.install({
      llm_batch = function(items)
        batches[#batches + 1] = items
        return alc.map(items, function(_, i) return "sum " .. i end)
      end,
    })
  end)
  lust.after(alc_mock.restore_all)

  it("asks once about a short text", function()
    local ctx = digest.run({ task = "a\nb" })
    expect(ctx.result).to.equal({ summary = "sum 1", pieces = 1, levels = 1 })
    expect(batches[1][1].max_tokens).to.equal(256)
  end)

  it("asks about all pieces at once and then about their sums", function()
    local ctx = digest.run({ task = "1\n2\n3\n4\n5", lines = 1, fan_in = 2 })
    expect(ctx.result).to.equal({ summary = "sum 1", pieces = 5, levels = 4 })
    expect(alc.map(batches, function(batch) return #batch end)).to.equal({ 5, 3, 2, 1 })
    expect(batches[2][1].prompt).to.match("sum 1\nsum 2")
  end)
end)
