"""A shop with a product, and its keeper's browser."""

from io import BytesIO

import pytest
from PIL import Image

from provisioning.portal.selling.models import Product


def photo(kind="JPEG", size=(40, 30), mode="RGB", **more):
    out = BytesIO()
    Image.new(mode, size, "red").save(out, kind, **more)
    out.seek(0)
    out.name = "photo.jpg"
    return out


@pytest.fixture
def mine(admitted):
    return admitted(1)


@pytest.fixture
def browser(keeper, mine):
    return keeper(mine)


@pytest.fixture
def product(mine):
    return Product.objects.create(shop=mine, name="bicycle", cents=89_00, category=4, stock=3)
