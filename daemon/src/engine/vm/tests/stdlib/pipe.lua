-- alc.pipe, with functions as stages
local case = load(ctx.case, "=case")()

local function add(c) c.result = (c.result or 0) + 1 return c end
local function other(c) return { result = c.task } end
local function fail() error("no luck", 0) end

local ctx = { task = "t", keep = { 1 } }
local out = alc.pipe({ add, add }, ctx)
case.same(out, {
  task = "1", keep = { 1 }, result = 2,
  pipe_history = { { strategy = "(inline-1)", result = 1 }, { strategy = "(inline-2)", result = 2 } },
})
case.same(ctx, { task = "t", keep = { 1 } })
case.same(rawequal(out.keep, ctx.keep), true)

-- A result becomes the next task: tables as JSON, anything else as text, nothing not at all.
local function results(result)
  return alc.pipe({ function(c) c.result = result return c end, function(c) c.result = nil return c end }, { task = "t" }).task
end
case.gives(results, {
  { '{"a":[1]}', { a = { 1 } } },
  { "2.5", 2.5 },
  { "false", false },
  { "t", nil },
})
case.same(alc.pipe({ add }, { task = "t" }).task, "t")

-- A history that a stage lost is there again, one that it made is its own.
case.same(#alc.pipe({ add, other }, {}).pipe_history, 2)
case.same(alc.pipe({ add, other }, {}).result, "1")
case.same(#alc.pipe({ add, function() return { pipe_history = {} } end }, {}).pipe_history, 1)

local stages = {}
alc.pipe({ add, add }, {}, { on_stage = function(place, name, c) stages[place] = name .. c.result end })
case.same(stages, { "(inline-1)1", "(inline-2)2" })

-- Failures.
local logged = {}
case.with({ log = function(level, text) logged[#logged + 1] = level .. " " .. text end }, function()
  for _, on_error in ipairs({ "skip", "continue", true }) do
    local result = alc.pipe({ add, fail, add }, {}, { on_error = on_error })
    case.same(result.pipe_history[2], { strategy = "(inline-2)", error = "no luck" })
    case.same(result.result, 2)
  end
end)
case.same(#logged, 3)
case.same(logged[1]:find("^warn .*no luck") ~= nil, true)

local function here(...)
  local result = alc.pipe(...)
  return result
end
case.raises(here, {
  { "pipe.lua:51: alc.pipe: strategies must be a non-empty array", {}, {} },
  { "pipe.lua:51: alc.pipe: strategies must be a non-empty array", "cot", {} },
  { "pipe.lua:51: alc.pipe: ctx must be a table", { add } },
  { "pipe.lua:51: alc.pipe: strategy[2] must be a string or function", { add, 5 }, {} },
  { "pipe.lua:51: alc.pipe: failed to load strategy 'none_such'", { "none_such" }, {} },
  { "pipe.lua:51: alc.pipe: strategy '(inline-1)' must return a table", { function() return 5 end }, {} },
  { "=no luck", { fail }, {} },
  { "=no luck", { fail }, {}, { on_error = "abort" } },
})

-- Packages by name.
package.preload.twice = function()
  return { run = function(c) c.result = c.task .. c.task return c end }
end
package.preload.library = function() return {} end
package.preload.broken = function() error("does not load", 0) end
case.same(alc.pipe({ "twice", add }, { task = "t" }, { on_stage = function(_, _, c) c.result = 1 end }).pipe_history,
  { { strategy = "twice", result = "tt" }, { strategy = "(inline-2)", result = 2 } })
case.raises(here, {
  { "pipe.lua:51: alc.pipe: strategy 'library' must export run(ctx)", { "library" }, {} },
  { "pipe.lua:51: alc.pipe: failed to load strategy 'broken': does not load", { "broken" }, {}, { on_error = "skip" } },
})

-- Stages may pause.
local asked = alc.pipe({ function(c) c.result = alc.llm("a") return c end, other }, {})
case.same(alc.json_decode(asked.result).prompt, "a")

return case.failures()
