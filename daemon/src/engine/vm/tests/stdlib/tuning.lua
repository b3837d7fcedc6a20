-- alc.tuning
local case = load(ctx.case, "=case")()

local list = { 1, 2 }
local defaults = { depth = 3, name = "x", flag = true, list = list, limits = { low = 1, high = { a = 1 } }, _schema = {} }

case.gives(alc.tuning, {
  { 5, 5, { depth = 1 } },
  { nil, nil, {} },
  { { depth = 3 }, { depth = 3 } },
  { { depth = 3 }, { depth = 3, _schema = 1 }, {} },
  { { depth = 7 }, { depth = 3 }, { depth = 7, other = 1 } },
  { { flag = false }, { flag = true }, { flag = false } },
  { { depth = "deep" }, { depth = 3 }, { depth = "deep" } },
  -- Arrays are replaced, tables merged.
  { { list = { 9 } }, { list = { 1, 2 } }, { list = { 9 } } },
  { { t = { a = 1, b = 3 } }, { t = { a = 1, b = 2 } }, { t = { b = 3, c = 4 } } },
  { { t = { u = { a = 2 } } }, { t = { u = { a = 1 } } }, { t = { u = { a = 2 } } } },
  { { t = 5 }, { t = { a = 1 } }, { t = 5 } },
  { { t = { a = 1 } }, { t = 5 }, { t = { a = 1 } } },
  { { t = {} }, { t = {} }, { t = { a = 1 } } },
  -- A prefix.
  { { depth = 7 }, { depth = 3 }, { tot = { depth = 7 } }, { prefix = "tot" } },
  { { depth = 7 }, { depth = 3 }, { depth = 7 }, { prefix = "tot" } },
  { { depth = 3 }, { depth = 3 }, { depth = 7, tot = {} }, { prefix = "tot" } },
  { { depth = 3 }, { depth = 3 }, nil, { prefix = "tot" } },
})
local logged = {}
case.with({ log = function(level, text) logged[#logged + 1] = level .. " " .. text end }, function()
  case.gives(alc.tuning, {
    { { depth = 3 }, { depth = 3 }, { depth = 7, tot = 1 }, { prefix = "tot" } },
    { { depth = 3 }, { depth = 3 }, { depth = 7, tot = false }, { prefix = "tot" } },
  })
end)
case.same(#logged, 2)
case.same(logged[1]:match("^warn .*tot") ~= nil, true)
-- Nothing is changed, and what is not merged is shared.
local result = alc.tuning(defaults, { limits = { low = 2 } })
case.same(defaults.limits.low, 1)
case.same(rawequal(result.list, list), true)
case.same(result.limits, { low = 2, high = { a = 1 } })
case.same(result._schema, nil)

return case.failures()
