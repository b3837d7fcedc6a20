--- alc: llm llm_batch
-- Questions, for which the session pauses.

local host, lib = ...
local can_pause, check, ask, ask_batch = host.can_pause, host.check, host.ask, host.ask_batch
local settle = host.settle
local yield, PAUSE = host.lua.coroutine.yield, host.pause

function lib.llm(prompt, options)
  settle()
  local known, answer = check(ask(prompt, options, can_pause()))
  if known then
    return answer
  end
  return yield(PAUSE)
end

function lib.llm_batch(items)
  settle()
  local known, answers = check(ask_batch(items, can_pause()))
  if known then
    return answers
  end
  return yield(PAUSE)
end
