import pytest

from contracts.wire.errors import Broken, TryAgain
from provisioning import enrolling
from provisioning.portal import settings
from provisioning.portal.figures import waiting
from provisioning.portal.figures.models import Waiting
from provisioning.portal.shops import gateway

pytestmark = pytest.mark.django_db


class Gateway:
    """What the portal's gateway answers."""

    def __init__(self, told):
        self._told = told

    def ask(self, method, path):
        assert (method, path) == ("GET", "/v1/admin/status")
        return self._told


@pytest.fixture
def there(monkeypatch):
    monkeypatch.setattr(settings, "PORTAL", settings.PORTAL.model_copy(update={"gateway": "http://gateway"}))


def test_what_is_on_its_way_is_kept_once(monkeypatch, there):
    for count in (4, 0):
        entries = {"waiting": count, "sent": 2, "mined": 1, "paid": 9}
        told = Gateway({"entries": entries, "oldest_seconds": 61, "paying": "yes"})
        monkeypatch.setattr(gateway, "asked", lambda told=told: told)
        waiting.look()
    kept = Waiting.objects.get()
    assert (kept.entries, kept.oldest_seconds, kept.minutes) == (3, 61, 1)


@pytest.mark.parametrize("told", [{}, None, {"entries": {"waiting": -1, "sent": 0, "mined": 0}, "oldest_seconds": 0}])
def test_an_answer_of_another_form_changes_nothing(monkeypatch, there, told):
    monkeypatch.setattr(gateway, "asked", lambda: Gateway(told))
    with pytest.raises(TryAgain, match="another form"):
        waiting.look()
    assert not Waiting.objects.exists()


def test_without_a_gateway_nothing_is_told_and_without_a_credential_a_person_must_look(monkeypatch, request):
    Waiting.objects.create(entries=1, oldest_seconds=1, read_at="2026-11-27T12:00Z")
    waiting.look()
    assert not Waiting.objects.exists()
    request.getfixturevalue("there")
    monkeypatch.delenv(enrolling.TOKEN_VARIABLE, raising=False)
    with pytest.raises(Broken, match=enrolling.TOKEN_VARIABLE):
        waiting.look()
