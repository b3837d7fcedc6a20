-- Draft, critique, revise: asks for a text, then for what is wrong with it, until nothing is.
--
--   alc spawn examples/refine.lua --set task="a haiku about rain" --set-json rounds=2

local rounds = ctx.rounds or 3
local draft = alc.llm("Write " .. ctx.task .. ". Reply with the text alone.")

for round = 1, rounds do
  local critique = alc.llm(
    "Name the one thing that would most improve this text, or reply DONE if nothing would.\n\n" .. draft,
    { system = "You are a strict and brief editor.", role = "critic" }
  )
  if critique:match("^%s*DONE") then
    alc.log("info", "nothing left to improve after round " .. round - 1)
    break
  end
  draft = alc.llm(
    "Revise the text. Reply with the new text alone.\n\nText:\n" .. draft .. "\n\nCritique:\n" .. critique
  )
end

return { task = ctx.task, text = draft }
