"""What a page asks of the database does not grow with shops, programmes and tills."""

import pytest

from provisioning.portal.access import Role
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops.models import Place, Shop, Slice, Terminal

pytestmark = pytest.mark.django_db
ABOUT = {"begins": 0, "ends": 2**39, "floor_limit": 1, "day_limit": 1, "offline_window": 3600, "categories": 2}
QUERIES = 16


@pytest.fixture(params=[3, 60])
def many(request):
    """So many shops, programmes and tills, all with each other."""
    count = range(request.param)
    shops = [Shop(name=f"shop-{n:02}", number=900 + n, state=Shop.State.ADMITTED, category=1) for n in count]
    for shop in shops:
        shop.contact = {}
    Shop.objects.bulk_create(shops)
    programmes = [Programme(name=f"P{n}", number=900 + n, slice=1, **ABOUT) for n in count]
    Programme.objects.bulk_create(programmes)
    first, programme = Shop.objects.earliest("id"), Programme.objects.earliest("id")
    Place.objects.bulk_create(Place(shop=first, programme=one, category=1) for one in programmes)
    Place.objects.bulk_create(Place(shop=one, programme=programme, category=1) for one in shops[1:])
    tills = [Terminal(shop=first, label=f"till-{n}", address=bytes([n]) * 20) for n in count]
    Terminal.objects.bulk_create(tills)
    Slice.objects.bulk_create(Slice(terminal=one, programme=programme, left=5) for one in tills)
    Slice.objects.bulk_create(Slice(terminal=tills[0], programme=one, left=5) for one in programmes[1:])
    return first, programme, tills[0]


def test_a_shop_a_programme_and_a_till_are_shown_with_bounded_queries(many, staff, django_assert_max_num_queries):
    shop, programme, till = many
    browser = staff(Role.SHOPS, Role.FINANCE)
    draft = Programme.objects.create(name="Draft", slice=1, reserve=1_000, **ABOUT)
    paths = f"shops/{shop.pk}", f"programmes/{programme.pk}", f"tills/{till.pk}", f"programmes/{draft.pk}/live"
    for path in paths:
        with django_assert_max_num_queries(QUERIES):
            assert browser.get(f"/desk/{path}").status_code == 200
