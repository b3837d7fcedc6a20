-- alc.log, alc.log_fmt, alc.progress
local case = load(ctx.case, "=case")()

case.same(type(alc.log), "function")
case.same(select("#", alc.log("info", "a")), 0)
case.same(select("#", alc.log(1, 2.5)), 0)
case.same(select("#", alc.progress(1, 2)), 0)
case.same(select("#", alc.progress("1", 2.9, "half")), 0)
case.raises(alc.log, {
  { "=bad argument #1: string expected, got no value" },
  { "bad argument #1", {}, "a" },
  { "=bad argument #2: string expected, got no value", "info" },
  { "bad argument #2", "info", {} },
  { "UTF-8", "info", "\xff" },
})
case.raises(alc.progress, {
  { "bad argument #1", -1, 2 },
  { "bad argument #2", 1 },
  { "bad argument #1", "a", 1 },
  { "bad argument #3", 1, 1, {} },
})

-- It is `alc.log` and `alc.fmt` as they are then.
local logged = {}
case.with({ log = function(level, text) logged[#logged + 1] = level .. " " .. text end }, function()
  alc.log_fmt("warn", "%d of %s", "3.0", nil, 1)
end)
case.same(logged, { "warn 3 of <nil>" })

return case.failures()
