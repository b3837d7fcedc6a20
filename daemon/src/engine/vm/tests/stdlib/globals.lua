-- What is there, and what is not
local case = load(ctx.case, "=case")()

local present = ("alc ctx print std coroutine io math os string table utf8 load loadfile dofile require"
    .. " collectgarbage rawget rawset rawequal rawlen select warn xpcall pcall error assert next"
    .. " pairs ipairs tonumber tostring type setmetatable getmetatable _G _VERSION")
for name in present:gmatch("%S+") do
  case.same(_G[name] ~= nil, true, name)
end
for name in ("debug unpack loadstring setfenv getfenv host"):gmatch("%S+") do
  case.same(_G[name], nil, name)
end
for name in ("atan2 pow log10 cosh sinh tanh frexp ldexp"):gmatch("%S+") do
  case.same(type(math[name]), "function", name)
end
case.same(alc.hash, nil)
case.same(alc.nn, nil)
case.same(_VERSION, "Lua 5.4")
case.same(type(ctx), "table")
case.same(("x"):rep(3), "xxx")
case.same(select("#", print("a", nil, {})), 0)
case.same(select("#", warn("a", 1)), 0)
case.same(select("#", warn("@on")), 0)
case.raises(warn, {
  { "bad argument #1 to 'warn' (string expected, got nil)" },
  { "bad argument #2 to 'warn' (string expected, got table)", "a", {} },
})

-- What a message handler raises is what the caller gets.
case.raises(xpcall, { { "bad argument #2 to 'xpcall' (function expected, got nil)", print } })
local function handled(handler)
  return select(2, xpcall(error, handler, "x"))
end
case.gives(handled, {
  { "x!", function(failure) return failure .. "!" end },
  { "again", function() error("again", 0) end },
  { nil, function() end },
})
case.same(handled(alc.llm):find("cannot ask here", 1, true), 1)
local function deep()
  return 1 + deep()
end
case.same(select(2, xpcall(deep, function(failure) return type(failure) .. #failure // 1000 end)), "string0")

-- Replaced as a whole, `alc` is what all look at.
local map = alc.map
local log_fmt, kept = alc.log_fmt, alc
local logged
alc = { log = function(_, text) logged = text end, fmt = function() return "mine" end }
log_fmt("info", "%s")
alc = kept
case.same(logged, "mine")

return case.failures()
