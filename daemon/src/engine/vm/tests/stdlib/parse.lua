-- alc.parse_score, alc.parse_number, alc.match_bool
local case = load(ctx.case, "=case")()

case.gives(alc.parse_score, {
  { 7, "7" },
  { 8, "Score: 8/10" },
  { 3, "-3" },
  { 7, "7.9" },
  { 10, "12/10" },
  { 1, "0" },
  { 10, "99999999999999999999" },
  { 5, "no digits" },
  { 5, "" },
  { 5 },
  { 5, nil },
  { 42, "none", 42 },
  { -1, "none", -1 },
  { 2.5, "none", 2.5 },
  { 5, "none", false },
  { 9, 9 },
  { 2, 2.75 },
  { 5, true },
  { 6, setmetatable({}, { __tostring = function() return "six: 6" end }) },
})

case.gives(alc.parse_number, {
  { 42, "the answer is 42 or 43" },
  { 42.0, "the answer is 42." },
  { -3, "-3" },
  { -2.5, "at -2.5 degrees" },
  { 1.0, "v1." },
  { 1, "1,000" },
  { nil, "none" },
  { nil, "" },
  { nil, 42 },
  { nil },
  { nil, {} },
  { 7, "a=1 b=7", "b=(%d+)" },
  { 17, "x17y", "%d+" },
  { nil, "b=", "b=(%d*)" },
  { nil, "abc", "b=(%d+)" },
  { 255, "0xff", "0x%x+" },
  { 2, "ab", "()b" },
})
case.raises(alc.parse_number, { { "malformed pattern", "a", "[" } })

case.gives(alc.match_bool, {
  { true, "yes" },
  { true, "Yes." },
  { true, "LGTM!" },
  { true, "I agree" },
  { true, "approved, ok, accept, pass, confirm, true" },
  { false, "no" },
  { false, "DENY" },
  { false, "rejected block fail refuse disagree false" },
  { false, "Yes, but no" },
  { true, "no... well, yes" },
  { true, "not ok" },
  { nil, "passed" },
  { nil, "know nothing" },
  { nil, "" },
  { true, "is_ok" },
  { true, "no_yes" },
  { nil, "ok1" },
  { true, "\u{fc}ok\u{fc}" },
  { nil, 1 },
})
case.raises(alc.match_bool, {
  { "=bad argument #1: string expected, got no value" },
  { "bad argument #1", {} },
})

return case.failures()
