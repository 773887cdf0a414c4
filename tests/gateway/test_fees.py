"""What a transaction may cost: never more than the ceiling, and each attempt enough more than the one before."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.gateway.settling.fees import GWEI, Fees, Market, affordable, offer, replacement

prices = st.integers(0, 1_000 * GWEI)
markets = st.builds(Market, prices, prices)


def test_twice_the_base_fee_and_the_tip():
    assert offer(Market(10 * GWEI, 2 * GWEI), 200 * GWEI) == Fees(22 * GWEI, 2 * GWEI)


def test_the_ceiling_cuts_the_offer_and_not_the_sending():
    market = Market(150 * GWEI, 2 * GWEI)
    assert offer(market, 200 * GWEI) == Fees(200 * GWEI, 2 * GWEI)
    assert affordable(market, 200 * GWEI)
    assert not affordable(market, 149 * GWEI)
    assert offer(Market(1, 9 * GWEI), 5 * GWEI) == Fees(5 * GWEI, 5 * GWEI), "a tip is part of what is paid"


def test_a_replacement_offers_an_eighth_more_or_todays_price():
    cheap, dear = Market(1 * GWEI, 1 * GWEI), Market(40 * GWEI, 3 * GWEI)
    before = Fees(22 * GWEI, 2 * GWEI)
    assert replacement(before, cheap, 200 * GWEI) == Fees(24_750_000_000, 2_250_000_000)
    assert replacement(before, dear, 200 * GWEI) == Fees(83 * GWEI, 3 * GWEI)


def test_a_replacement_where_gas_is_free_is_another_transaction():
    assert replacement(Fees(0, 0), Market(0, 0), GWEI) == Fees(1, 1)


def test_no_replacement_beyond_the_ceiling_or_below_the_base_fee():
    assert replacement(Fees(190 * GWEI, GWEI), Market(GWEI, GWEI), 200 * GWEI) is None
    assert replacement(Fees(20 * GWEI, GWEI), Market(201 * GWEI, GWEI), 200 * GWEI) is None


@given(markets, prices)
def test_an_offer_is_one_that_a_node_takes(market: Market, ceiling: int):
    fees = offer(market, ceiling)
    assert 0 <= fees.tip <= fees.most <= ceiling
    assert not affordable(market, ceiling) or fees.most >= market.base


@given(st.builds(Fees, prices, prices), markets, prices)
def test_a_replacement_is_one_that_a_node_takes(before: Fees, market: Market, ceiling: int):
    fees = replacement(before, market, ceiling)
    if fees is not None and before.tip <= before.most:
        assert fees.tip <= fees.most <= ceiling
        assert fees.most * 100 >= before.most * 110
        assert fees.tip * 100 >= before.tip * 110
        assert fees.most >= market.base
