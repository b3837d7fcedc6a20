local describe, it, expect = lust.describe, lust.it, lust.expect
local diary = require("diary")

describe("diary", function()
  local prompts

  lust.before(function()
    prompts = {}
    alc_mock.install({
      llm = function(prompt)
        prompts[#prompts + 1] = prompt
        return prompt:find("remembered") and "lesson " .. #prompts or "answer"
      end,
    })
    alc.state.delete("lessons:general")
    alc.state.delete("runs")
  end)
  lust.after(alc_mock.restore_all)

  it("shows the next run what it learned", function()
    expect(diary.run({ task = "x" }).result).to.equal({ answer = "answer", run = 1, lessons_before = 0 })
    expect(prompts[1]).to.equal("x")
    expect(diary.run({ task = "y" }).result).to.equal({ answer = "answer", run = 2, lessons_before = 1 })
    expect(prompts[3]).to.match("1. lesson 2\n\ny$")
  end)

  it("keeps the latest three", function()
    for _ = 1, 5 do
      diary.run({ task = "x" })
    end
    expect(alc.state.get("lessons:general")).to.equal({ "lesson 6", "lesson 8", "lesson 10" })
  end)

  it("keeps topics apart", function()
    diary.run({ task = "x" })
    expect(diary.run({ task = "x", topic = "other" }).result.lessons_before).to.equal(0)
    alc.state.delete("lessons:other")
  end)
end)
