-- alc.specify, alc.ground
local case = load(ctx.case, "=case")()

local options = { system = "s" }
case.same(alc.json_decode(alc.specify("a")), { prompt = "a", max_tokens = 1024, underspecified = true })
case.same(alc.json_decode(alc.ground("a")), { prompt = "a", max_tokens = 1024, grounded = true })
case.same(alc.json_decode(alc.ground("a", options)), { prompt = "a", max_tokens = 1024, grounded = true, system = "s" })
case.same(alc.json_decode(alc.specify("a", { grounded = true })),
  { prompt = "a", max_tokens = 1024, grounded = true, underspecified = true })
case.same(options, { system = "s" })

for _, ask in ipairs({ alc.specify, alc.ground }) do
  case.raises(ask, { { "bad argument #1" }, { "bad argument #2", "a", 1 } })
end
-- `alc.llm` is looked up when it is called.
case.with({ llm = function(prompt, given) return prompt .. tostring(given.grounded) end }, function()
  case.same(alc.ground("a"), "atrue")
end)

return case.failures()
