-- alc.stats
local case = load(ctx.case, "=case")()

local value = { 1, { a = 2.0 } }
alc.stats.record("list", value)
value[1] = 9
case.same(alc.stats.get("list"), { 1, { a = 2.0 } })
case.same(rawequal(alc.stats.get("list"), alc.stats.get("list")), false)
alc.stats.record("list", false)
case.same(alc.stats.get("list"), false)
alc.stats.record("list", nil)
case.same(alc.stats.get("list"), nil)
alc.stats.record(7, "seven")
case.same(alc.stats.get("7"), "seven")
case.same(alc.stats.get(7), "seven")
case.same(alc.stats.get("none"), nil)
case.raises(alc.stats.record, {
  { "bad argument #1" },
  { "bad argument #1", {}, 1 },
  { "unsupported value type", "f", print },
  { "expected a string key", "k", { [2] = 1 } },
})
case.raises(alc.stats.get, { { "bad argument #1" } })

case.same(alc.stats.llm_calls(), 0)
alc.llm("a")
alc.llm_batch({ { prompt = "b" }, { prompt = "c" } })
case.same(alc.stats.llm_calls(), 3)

return case.failures()
