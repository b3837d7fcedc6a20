--- alc: pipe
-- Strategies that run one after the other on the same context.

local error, pairs, pcall, tostring, type = error, pairs, pcall, tostring, type
local _, lib = ...

-- A stage's name and what it runs; `level` is where the pipe was called.
local function stage_of(strategy, place, level)
  if type(strategy) == "function" then
    return "(inline-" .. place .. ")", strategy
  end
  if type(strategy) ~= "string" then
    error("alc.pipe: strategy[" .. place .. "] must be a string or function", level)
  end
  local loaded, module = pcall(require, strategy)
  if not loaded then
    local message = "alc.pipe: failed to load strategy '" .. strategy .. "': " .. tostring(module)
    error(message, level)
  end
  if type(module) ~= "table" or type(module.run) ~= "function" then
    error("alc.pipe: strategy '" .. strategy .. "' must export run(ctx)", level)
  end
  return strategy, module.run
end

local function copy(ctx)
  local context = {}
  for name, value in pairs(ctx) do
    context[name] = value
  end
  context.pipe_history = {}
  return context
end

-- The context that a stage returned, with what it did in its history.
local function after(context, history, name, is_last)
  if type(context.pipe_history) ~= "table" then
    context.pipe_history = history
  end
  local result = context.result
  context.pipe_history[#context.pipe_history + 1] = { strategy = name, result = result }
  if not is_last and result ~= nil then
    context.task = type(result) == "table" and alc.json_encode(result) or tostring(result)
  end
  return context
end

function lib.pipe(strategies, ctx, options)
  if type(strategies) ~= "table" or #strategies == 0 then
    error("alc.pipe: strategies must be a non-empty array", 2)
  end
  if type(ctx) ~= "table" then
    error("alc.pipe: ctx must be a table", 2)
  end
  options = options or {}
  local skips = options.on_error ~= nil and options.on_error ~= "abort"
  local context = copy(ctx)
  for place = 1, #strategies do
    local name, run = stage_of(strategies[place], place, 3)
    local history, ok, new = context.pipe_history, true, nil
    if skips then
      ok, new = pcall(run, context)
    else
      new = run(context)
    end
    if not ok then
      alc.log("warn", "alc.pipe: strategy '" .. name .. "' failed: " .. tostring(new))
      history[#history + 1] = { strategy = name, error = tostring(new) }
    elseif type(new) ~= "table" then
      error("alc.pipe: strategy '" .. name .. "' must return a table", 2)
    else
      context = after(new, history, name, place == #strategies)
      if options.on_stage then
        options.on_stage(place, name, context)
      end
    end
  end
  return context
end
