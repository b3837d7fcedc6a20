-- A scenario: small sums, judged by what the answer contains and by how brief it is.
--
--   alc eval examples/scenarios/sums.lua STRATEGY
--
-- STRATEGY is an installed package. The report, and a stored evaluation, say how good it is.

local ef = require("evalframe")

local brief = ef.grader "brief" {
  check = function(response) return #response.text end,
}

local function sum(a, b)
  return ef.case(a .. "+" .. b) {
    input = "What is " .. a .. "+" .. b .. "? Answer with the number.",
    expected = tostring(a + b),
    tags = { a + b < 10 and "one digit" or "more digits" },
  }
end

return {
  name = "sums",
  ef.bind { ef.graders.contains, weight = 3 },
  -- Up to 10 characters are brief enough, 80 are not.
  ef.bind { brief, ef.scorer { steps = { { 0, 1 }, { 11, 0.5 }, { 80, 0 } } } },
  cases = { sum(2, 2), sum(4, 5), sum(17, 25), sum(99, 1) },
}
