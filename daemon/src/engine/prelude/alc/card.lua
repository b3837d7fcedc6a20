--- alc: card
-- Records of runs, which a script keeps and looks up.

local host, lib = ...
local check, waiting, error, type = host.check, host.waiting, error, type
local HUGE = host.lua.math.huge

local function operation(name)
  return waiting(host["card_" .. name], "alc.card")
end
local read, column = operation("read_samples"), operation("column")

local card = {
  create = operation("create"),
  append = operation("append"),
  write_samples = operation("write_samples"),
  get = operation("get"),
  list = operation("list"),
  find = operation("find"),
  alias_set = operation("alias_set"),
  alias_list = operation("alias_list"),
  get_by_alias = operation("get_by_alias"),
  lineage = operation("lineage"),
  open = host.native("card_open"),
  close = host.native("card_close"),
  sink_backfill = host.native("card_sink_backfill"),
}
lib.card = card

function card.read_samples(id, options)
  return read(id, options)
end

local function refuse(why)
  error("alc.card.compare: " .. why, 0)
end

-- The numbers that a function makes of a card's samples.
local function measured(id, metric, where)
  local rows = read(id, { where = where }, true)
  if #rows == 0 then
    refuse("card '" .. id .. "' has no rows")
  end
  local numbers = {}
  for place = 1, #rows do
    local number = metric(rows[place])
    if type(number) ~= "number" or number ~= number or number == HUGE or number == -HUGE then
      refuse("metric returned no number for row " .. place .. " of card '" .. id .. "'")
    end
    numbers[place] = number
  end
  return numbers
end

function card.compare(a, b, options)
  options = host.options(options, 3)
  local metric, alpha = options.metric, options.alpha
  if metric == nil then
    metric = "score"
  end
  if alpha == nil then
    alpha = 0.05
  end
  if type(a) ~= "string" or type(b) ~= "string" then
    refuse("card ids must be strings")
  end
  if type(metric) ~= "string" and type(metric) ~= "function" then
    refuse("metric must be the name of a member or a function")
  end
  if type(alpha) ~= "number" or not (alpha > 0 and alpha < 1) then
    refuse("alpha must be a number between 0 and 1")
  end
  local named = type(metric) == "string"
  local numbers = named and column or measured
  local of_a = numbers(a, metric, options.where)
  local of_b = numbers(b, metric, options.where)
  return check(host.card_compare(named and metric or "<function>", alpha, a, of_a, b, of_b))
end
