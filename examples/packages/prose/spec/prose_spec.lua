local describe, it, expect = lust.describe, lust.it, lust.expect
local prose = require("prose")

describe("prose", function()
  it("numbers items", function()
    expect(prose.numbered({ "a", "b" })).to.equal("1. a\n2. b")
    expect(prose.numbered({})).to.equal("")
  end)

  it("reads the items of an answer however they are marked", function()
    expect(prose.items("1. a\n2) b\n- c\n* d\n\n  e  ")).to.equal({ "a", "b", "c", "d", "e" })
    expect(prose.items("")).to.equal({})
  end)

  it("needs a task", function()
    expect(prose.task({ task = "x" })).to.equal("x")
    expect(function() prose.task({}) end).to.fail.with("ctx.task is required")
    expect(function() prose.task({ task = "" }) end).to.fail.with("ctx.task is required")
  end)
end)
