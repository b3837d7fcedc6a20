-- alc.budget_remaining, alc.budget_check, alc.time, without a budget; with one in `vm/tests.rs`
local case = load(ctx.case, "=case")()

case.same(alc.budget_remaining(), nil)
case.same(alc.budget_check(), true)
case.same(math.type(alc.time()), "float")
case.same(alc.time() > 1.6e9, true)

return case.failures()
