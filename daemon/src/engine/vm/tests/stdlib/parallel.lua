-- alc.parallel
local case = load(ctx.case, "=case")()

-- What `alc.llm_batch` is given, and an answer for each.
local given
local function batch(items)
  given = items
  return alc.map(items, function(item) return "re " .. item.prompt end)
end
local function is(item, place) return item .. place end

case.with({ llm_batch = batch }, function()
  case.gives(alc.parallel, {
    { { "re a1", "re b2" }, { "a", "b" }, is },
    { { "RE A1" }, { "a" }, is, { post_fn = string.upper } },
    { { "re a1 a 1" }, { "a" }, is, { post_fn = function(answer, item, place) return answer .. " " .. item .. " " .. place end } },
    { { false, 2 }, { "a", "b" }, is, { post_fn = function(_, _, place) return place == 2 and 2 end } },
  })
  alc.parallel({ "a" }, is, { system = "s", max_tokens = 7, role = "r", grounded = true })
  case.same(given, { { prompt = "a1", system = "s", max_tokens = 7 } })
  -- A table is asked as it is.
  local own = { prompt = "p", role = "r", extra = 1 }
  alc.parallel({ "a" }, function() return own end, { system = "s" })
  case.same(rawequal(given[1], own), true)
  case.same(own, { prompt = "p", role = "r", extra = 1 })
end)

-- All prompts are made before anything is asked.
local order = {}
case.with({ llm_batch = function(items) order[#order + 1] = "asked" return items end }, function()
  alc.parallel({ "a", "b" }, function(item) order[#order + 1] = item return item end)
end)
case.same(order, { "a", "b", "asked" })

-- Positions are the caller's.
local function here(...)
  local results = alc.parallel(...)
  return results
end
case.raises(here, {
  { "parallel.lua:37: alc.parallel: items must be a non-empty array", {}, is },
  { "parallel.lua:37: alc.parallel: items must be a non-empty array", "a", is },
  { "parallel.lua:37: alc.parallel: items must be a non-empty array" },
  { "parallel.lua:37: alc.parallel: prompt_fn must be a function", { "a" } },
  { "parallel.lua:37: alc.parallel: prompt_fn must be a function", { "a" }, "b" },
  { "parallel.lua:37: alc.parallel: prompt_fn must return string or table", { "a" }, function() end },
  { "parallel.lua:37: alc.parallel: prompt_fn must return string or table", { "a" }, function() return 1 end },
  { "parallel.lua:37: alc.parallel: prompt_fn returned table without .prompt at index 2", { "a", "b" },
    function(item, place) return place == 1 and item or { prompt = 2 } end },
})

-- The real thing is one pause.
local answers = alc.parallel({ "x", "y" }, is, { max_tokens = 9 })
case.same(alc.json_decode(answers[2]), { prompt = "y2", max_tokens = 9 })
case.same(alc.stats.llm_calls(), 2)

return case.failures()
