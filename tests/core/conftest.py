"""A counter that is ready to sell."""

import pytest

from tests.core.shop import Shop


@pytest.fixture
def shop():
    return Shop()
