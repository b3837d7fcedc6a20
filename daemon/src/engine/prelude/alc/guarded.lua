--- alc: llm_json llm_safe
-- Questions whose answer, or failure, is looked after.

local pairs, pcall, tostring = pairs, pcall, tostring
local _, lib = ...

local ONLY_JSON = "Output only valid JSON: one object or array, without any other text, comment or code fence."

local function again(prompt, raw)
  return "The previous output was not valid JSON.\n\nPrevious output:\n" .. tostring(raw)
    .. "\n\nAnswer the original prompt again, with valid JSON only.\n\nOriginal prompt:\n" .. tostring(prompt)
end

function lib.llm_json(prompt, options)
  local raw = alc.llm(prompt, options)
  local value = alc.json_extract(raw)
  if value ~= nil then
    return value, raw
  end
  alc.log("warn", "alc.llm_json: the answer has no JSON; asking once more")
  local second = {}
  for name, given in pairs(options or {}) do
    second[name] = given
  end
  second.system = ONLY_JSON
  raw = alc.llm(again(prompt, raw), second)
  return alc.json_extract(raw), raw
end

function lib.llm_safe(prompt, options, default)
  local ok, answer = pcall(alc.llm, prompt, options)
  if ok then
    return answer
  end
  alc.log("warn", "alc.llm_safe: " .. tostring(answer))
  return default
end
