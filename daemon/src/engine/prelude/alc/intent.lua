--- alc: specify ground
-- Questions that say where their answer must come from.

local pairs, type = pairs, type
local _, lib = ...

local function ask_with(flag, prompt, options)
  if options ~= nil and type(options) ~= "table" then
    return alc.llm(prompt, options)
  end
  local copy = {}
  for name, value in pairs(options or {}) do
    copy[name] = value
  end
  copy[flag] = true
  return alc.llm(prompt, copy)
end

function lib.specify(prompt, options)
  return ask_with("underspecified", prompt, options)
end

function lib.ground(claim, options)
  return ask_with("grounded", claim, options)
end
