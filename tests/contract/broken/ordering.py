"""Orders that are set aside, handed over or freed wrongly."""

from tests.contract.broken.mutant import broken

SETTING_ASIDE = (
    *broken(
        "orders",
        "orders",
        ("what nobody signed is an order", '    assert holder != empty(address), "order: no signature"\n', ""),
        ("an order counts again", "    self.order_counted[holder][digest] = True\n", ""),
        ("nothing is an order", '    assert amount > 0, "order: no amount"\n', ""),
        (
            "an order takes the place of another",
            '    assert self.orders[key][holder] == 0, "order: another is open"\n',
            "",
        ),
        ("a paused programme takes orders", "rules & slots.RULES_STATUS == slots.RULES_EXIST,", "rules != 0,"),
        (
            "orders begin before the period",
            '    assert block.timestamp >= rules & slots.U40, "order: period not begun"\n',
            "",
        ),
        ("an order is over when it is made", "assert block.timestamp <= until,", "assert until > 0,"),
        ("an order's only second is over", "assert block.timestamp <= until,", "assert block.timestamp < until,"),
        ("an order outlasts the programme", "assert until <= rules", "assert until <= slots.U40 | rules"),
        ("an order may not wait to the end", "assert until <= rules", "assert until < rules"),
        ("any shop takes orders", '    assert slots.is_admitted(rules, account), "order: shop not admitted"\n', ""),
        (
            "an unknown pass orders",
            '    assert budget & slots.BUDGET_KNOWN != 0, "order: pass unknown"\n',
            "",
        ),
        ("a blocked pass orders", '    assert budget & slots.BUDGET_BLOCKED == 0, "order: pass blocked"\n', ""),
        (
            "more is set aside than is left",
            '    assert amount <= budget & slots.U32, "order: more than is left"\n',
            "",
        ),
        ("an order keeps to no day", "assert today <= rules", "assert today <= slots.U32 << 112 | rules"),
        ("an order counts on no day", "    today: uint256 = amount\n", "    today: uint256 = 0\n"),
        ("an order forgets its day", "    if day == kept:\n", "    if day < kept:\n"),
        ("an order takes a day back", "max(block.timestamp // DAY, kept)", "block.timestamp // DAY"),
        ("an order forgets its time", " | convert(until, uint256) << slots.ORDER_UNTIL\n", " | slots.U40 << 32\n"),
    ),
    *broken(
        "slots",
        "orders",
        ("what is set aside is left too", "budget - amount & ~BUDGET_TODAY_AND_DAY", "budget & ~BUDGET_TODAY_AND_DAY"),
    ),
    *broken(
        "typed_data",
        "orders",
        ("an order is for any shop", "(ORDER_TYPE, programme, shop,", "(ORDER_TYPE, programme, programme,"),
    ),
)
HANDING_OVER = (
    *broken(
        "orders",
        "handing_over",
        ("any amount is handed over", "order & slots.U32 != amount or block", "block"),
        ("what is over is handed over", "!= amount or block.timestamp > order >> slots.ORDER_UNTIL:", "!= amount:"),
        ("an order is over in its last second", "amount or block.timestamp >", "amount or block.timestamp >="),
    ),
    *broken(
        "settlement",
        "handing_over",
        ("an order is handed over again", "        orders.orders[account_key][claim.holder] = 0\n", ""),
        (
            "an order is paid by the budget too",
            "slots.hand_over(budget, ordered)",
            "self._spend(budget, claim.time, claim.amount)",
        ),
        ("an order leaves no mark", "        budget = slots.hand_over(budget, ordered)\n", ""),
        ("an order must be left again", "if not ordered and claim.amount >", "if claim.amount >"),
        ("an order counts for the day again", "if not ordered and today >", "if today >"),
        ("an order keeps to no rule", "if refused == reasons.PAID:", "if refused == reasons.PAID and ordered == 0:"),
        ("an order is handed over to anybody's shop", "_ready(account_key,", "_ready(claim.programme << 32 | 1,"),
        ("an order is handed over and nobody is told", "set_aside=convert(ordered, uint32)", "set_aside=0"),
        ("a refused ask is judged all the same", "    if refused == reasons.PAID:\n", "    if True:\n"),
    ),
    *broken(
        "slots",
        "handing_over",
        ("a mark runs over", "(min(amount, room) << BUDGET_SPENT)", "(amount << BUDGET_SPENT)"),
    ),
)
FREEING = broken(
    "orders",
    "freeing",
    ("an order is freed again", "    self.orders[key][pass_address] = 0\n", ""),
    ("anybody frees an order", "    assert over or sponsors._may", "    assert True or sponsors._may"),
    ("any role frees an order", "sponsor, sponsors.GRANTS)", "sponsor, sponsors.ALL_ROLES)"),
    ("nobody who grants frees an order", "    assert over or sponsors._may", "    assert over and sponsors._may"),
    ("a closed programme keeps orders", " or programmes.rules[number] & slots.RULES_CLOSED != 0\n", "\n"),
    ("an order is freed in its last second", "= block.timestamp > order", "= block.timestamp >= order"),
    ("a replaced pass keeps its order", "passes._current(number, pass_address)", "pass_address"),
    ("what is freed is lost", "_give_back(number, holder, drawn, amount - drawn)", "_give_back(number, holder, 0, 0)"),
    ("what slices paid is free", "min(budget >> slots.BUDGET_DRAWN & slots.U32, amount)", "0"),
    ("what slices paid is repaid again", "slots.unspend(budget, drawn, 0)", "budget"),
    (
        "what is repaid is not spent",
        "slots.hand_over(slots.unspend(budget, drawn, 0), drawn)",
        "slots.unspend(budget, drawn, 0)",
    ),
    ("what is freed is not told", "to_reserve=convert(amount - to_budget, uint32)", "to_reserve=0"),
)
ORDERS = SETTING_ASIDE + HANDING_OVER + FREEING
