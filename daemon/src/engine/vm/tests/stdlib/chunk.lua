-- alc.chunk
local case = load(ctx.case, "=case")()

case.gives(alc.chunk, {
  { {}, "" },
  { { "a" }, "a" },
  { { "a\nb" }, "a\nb" },
  -- No empty last line, no carriage return.
  { { "a\nb" }, "a\r\nb\r\n" },
  { { "" }, "\n" },
  { { "a\n\nb" }, "a\n\nb\n" },
  { { "a\nb", "c" }, "a\nb\nc", { size = 2 } },
  { { "a\nb", "b\nc" }, "a\nb\nc", { size = 2, overlap = 1 } },
  { { "a\nb", "b\nc", "c\nd" }, "a\nb\nc\nd", { size = 2, overlap = 7 } },
  { { "a\nb\nc", "c\nd" }, "a\nb\nc\nd\n", { size = 3, overlap = 1 } },
  { { "a", "b" }, "a\nb", { size = 1, mode = "words" } },
  { {}, "a\nb", { size = 0 } },
  { { "a\nb" }, "a\nb", { size = -1 } },
  { { "a\nb" }, "a\nb", { size = "many" } },
  { { "a\nb", "c" }, "a\nb\nc", { size = "2", overlap = -1 } },
  { { "a\nb", "c" }, "a\nb\nc", { size = 2.9, overlap = {} } },
  { { "a\nb" }, "a\nb", { size = math.maxinteger } },
  { { "abc", "de" }, "abcde", { mode = "chars", size = 3 } },
  { { "abc", "cde" }, "abcde", { mode = "chars", size = 3, overlap = 1 } },
  { { "abc", "bcd", "cde" }, "abcde", { mode = "chars", size = 3, overlap = 3 } },
  { { "abc", "def" }, "abcdef", { mode = "chars", size = 3 } },
  { { "\u{e4}\u{20ac}", "\u{1f600}" }, "\u{e4}\u{20ac}\u{1f600}", { mode = "chars", size = 2 } },
  { { "a\r\nb" }, "a\r\nb", { mode = "chars", size = math.maxinteger } },
  { {}, "", { mode = "chars" } },
  { {}, "abc", { mode = "chars", size = 0 } },
  { { "12" }, 12 },
})
case.same(#alc.chunk(("line\n"):rep(101)), 3)
case.same(#alc.chunk(("x"):rep(101), { mode = "chars" }), 3)
case.raises(alc.chunk, {
  { "=bad argument #1: string expected, got no value" },
  { "bad argument #1", {} },
  { "=bad argument #2: table expected, got number", "a", 5 },
  { "UTF-8", "a\xff", { mode = "chars" } },
})

return case.failures()
