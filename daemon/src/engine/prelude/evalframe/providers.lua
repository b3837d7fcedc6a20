--- host: answered
-- Has a provider answer an input.

local host, lib = ...
local pcall, type = pcall, type
local now, said = host.native("time"), host.said
local floor = host.lua.math.floor

local FIELDS = { "text", "latency_ms", "error", "model", "raw" }

local function response(ok, given)
  if not ok then
    return { text = "", error = said(given) }
  end
  if type(given) == "string" then
    return { text = given }
  end
  if type(given) ~= "table" or (given.text ~= nil and type(given.text) ~= "string") then
    return { text = "", error = "the provider returned no text but a " .. type(given) }
  end
  local made = {}
  for i = 1, #FIELDS do
    made[FIELDS[i]] = given[FIELDS[i]]
  end
  if made.text == nil then
    made.text, made.error = "", made.error or "the provider returned no text"
  end
  made.error = made.error ~= nil and said(made.error) or nil
  return made
end

-- The answer, its time and what went wrong, whatever the provider does.
function lib.answered(provider, input)
  local began = now()
  local made = response(pcall(provider, input))
  if type(made.latency_ms) ~= "number" then
    local passed = (now() - began) * 1e6
    made.latency_ms = passed > 0 and floor(passed) / 1000 or 0.0
  end
  return made
end
--- frame: providers
-- What answers the inputs of cases.

local host, lib = ...
local error, ipairs, next, pairs, pcall = error, ipairs, next, pairs, pcall
local setmetatable, type = setmetatable, type
local find = string.find
local check, encode, plain, said = host.check, host.json_encode, host.plain, host.said

-- Each run has tables of its own, so that none sees what another one did to them.
local function copy(value, copies)
  if type(value) ~= "table" then
    return value
  end
  copies = copies or {}
  if not copies[value] then
    local made = {}
    copies[value] = made
    for key, member in pairs(value) do
      made[copy(key, copies)] = copy(member, copies)
    end
  end
  return copies[value]
end

local function json(value)
  return check(encode(check(plain(value))))
end

-- What a strategy's value says.
local function text_of(value)
  if type(value) == "string" then
    return value
  end
  local result = type(value) == "table" and value.result
  if result == nil or type(value) ~= "table" then
    return json(value)
  end
  if type(result) == "string" then
    return result
  end
  for _, name in ipairs({ "answer", "summary", "output", "text" }) do
    if type(result) == "table" and type(result[name]) == "string" then
      return result[name]
    end
  end
  return json(result)
end

local function run(strategy, context)
  return (host.strategy(strategy)(context))
end

local function strategy_provider(_, fields)
  if type(fields) ~= "table" or type(fields.strategy) ~= "string" then
    error("providers.algocline: 'strategy' must be a package's name", 2)
  end
  if fields.opts ~= nil and type(fields.opts) ~= "table" then
    error("providers.algocline: 'opts' must be a table, got " .. type(fields.opts), 2)
  end
  local strategy, options = fields.strategy, copy(fields.opts or {})
  local model = "algocline:" .. strategy
  return function(input)
    local context = copy(options)
    if context.task == nil then
      context.task = input
    end
    local ok, value = pcall(run, strategy, context)
    if not ok then
      return { text = "", error = said(value), model = model }
    end
    return { text = text_of(value), raw = check(plain(value)), model = model }
  end
end

local mock = {}

function mock.static(text)
  return function()
    return text
  end
end

function mock.map(texts)
  return function(input)
    if texts[input] then
      return texts[input]
    end
    local longest
    for key in next, texts do
      local longer = not longest or #key > #longest or (#key == #longest and key < longest)
      if longer and find(input, key, 1, true) then
        longest = key
      end
    end
    return longest and texts[longest] or ""
  end
end

function mock.fn(answer)
  return answer
end

-- Answers with the elements of a list, one after the other; the log has what was asked.
function mock.recording(list)
  local log = {}
  return function(input)
    local place = #log + 1
    log[place] = { input = input, response = list[place] or "" }
    return log[place].response
  end, log
end

lib.providers = {
  mock = mock,
  algocline = setmetatable({
    -- Asks the input itself, without a strategy.
    llm = function()
      return function(input)
        return alc.llm(input)
      end
    end,
  }, { __call = strategy_provider }),
}
