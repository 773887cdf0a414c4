"""What follows for shops and tills when a programme begins, or a shop comes in: on whose word it was, and once."""

from provisioning.portal.programmes.asking import follow
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops.models import Place, Shop, Slice, Terminal, takes_part
from provisioning.portal.tasks.models import Task


def place_all(after: Task, programme: Programme) -> None:
    """Say on the contract what each shop of the town is to a new programme."""
    wanted = {place.shop_id: place.standing for place in programme.places.all()}
    for shop in Shop.objects.filter(state=Shop.State.ADMITTED).exclude(number=None):
        place(after, programme, shop, wanted.get(shop.pk, Place.Standing.BY_CATEGORY))


def place_everywhere(after: Task, shop: Shop) -> None:
    """Say on the contract what a new shop is to each programme that goes on."""
    for programme in Programme.objects.filter(closed=False).exclude(number=None):
        place(after, programme, shop, Place.Standing.BY_CATEGORY)


def place(after: Task, programme: Programme, shop: Shop, standing: int) -> None:
    """Say what one shop is to one programme, unless that is nothing yet."""
    other = Place.objects.filter(shop=shop, programme=programme).exclude(standing=Place.Standing.BY_CATEGORY)
    if not shop.category and standing == Place.Standing.BY_CATEGORY and not other.exists():
        return
    about = {"programme": programme.number, "shop": shop.number, "category": shop.category, "standing": int(standing)}
    row = Place.objects.get_or_create(shop=shop, programme=programme)[0]
    row.task = follow(after, "shops.place", **about)
    row.save(update_fields=["task"])


def fund_slices(after: Task, programme: Programme) -> None:
    """Set the planned slice apart for every till of the shops that take part."""
    for terminal in tills(programme):
        if programme.slice:
            fund_slice(after, programme, terminal)


def fund_slice(after: Task, programme: Programme, terminal: Terminal) -> None:
    """Set the planned slice apart for this till; the first one, so that it happens once however often it follows."""
    address, code = terminal.shown, f"slice {programme.pk} {terminal.pk} first"
    row = Slice.objects.get_or_create(programme=programme, terminal=terminal)[0]
    if row.left or row.revoked:
        return
    about = {"programme": programme.number, "terminal": address, "cents": programme.slice, "code": code}
    terminal.task = follow(after, "shops.raise", **about)
    terminal.save(update_fields=["task"])


def tills(programme: Programme) -> list[Terminal]:
    """The tills that the programme's shops have: of each its slice can be lost."""
    shops = [shop.pk for shop, takes in shops_of(programme) if takes]
    return list(Terminal.objects.filter(shop__in=shops, retired=False).exclude(address=None))


def shops_of(programme: Programme) -> list[tuple[Shop, bool]]:
    """Every shop of the town, and whether budgets of the programme can, or could, be spent there."""
    places = {place.shop_id: place for place in programme.places.all()}
    admitted = Shop.objects.filter(state=Shop.State.ADMITTED)
    return [(shop, _takes(programme, shop, places.get(shop.pk))) for shop in admitted]


def _takes(programme: Programme, shop: Shop, place: Place | None) -> bool:
    if place is not None and place.standing != Place.Standing.BY_CATEGORY:
        return place.standing == Place.Standing.ADMITTED
    said = shop.category if place is None or programme.number is None else place.category
    return takes_part(programme, said)


def planned(programme: Programme) -> list[int]:
    """The slices that a draft's tills would have."""
    return [programme.slice] * len(tills(programme))


def funded(programme: Programme) -> list[int]:
    """The slices that a programme's tills have."""
    return list(programme.slices.filter(revoked=False, left__gt=0).values_list("left", flat=True))


def programmes_of(shop: Shop) -> list[Programme]:
    """The programmes that go on and in which this shop takes part."""
    places = {place.programme_id: place for place in shop.places.all()}
    running = Programme.objects.filter(closed=False).exclude(number=None)
    return [programme for programme in running if _takes(programme, shop, places.get(programme.pk))]
