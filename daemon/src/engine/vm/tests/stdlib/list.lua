-- alc.map, alc.filter, alc.reduce, alc.vote
local case = load(ctx.case, "=case")()

local function double(item, place) return item * 2 + place * 100 end
local function is_odd(item) return item % 2 == 1 end
local function sum(total, item, place) return total + item * place end

case.gives(alc.map, {
  { {}, {}, double },
  { { 102, 204, 306 }, { 1, 2, 3 }, double },
  { { 102 }, { 1, nil, 3 }, double },
  { { [2] = true }, { 1, 2 }, function(item) if item == 2 then return true end end },
})
-- Anything that can be called.
case.same(alc.map({ 1 }, setmetatable({}, { __call = function(_, item) return item + 1 end })), { 2 })
case.gives(alc.filter, {
  { {}, {}, is_odd },
  { { 1, 3 }, { 1, 2, 3, 4 }, is_odd },
  { { "b" }, { "a", "b" }, function(_, place) return place == 2 end },
})
case.gives(alc.reduce, {
  { 14, { 1, 2, 3 }, sum, 0 },
  { 14, { 1, 2, 3 }, sum },
  { 1, { 1 }, sum },
  { nil, {}, sum },
  { 9, {}, sum, 9 },
  { false, {}, sum, false },
})
for _, name in ipairs({ "map", "filter", "reduce" }) do
  local call = alc[name]
  local function here(...)
    local results = call(...)
    return results
  end
  case.raises(here, {
    { "list.lua:32: bad argument #1 to '" .. name .. "' (table expected, got nil)", nil, double },
    { "list.lua:32: bad argument #1 to '" .. name .. "' (table expected, got number)", 5, double },
    { "list.lua:32: bad argument #2 to '" .. name .. "' (function expected, got nil)", { 1, 2 } },
  })
end

case.gives(alc.vote, {
  { { winner = nil, count = 0, total = 0 }, {} },
  { { winner = "4", count = 2, total = 3 }, { "4", " 4\n", "5" } },
  { { winner = "a", count = 1, total = 2 }, { "a", "A" } },
  { { winner = "b", count = 2, total = 4 }, { "b", "a", "a", "b" } },
  { { winner = "4", count = 2, total = 2 }, { 4, "4" } },
  { { winner = "true", count = 1, total = 1 }, { true } },
  { { winner = "", count = 2, total = 3 }, { " ", "", "x" } },
  { { winner = "a  b", count = 1, total = 1 }, { "\ta  b " } },
})
case.raises(alc.vote, { { "bad argument #1 to 'vote' (table expected, got nil)" } })
-- White space is taken off in time that grows with its length.
case.same(#alc.vote({ "x" .. (" "):rep(3e5) .. "x" .. (" "):rep(3e5) }).winner, 300002)

-- What is called may pause.
local asked = alc.map({ "a", "b" }, function(item) return alc.json_decode(alc.llm(item)).prompt end)
case.same(asked, { "a", "b" })
case.same(alc.filter({ "a", "b" }, function(item) return #alc.llm(item) > 0 end), { "a", "b" })
case.same(alc.reduce({ "a", "b" }, function(all, item) return all .. #alc.llm(item) end, ""), "3232")

return case.failures()
