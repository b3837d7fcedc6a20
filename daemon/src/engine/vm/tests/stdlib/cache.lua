-- alc.cache, alc.cache_info, alc.cache_clear
local case = load(ctx.case, "=case")()

local function info(entries, hits, misses)
  case.same(alc.cache_info(), { entries = entries, hits = hits, misses = misses, max_entries = 256 })
end

info(0, 0, 0)
local first = alc.cache("What is it?")
info(1, 0, 1)
case.same(alc.cache("  what IS\nit? "), first)
info(1, 1, 1)
case.same(alc.stats.llm_calls(), 1)

-- System prompt and tokens make another question, other options do not.
case.same(alc.cache("what is it?", { role = "r" }), first)
alc.cache("What is it?", { system = "s" })
alc.cache("What is it?", { max_tokens = 5 })
alc.cache("What is it?", { system = "s", max_tokens = 5 })
info(4, 2, 4)

-- A key of one's own is all that counts.
local other = alc.cache("a", { cache_key = "k" })
case.same(alc.cache("b", { cache_key = "k", system = "s" }), other)
info(5, 3, 5)

-- Passed by.
case.same(alc.json_decode(alc.cache("b", { cache_key = "k", cache_skip = true })).prompt, "b")
info(5, 3, 5)

alc.cache_clear()
info(0, 0, 0)
case.same(alc.json_decode(alc.cache("b", { cache_key = "k" })).prompt, "b")
alc.cache_clear()

-- The oldest go first, used or not.
case.with({ llm = function(prompt) return "re " .. prompt end }, function()
  for i = 1, 256 do
    alc.cache("question " .. i)
  end
  alc.cache("question 1")
  info(256, 1, 256)
  alc.cache("question 257")
  info(256, 1, 257)
  alc.cache("question 2")
  info(256, 2, 257)
  alc.cache("question 1")
  info(256, 2, 258)
  alc.cache("question 2")
  info(256, 2, 259)
end)

alc.cache_clear()
case.with({ llm = function() error("no") end }, function()
  case.raises(alc.cache, { { "no", "a" } })
end)
info(0, 0, 1)
case.raises(alc.cache, { { "bad argument #1" }, { "bad argument #2", "a", 5 } })

return case.failures()
