-- alc.match_enum
local case = load(ctx.case, "=case")()
local fruit = { "Apple", "Banana", "Cherry" }

case.gives(alc.match_enum, {
  { "Banana", "banana", fruit },
  { "Banana", "I like BANANAS", fruit },
  -- The last one mentioned.
  { "Apple", "banana or apple", fruit },
  { "Banana", "apple, banana, apple? banana!", fruit },
  -- Of those that begin at the same place, the first in the list.
  { "low", "lower", { "low", "lower" } },
  { "lower", "lower", { "lower", "low" } },
  -- The one whose last occurrence begins latest, not the longest.
  { "end", "weekend", { "weekend", "end" } },
  -- Unicode case.
  { "\u{dc}ber", "\u{fc}BER alles", { "\u{dc}ber" } },
  -- Nearly.
  { "Banana", "bananna", fruit },
  { "Cherry", "maybe (chery)?", fruit },
  { nil, "xyzzy", fruit },
  { nil, "", fruit },
  { nil, "anything", {} },
  { "Apple", "appl", fruit, { threshold = 0.9 } },
  { nil, "aple", fruit, { threshold = 0.99 } },
  { "Cherry", "chr", fruit, { threshold = 0.5 } },
  { nil, "aple", fruit, { threshold = "0.99" } },
  -- The first best.
  { "abcx", "abcd", { "abcx", "abcy" } },
  { 7, "number 7", { 7, "8" } },
  { "1", 1, { "1" } },
  -- An empty candidate is never meant.
  { "b", "a b c", { "", "b" } },
  { nil, "a", { "" } },
  -- Also far behind.
  { "Banana", ("word "):rep(5000) .. "bananna", fruit },
  { "Banana", ("\u{e4}"):rep(5000) .. " bananna", fruit },
})
case.raises(alc.match_enum, {
  { "bad argument #1", nil, fruit },
  { "bad argument #1", {}, fruit },
  { "=bad argument #2: table expected, got no value", "a" },
  { "bad argument #2", "a", "Apple" },
  { "bad argument #2", "a", { {} } },
  { "bad argument #3", "a", fruit, 0.9 },
  { "UTF-8", "\xff", fruit },
})

return case.failures()
