-- alc.fmt
local case = load(ctx.case, "=case")()

case.gives(alc.fmt, {
  { "" },
  { "plain", "plain" },
  { "2|-2|8", "%d|%d|%d", 1.5, -1.5, "7.6" },
  { "3 4 ff 005", "%i %u %x %03d", 3.0, "4", 254.6, 5 },
  { "377 FF A", "%o %X %c", 255, "255.2", 65 },
  { "NaN   Inf -Inf", "%d %5d %d", 0 / 0, 1 / 0, -1 / 0 },
  { "[NaN       ] [       Inf]", "[%-10d] [%010d]", 0 / 0, 1 / 0 },
  { "<nil> x 100%", "%s %s 100%%", nil, "x" },
  { "[     <nil>]", "[%10s]", nil, 1 },
  { '1.00 "a"', "%.2f %q", 1.005, "a" },
  { "true 1.5", "%s %s", true, 1.5 },
  { "9223372036854775807", "%d", math.maxinteger },
  -- Where adding a half is not exact.
  { "0 4503599627370497 -4503599627370497", "%d %d %d", 0.49999999999999994, 4503599627370497.0, -4503599627370497.0 },
  { "0 1 -1 -0", "%d %d %d %.0f", -0.4, 0.5, -0.5, -0.0 },
  { "42", 42 },
})
-- No address is shown.
local list = {}
case.same(alc.fmt("%s", list), tostring(list))
case.same(alc.fmt("%-20s|", print), ("%-20s|"):format(tostring(print)))
case.same(alc.fmt("%p", list), ("%p"):format(list))
case.raises(alc.fmt, {
  { "number expected, got nil", "%d %s", nil, 1 },
  { "number expected", "%d", "seven" },
  { "no value", "%s" },
  { "no value", "%d %d", 1 },
  { "invalid conversion", "%y", 1 },
  { "number has no integer representation", "%d", 1e300 },
  { "=bad argument #1: string expected, got table", {}, 1 },
})

return case.failures()
