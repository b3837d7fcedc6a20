--- alc: llm llm_batch
-- Questions, for which the session pauses.

local host, lib = ...
local can_pause, check, ask, ask_batch = host.can_pause, host.check, host.ask, host.ask_batch
local settle = host.settle
local yield, PAUSE, type = host.lua.coroutine.yield, host.pause, type

-- The block of earlier cards that the options want, if there is one.
local function past_cards(options)
  local wanted = type(options) == "table" and options.card_context
  if type(wanted) == "table" then
    wanted = { pkg = wanted.pkg, limit = wanted.limit }
  elseif type(wanted) ~= "string" then
    return nil
  end
  return host.waiting(host.card_past, "alc.llm")(wanted)
end

function lib.llm(prompt, options)
  settle()
  local past = past_cards(options)
  local known, answer = check(ask(prompt, options, can_pause(), past))
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
