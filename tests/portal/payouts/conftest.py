"""A town on the embedded chain whose shops have credit, and the desk that knows them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from provisioning import programme
from provisioning.portal import settings
from provisioning.portal.access import Role
from provisioning.portal.config import Config
from provisioning.portal.payouts.models import BankFile
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops.models import Shop
from provisioning.portal.tasks import doing
from provisioning.portal.tasks.models import Task
from provisioning.town import Town
from tests.provisioning.conftest import TERMS, deployment, shared_town, town  # noqa: F401 -- fixtures
from tests.provisioning.journals import Till
from tests.provisioning.payout.accounts import ACCOUNTS, PAYER
from tests.provisioning.payout.conftest import Keeper, by_bank_shop, with_credit

CREDITS = (1_250, 3_000, 5)


@pytest.fixture(scope="module")
def made_shops(shared_town: Town) -> list[tuple[Town, int, Till]]:  # noqa: F811 -- the fixture
    return [by_bank_shop(shared_town) for _ in CREDITS]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The portal's folder, and the town's own account."""
    monkeypatch.setattr(settings, "PLACE", tmp_path)
    monkeypatch.setattr(settings, "PORTAL", Config(payer_name=PAYER[0], payer_iban=PAYER[1]))
    return tmp_path


@pytest.fixture
def number(town: Town, db: None) -> int:  # noqa: F811 -- the fixture
    """A programme of its own, that the desk knows as well."""
    made = programme.create(town, "Kindpakket", TERMS)
    programme.fund(town, made, 1_000_000, mint=True)
    Programme.objects.create(
        number=made, name="Kindpakket", begins=0, ends=2**39, floor_limit=5_000, day_limit=5_000, offline_window=3_600
    )
    return made


@pytest.fixture
def keepers(town: Town, number: int, made_shops: list[tuple[Town, int, Till]]) -> list[Keeper]:  # noqa: F811
    """Three shops that are paid by bank, with credit, and whose accounts the desk knows."""
    found = [with_credit(town, number, made, cents) for made, cents in zip(made_shops, CREDITS, strict=True)]
    for keeper, (holder, iban) in zip(found, ACCOUNTS, strict=True):
        row = Shop(number=keeper.shop, name=f"window-{keeper.shop}", state=Shop.State.ADMITTED)
        row.contact = {"iban": iban, "account_name": holder}
        row.save()
    return found


@dataclass
class Desk:
    """Two people who handle the money, and the worker."""

    first: Client
    second: Client
    town: Town
    number: int
    day: str

    def work(self, becomes: Task.State = Task.State.DONE) -> Task:
        """The worker does what was asked first, and it ends so."""
        task = doing.do_next(self.town)
        assert task is not None
        assert task.state == becomes, task.said
        return task

    def planned(self, **more: str) -> BankFile:
        """A file that the first one planned."""
        said = {"programmes": [self.number], "least": "", "day": self.day, **more}
        answer = self.first.post("/desk/payouts/new", said)
        assert answer.status_code == 302, answer.content.decode()
        self.work()
        return BankFile.objects.latest("id")

    def confirmed(self, file: BankFile, **sure: str) -> BankFile:
        """The second one said yes, and the worker made it."""
        assert self.second.post(f"/desk/payouts/files/{file.pk}/confirm", sure).status_code == 302
        self.work()
        file.refresh_from_db()
        return file


@pytest.fixture
def desk(staff: Callable[..., Client], place: Path, town: Town, number: int) -> Desk:  # noqa: F811
    first, second = staff(Role.FINANCE), staff(Role.FINANCE, name="clerk-02")
    return Desk(first, second, town, number, (timezone.localdate() + timedelta(days=1)).isoformat())
