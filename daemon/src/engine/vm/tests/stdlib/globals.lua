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

-- Replaced as a whole, `alc` is what all look at.
local map = alc.map
local log_fmt, kept = alc.log_fmt, alc
local logged
alc = { log = function(_, text) logged = text end, fmt = function() return "mine" end }
log_fmt("info", "%s")
alc = kept
case.same(logged, "mine")

return case.failures()
