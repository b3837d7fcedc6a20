--- host: sort
-- `table.sort` where what compares may pause: a comparator, or `__lt`.
--
-- The same quicksort as Lua's own, step for step (median of three; a pivot from the middle half in
-- large ranges), so that elements that compare equal end up in the same order.

local _, lib = ...
local error = error

-- From this size on, Lua picks the pivot by chance, which is fixed here.
local LARGE = 100
local CHANCE = 0xffffffff

local function pivot_place(low, high, chance)
  if high - low >= LARGE and chance ~= 0 then
    local quarter = (high - low) // 4
    return chance % (quarter * 2) + low + quarter
  end
  return (low + high) // 2
end

local function partition(list, low, high, pivot, before)
  local i, j = low, high - 1
  while true do
    i = i + 1
    while before(list[i], pivot) do
      if i == high - 1 then
        error("invalid order function for sorting", 0)
      end
      i = i + 1
    end
    j = j - 1
    while before(pivot, list[j]) do
      if j < i then
        error("invalid order function for sorting", 0)
      end
      j = j - 1
    end
    if j < i then
      list[high - 1], list[i] = list[i], list[high - 1]
      return i
    end
    list[i], list[j] = list[j], list[i]
  end
end

local function sort_range(list, low, high, before, chance)
  while low < high do
    if before(list[high], list[low]) then
      list[low], list[high] = list[high], list[low]
    end
    if high - low == 1 then
      return
    end
    local place = pivot_place(low, high, chance)
    if before(list[place], list[low]) then
      list[place], list[low] = list[low], list[place]
    elseif before(list[high], list[place]) then
      list[place], list[high] = list[high], list[place]
    end
    if high - low == 2 then
      return
    end
    local pivot = list[place]
    list[place], list[high - 1] = list[high - 1], pivot
    place = partition(list, low, high, pivot, before)
    local size
    if place - low < high - place then
      sort_range(list, low, place - 1, before, chance)
      size = place - low
      low = place + 1
    else
      sort_range(list, place + 1, high, before, chance)
      size = high - place
      high = place - 1
    end
    if (high - low) // 128 > size then
      chance = CHANCE
    end
  end
end

local function ascending(a, b)
  return a < b
end

function lib.sort(list, before)
  sort_range(list, 1, #list, before or ascending, 0)
end
