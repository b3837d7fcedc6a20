-- alc.fingerprint
local case = load(ctx.case, "=case")()

case.gives(alc.fingerprint, {
  { "b4720b2b", "fix the bug" },
  { "b4720b2b", "  Fix \n\t THE\v\f bug\r\n" },
  { "00001505", "" },
  { "00001505", " \n " },
  { alc.fingerprint("nil"), nil },
  { alc.fingerprint("12"), 12 },
  { alc.fingerprint("true"), true },
  { alc.fingerprint("mine"), setmetatable({}, { __tostring = function() return "MINE" end }) },
})
-- Case is folded in ASCII only.
case.same(alc.fingerprint("\u{c4}") == alc.fingerprint("\u{e4}"), false)
case.same(alc.fingerprint("\xff"):match("^%x+$") ~= nil, true)
case.same(alc.fingerprint("a b") == alc.fingerprint("ab"), false)

return case.failures()
