--- alc: cache cache_info cache_clear
-- Answers kept for questions that are asked again.

local tostring, type = tostring, type
local _, lib = ...

local MOST = 256
local answers, hits, misses = {}, 0, 0
-- The keys in the order in which they came: those from `first` to `last` are kept.
local keys, first, last = {}, 1, 0

local function key_of(prompt, options)
  if options.cache_key then
    return options.cache_key
  end
  local key = alc.fingerprint(prompt)
  if options.system then
    key = key .. "\0" .. tostring(options.system)
  end
  if options.max_tokens then
    key = key .. "\0" .. tostring(options.max_tokens)
  end
  return key
end

local function keep(key, answer)
  if answers[key] == nil then
    last = last + 1
    keys[last] = key
  end
  answers[key] = answer
  if last - first >= MOST then
    answers[keys[first]], keys[first] = nil, nil
    first = first + 1
  end
end

function lib.cache(prompt, options)
  if options ~= nil and (type(options) ~= "table" or options.cache_skip) then
    return alc.llm(prompt, options)
  end
  local key = key_of(prompt, options or {})
  local answer = answers[key]
  if answer ~= nil then
    hits = hits + 1
    return answer
  end
  misses = misses + 1
  answer = alc.llm(prompt, options)
  if answer ~= nil then
    keep(key, answer)
  end
  return answer
end

function lib.cache_info()
  return { entries = last - first + 1, hits = hits, misses = misses, max_entries = MOST }
end

function lib.cache_clear()
  answers, hits, misses = {}, 0, 0
  keys, first, last = {}, 1, 0
end
