--- Sorts a request: what it is, how urgent, what is missing; asks back, and hands it on.

local prose = require("prose")

local M = {
  meta = {
    name = "triage",
    version = "1.0.0",
    description = "Sorts a request, asks back what is missing, and routes it",
    category = "routing",
    tags = { "json", "specify", "cache" },
  },
}

local QUEUES = { "billing", "technical", "other" }

function M.run(ctx)
  local task = prose.task(ctx)
  local facts, raw = alc.llm_json(
    ("Request: %s\nAs JSON: {\"kind\": …, \"urgent\": true or false, \"missing\": [what you would need to know]}")
      :format(task), { max_tokens = 300 })
  facts = facts or {}
  local queue = alc.match_enum(tostring(facts.kind or raw), QUEUES) or "other"
  local known = {}
  for i, question in ipairs(facts.missing or {}) do
    known[i] = question .. " " .. alc.specify(question)
  end
  -- What is said of a queue is the same for all requests of a session.
  local tone = alc.cache("In which tone does the " .. queue .. " team answer?")
  local reply = alc.llm_safe(("Request: %s\nKnown:\n%s\nTone: %s\nReply."):format(task, prose.numbered(known), tone),
    { role = "writer" }, "We will come back to you.")
  ctx.result = { queue = queue, urgent = facts.urgent == true, asked_back = #known, reply = reply }
  return ctx
end

return M
