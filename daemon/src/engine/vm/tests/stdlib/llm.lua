-- alc.llm, alc.llm_batch; a query is answered with itself, as JSON
local case = load(ctx.case, "=case")()

local function asked(...)
  return alc.json_decode(alc.llm(...))
end

case.gives(asked, {
  { { prompt = "a", max_tokens = 1024 }, "a" },
  { { prompt = "7", max_tokens = 1024 }, 7 },
  { { prompt = "1.5", max_tokens = 1024 }, 1.5 },
  { { prompt = "", max_tokens = 1024 }, "", {} },
  { { prompt = "a", max_tokens = 1024, system = "s" }, "a", { system = "s" } },
  { { prompt = "a", max_tokens = 1024, system = "2" }, "a", { system = 2 } },
  { { prompt = "a", max_tokens = 1024 }, "a", { system = {}, max_tokens = {}, role = 1, cache_breakpoint = true } },
  { { prompt = "a", max_tokens = 77 }, "a", { max_tokens = "77" } },
  { { prompt = "a", max_tokens = 20 }, "a", { max_tokens = 20.7 } },
  { { prompt = "a", max_tokens = 1024 }, "a", { max_tokens = -1 } },
  { { prompt = "a", max_tokens = 1024 }, "a", { max_tokens = "many" } },
  { { prompt = "a", max_tokens = 1024 }, "a", { max_tokens = 0 / 0 } },
  { { prompt = "a", max_tokens = 1024, grounded = true }, "a", { grounded = 0, underspecified = false } },
  { { prompt = "a", max_tokens = 1024, underspecified = true }, "a", { underspecified = "yes" } },
  { { prompt = "a", max_tokens = 1024, role = "grader", cache_breakpoint = "prompt" },
    "a", { role = "grader", cache_breakpoint = "prompt", temperature = 1, model = "m", stop = {} } },
})
case.raises(alc.llm, {
  { "=bad argument #1: string expected, got no value" },
  { "bad argument #1", {} },
  { "bad argument #1", true, {} },
  { "=bad argument #2: table expected, got number", "a", 1 },
  { "UTF-8", "\xff" },
  { "UTF-8", "a", { system = "\xff" } },
})

local function asked_batch(items)
  return alc.map(alc.llm_batch(items), alc.json_decode)
end

case.gives(asked_batch, {
  { { { prompt = "a", max_tokens = 1024 } }, { { prompt = "a" } } },
  { { { prompt = "1", max_tokens = 5 }, { prompt = "b", max_tokens = 1024, system = "s", grounded = true } },
    { { prompt = 1, max_tokens = 5 }, { prompt = "b", system = "s", grounded = 1 } } },
  -- Here only real strings count.
  { { { prompt = "a", max_tokens = 1024 } }, { { prompt = "a", system = 1, role = 2, cache_breakpoint = 3 } } },
  { { { prompt = "a", max_tokens = 1024, role = "r", cache_breakpoint = "c", underspecified = true } },
    { { prompt = "a", role = "r", cache_breakpoint = "c", underspecified = true, other = 1 } } },
})
case.raises(alc.llm_batch, {
  { "alc.llm_batch: empty items array", {} },
  { "alc.llm_batch: empty items array", { prompt = "a" } },
  { "bad argument #1", nil },
  { "bad argument #1", "a" },
  { "alc.llm_batch: item 2 is not a table", { { prompt = "a" }, "b" } },
  { "alc.llm_batch: item 1 has no prompt", { {} } },
  { "alc.llm_batch: item 1 has no prompt", { { prompt = true } } },
})
-- What was refused has asked nothing.
case.same(alc.stats.llm_calls(), 15 + 5)

return case.failures()
