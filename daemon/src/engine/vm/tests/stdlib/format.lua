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
})
case.raises(alc.fmt, {
  { "number expected, got nil", "%d %s", nil, 1 },
  { "number expected", "%d", "seven" },
  { "no value", "%s" },
  { "no value", "%d %d", 1 },
  { "invalid conversion", "%y", 1 },
  { "number has no integer representation", "%d", 1e300 },
})

return case.failures()
