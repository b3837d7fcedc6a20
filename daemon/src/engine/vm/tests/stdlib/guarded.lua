-- alc.llm_json, alc.llm_safe
local case = load(ctx.case, "=case")()

-- Answers in turn, and what was asked.
local asked, logged
local function with_answers(answers, body)
  asked, logged = {}, {}
  local function llm(prompt, options)
    asked[#asked + 1] = { prompt = prompt, options = options }
    return answers[#asked] or error("asked too often")
  end
  case.with({ llm = llm, log = function(level) logged[#logged + 1] = level end }, body)
end

with_answers({ 'Sure: {"a":1}' }, function()
  local value, raw = alc.llm_json("p", { role = "r" })
  case.same({ value, raw }, { { a = 1 }, 'Sure: {"a":1}' })
  case.same(asked, { { prompt = "p", options = { role = "r" } } })
  case.same(logged, {})
end)
with_answers({ "no idea", "[1]" }, function()
  local options = { role = "r", system = "s" }
  local value, raw = alc.llm_json("the question", options)
  case.same({ value, raw }, { { 1 }, "[1]" })
  case.same(logged, { "warn" })
  case.same(options, { role = "r", system = "s" })
  local again = asked[2]
  case.same(again.options.role, "r")
  case.same(again.options.system:find("only valid JSON", 1, true) ~= nil, true)
  for _, part in ipairs({ "not valid JSON", "no idea", "the question" }) do
    case.same(again.prompt:find(part, 1, true) ~= nil, true, part)
  end
end)
with_answers({ "none", "5" }, function()
  local value, raw = alc.llm_json("p")
  case.same(value, nil)
  case.same(raw, "5")
end)
case.raises(alc.llm_json, { { "bad argument #1" } })
-- An answer that is JSON, from the real thing.
case.same((alc.llm_json("a")).prompt, "a")

case.with({ log = function(level, text) logged = level .. " " .. text end }, function()
  case.same(alc.llm_safe({}, nil, "default"), "default")
  case.same(logged:find("^warn alc.llm_safe: bad argument #1") ~= nil, true)
  case.same(alc.llm_safe({}), nil)
  case.same(alc.llm_safe("a", 5, false), false)
  local default = {}
  case.same(rawequal(alc.llm_safe(nil, nil, default), default), true)
end)
case.same(alc.json_decode(alc.llm_safe("a", { system = "s" }, "default")).system, "s")
case.with({ llm = function() error({}) end }, function()
  case.same(alc.llm_safe("a", nil, 7), 7)
end)

return case.failures()
