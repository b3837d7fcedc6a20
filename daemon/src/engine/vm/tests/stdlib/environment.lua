-- Lua's own library where this one stands in for it: files of Lua, and messages with name and line
local case = load(ctx.case, "=case")()

local path = os.tmpname()
local function file(text)
  local out = assert(io.open(path, "wb"))
  out:write(text)
  out:close()
  return path
end

-- Files of Lua.
case.same({ dofile(file("return 1, nil, 'three'")) }, { 1, nil, "three" })
case.same(dofile(file("#!/usr/bin/env lua\nreturn select('#', ...)")), 0)
case.same(dofile(file("\u{feff}return 'marked'")), "marked")
case.same(dofile(file("return '\xff\xfe'")), "\xff\xfe")
case.same(dofile(file("")), nil)
case.same(dofile(file("return alc.llm('asked')")):match('"prompt":"(.-)"'), "asked")
case.same(loadfile(file("return (...) + 1"))(4), 5)
case.same(loadfile(file("return x"), "t", { x = 7 })(), 7)
case.same(loadfile(file("return x"), nil, {})(), nil)
case.same({ loadfile(file("\n\nx x")) }, { nil, path .. ":3: syntax error near 'x'" })
case.same(select(2, pcall(dofile, file("\nerror('no luck')"))), path .. ":2: no luck")
case.same(select(2, loadfile(file(string.dump(function() end)))), "attempt to load a binary chunk (mode is 't')")
case.same(select(2, loadfile("/none/x")):match("^cannot open /none/x: .") ~= nil, true)
case.same(loadfile()(), nil)
case.raises(dofile, {
  { "cannot open /none/x: ", "/none/x" },
  { "bad argument #1 to 'dofile' (string expected, got table)", {} },
})
os.remove(path)

-- What Lua's own functions raise has their name and the line that called them.
local rows = {
  { "bad argument #2 to 'format' (number expected, got nil)", function() return (string.format("%d", nil)) end },
  { "bad argument #2 to 'format' (number has no integer representation)", function() return (string.format("%d", 1.5)) end },
  { "bad argument #3 to 'format' (no value)", function() return (string.format("%s %d", {})) end },
  { "invalid conversion '%y' to 'format'", function() return (string.format("%y", 1)) end },
  { "bad argument #1 to 'gsub' (string expected, got nil)", function() return (string.gsub(nil, "a", "b")) end },
  { "bad argument #1 to 'gsub' (string expected, got nil)", function() return (string.gsub(nil, "a", print)) end },
  { "malformed pattern (missing ']')", function() return (string.gsub("x", "[", "")) end },
  { "invalid replacement value (a table)", function() return (string.gsub("x", "x", function() return {} end)) end },
  { "bad argument #1 to 'sort' (table expected, got nil)", function() table.sort(nil) end },
  { "bad argument #2 to 'sort' (function expected, got number)", function() table.sort({ 2, 1 }, 1) end },
  { "bad argument #1 to 'setmetatable' (table expected, got number)", function() setmetatable(1, {}) end },
  { "bad argument #2 to 'setmetatable' (nil or table expected", function() setmetatable({}, 1) end },
  { "bad argument #1 to 'collectgarbage' (invalid option 'x')", function() collectgarbage("x") end },
  { "cannot open file '/none/x' (", function() for _ in io.lines("/none/x") do end end },
  { "module 'none' not found:", function() local _ = require("none") end },
}
for _, row in ipairs(rows) do
  local ok, message = pcall(row[2])
  local found = not ok and message:match("^environment.lua:%d+: (.*)$") or message
  case.same(found:sub(1, #row[1]), row[1])
end
-- What a metamethod raises stays as it is.
local shy = setmetatable({}, { __tostring = function() error("shy", 0) end })
case.raises(string.format, { { "=shy", "%s", shy } })
local shy_order = { __lt = function() error("no order", 0) end }
case.raises(table.sort, { { "=no order", { setmetatable({}, shy_order), setmetatable({}, shy_order) } } })

-- The collector, as far as it is told.
case.same(collectgarbage(), 0)
case.same(collectgarbage("step"), true)
case.same(collectgarbage("isrunning"), true)
case.same(collectgarbage("generational"), "incremental")
case.same(collectgarbage("setpause", 100), 200)
case.same(collectgarbage("count") > 0, true)

-- Modules.
case.same({ package.searchpath("a.b", "/none/?.lua;/none/?/init.lua") },
  { nil, "no file '/none/a/b.lua'\n\tno file '/none/a/b/init.lua'" })
case.same(select(2, pcall(require, "../x")):match("^module '../x' not found:\n\tno field") ~= nil, true)
package.path = path .. "?"
local bytes = file("return '\xff'")
os.rename(bytes, path .. "bytes")
case.same(require("bytes"), "\xff")
file("#!/usr/bin/env lua\nreturn 'run'")
os.rename(path, path .. "run")
case.same(require("run"), "run")
os.remove(path .. "bytes")
os.remove(path .. "run")

return case.failures()
