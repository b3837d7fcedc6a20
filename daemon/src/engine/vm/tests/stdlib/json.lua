-- alc.json_encode, alc.json_decode, alc.json_extract
local case = load(ctx.case, "=case")()

case.gives(alc.json_encode, {
  { "null" },
  { '{"a":[1,2.0,true,null,"x"],"b":{}}', { b = {}, a = { 1, 2.0, true, 0 / 0, "x" } } },
  { "[1,null,3]", { 1, nil, 3 } },
  { '["x"]', { "x", a = 1 } },
  { "[]", alc.json_decode("[]") },
})
case.raises(alc.json_encode, {
  { "unsupported value type", print },
  { "expected a string key", { [2] = "x" } },
  { "UTF-8", "\xff" },
})

case.gives(alc.json_decode, {
  { nil, "null" },
  { 1, " 1\n" },
  { 1.0, "1.0" },
  { { a = { 1, 2 } }, '{"a":[1,2],"b":null}' },
  { 5, 5 },
})
case.raises(alc.json_decode, {
  { "=bad argument #1: string expected, got no value" },
  { "line 1 column 0", "" },
  { "line 2 column", "{\n]" },
  { "column", "1 2" },
})

case.gives(alc.json_extract, {
  { nil },
  { nil, 5 },
  { nil, "5" },
  { nil, '"a"' },
  { nil, "null" },
  { nil, "" },
  { nil, "nothing here" },
  { { a = 1 }, '{"a":1}' },
  { { 1, 2 }, " [1, 2]\n" },
  { { a = 1 }, 'Here you are:\n```json\n{"a": 1}\n```\nDone.' },
  { { 1 }, '{"b":2} and ```json\n[1]\n```' },
  { { 1 }, "```\n[1]\n``` ```\n[2]\n```" },
  { { 2 }, "``` [1 ``` ```json [2] ```" },
  -- A fence that holds no JSON.
  { { a = 1 }, '```json\nnone\n```\n{"a":1}' },
  { { a = 1 }, '```lua\nlocal x = { y }\n``` {"a":1}' },
  { {}, 'local x = {} {"a":1}' },
  -- An open fence.
  { { a = 1 }, '```json\n{"a":1}' },
  -- Objects before arrays.
  { { b = 2 }, 'x [1,2] {"b":2}' },
  { { b = 2 }, 'x {no} {"b":2} {"c":3}' },
  { { 1, 2 }, "x {no} [no] [1,2]" },
  { { x = 1 }, 'a { b {"x":1}' },
  { { a = "}" }, 'x {"a":"}"} y' },
  { { a = { b = { 1 } } }, 'x {"a":{"b":[1]}} y' },
  { { b = 2 }, 'cut off: {"a":[{"b":2},{"c"' },
  { {}, "{}" },
})
case.same(alc.json_encode(alc.json_extract("none [] here")), "[]")
-- Nothing found is a nil, not no value.
case.same(select("#", alc.json_extract(5)), 1)
case.same(select("#", alc.json_extract("x")), 1)
-- Long, and in vain.
case.same(alc.json_extract(("{"):rep(1e6)), nil)
case.same(alc.json_extract(('{"a":['):rep(1e5)), nil)
case.same(alc.json_extract(('{"a":"{'):rep(1e5)), nil)
case.raises(alc.json_extract, { { "UTF-8", '{"a":"\xff"}' } })

return case.failures()
