-- A panel: several experts answer at the same time, a chair weighs what they said.
--
--   alc spawn examples/panel.lua --set question="Tabs or spaces?"

local experts = ctx.experts or { "an engineer", "a designer", "a lawyer" }

local questions = {}
for i, expert in ipairs(experts) do
  questions[i] = {
    prompt = ctx.question .. "\nAnswer in two sentences.",
    system = "You are " .. expert .. ".",
    max_tokens = 200,
  }
end
local opinions = alc.llm_batch(questions)

local minutes = {}
for i, expert in ipairs(experts) do
  minutes[i] = expert .. ": " .. opinions[i]
end
local verdict = alc.llm(
  "The question was: " .. ctx.question .. "\n\n" .. table.concat(minutes, "\n") .. "\n\nWeigh this and decide.",
  { role = "chair" }
)

return { question = ctx.question, opinions = minutes, verdict = verdict }
