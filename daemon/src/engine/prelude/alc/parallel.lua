--- alc: parallel
-- One question about each of many things, all asked at once.

local error, type = error, type
local _, lib = ...

-- What `make` has to ask about `item`.
local function query(make, item, place, options)
  local made = make(item, place)
  if type(made) == "string" then
    return { prompt = made, system = options.system, max_tokens = options.max_tokens }
  end
  if type(made) ~= "table" then
    error("alc.parallel: prompt_fn must return string or table", 3)
  end
  if type(made.prompt) ~= "string" then
    error("alc.parallel: prompt_fn returned table without .prompt at index " .. place, 3)
  end
  return made
end

function lib.parallel(items, make, options)
  if type(items) ~= "table" or #items == 0 then
    error("alc.parallel: items must be a non-empty array", 2)
  end
  if type(make) ~= "function" then
    error("alc.parallel: prompt_fn must be a function", 2)
  end
  options = options or {}
  local queries = {}
  for place = 1, #items do
    queries[place] = query(make, items[place], place, options)
  end
  local answers = alc.llm_batch(queries)
  if not options.post_fn then
    return answers
  end
  local results = {}
  for place = 1, #items do
    results[place] = options.post_fn(answers[place], items[place], place)
  end
  return results
end
