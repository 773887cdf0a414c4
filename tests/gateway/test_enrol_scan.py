"""A new till enrols by a sheet: printed at the office, scanned with a keyboard's keys, over a gateway and a chain."""

import argparse
import asyncio
import os
import socket
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from coincurve import PrivateKey

from contracts.wire import passcode
from contracts.wire.enrolment_sheet import EnrolmentSheet
from contracts.wire.errors import Broken
from contracts.wire.signature import address_of
from contracts.wire.units import from_hex, to_hex
from terminal import config, enrol_scan, founding, keys, listening, places
from terminal.enrol_words import Console
from terminal.founding import Founding
from terminal.keys import KeyPlace
from terminal.signer import TerminalSigner, sealing
from terminal.store import Store
from tests.drivers.keyboard_rig import Machine, Node, write
from tests.drivers.keys import CTRL, ENTER, KP_ENTER, events, strokes
from tests.gateway.test_edge_enrolment import Office
from tests.gateway.world import NETWORK, World
from tests.provisioning import pages
from tests.terminal.pupil import Spoken

ESCAPE, C = 1, 46

pytestmark = pytest.mark.usefixtures("secret")


@pytest.fixture
def office(request: pytest.FixtureRequest, gateway, monkeypatch, tmp_path) -> Office:
    from tests.gateway.admins import bearer
    from tests.gateway.world import KEY_OF_OWNER

    monkeypatch.setenv("KINDPAKKET_KEY", to_hex(KEY_OF_OWNER))
    monkeypatch.setenv("KINDPAKKET_GATEWAY_TOKEN", bearer(gateway, "enrol")["Authorization"].removeprefix("Bearer "))
    return Office(gateway, tmp_path, monkeypatch)


@pytest.fixture
def secret(monkeypatch, tmp_path) -> None:
    """The machine's own secret, as if this were a machine of its own."""
    monkeypatch.setenv(keys.SECRET_VARIABLE, str(tmp_path / "credential.secret"))
    monkeypatch.setattr(founding, "USER", "nobody-of-this-name")


@pytest.fixture
def machine(monkeypatch):
    monkeypatch.setattr(listening, "LOOK_SECONDS", 0.01)
    made = Machine()
    yield made
    made.close()


@pytest.fixture
def spoken(capsys):
    return Spoken(capsys)


class Counter:
    """A till in a folder, and the person who sets it up."""

    def __init__(self, folder: Path, machine: Machine, spoken: Spoken) -> None:
        self.config, self.state = folder / "etc" / "terminal.toml", folder / "state"
        self.keys = KeyPlace.of(self.config, self.state)
        self.scanner = machine.plug("0c2e:0b61", "a scanner")
        self.pad = machine.plug("04d9:a02a", "a keypad")
        self.spoken = spoken

    def options(self) -> argparse.Namespace:
        return argparse.Namespace(config=self.config, state=self.state, simulators=True, ca_file=None, json=False)

    @asynccontextmanager
    async def enrolling(self):
        self.spoken.text = ""
        task = asyncio.create_task(enrol_scan.run(self.options()))
        try:
            await self.spoken.until("listening to a scanner")
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def scan(self, text: str, layout: str = "us") -> None:
        await grabbed(self.scanner)
        await write(self.scanner, events((*strokes(text, layout), (ENTER,))))

    async def press_enter(self) -> None:
        await self.spoken.until("Press Enter on the keypad")
        await grabbed(self.pad)
        await write(self.pad, events([(KP_ENTER,)]))


async def grabbed(node: Node) -> None:
    while not node.grabbed:  # noqa: ASYNC110 - nobody says when it is opened
        await asyncio.sleep(0.01)


@pytest.fixture
def counter(tmp_path, machine, spoken) -> Counter:
    return Counter(tmp_path / "till", machine, spoken)


def printed(office: Office, world: World, name: str = "sheet.pdf") -> str:
    """What the QR on a new sheet says."""
    words = ("--shop-name", "Winkel 1", "--support", "0800", "--rpc", world.rpc_url, "--language", "en")
    path = office.folder / name
    made = office.code("--sheet", str(path), *words)
    assert made.status == 0, made.err
    assert path.stat().st_mode & 0o777 == 0o600
    [text] = pages.codes(path.read_bytes())
    return text


async def test_a_till_enrols_by_scan_and_enter_alone_and_its_key_is_sealed(office, world, counter):
    text = printed(office, world)
    async with counter.enrolling() as enrolled:
        await counter.scan(text)
        await counter.press_enter()
        assert await enrolled == 0
    settings = config.load(counter.config)
    assert (settings.domain, settings.shop, settings.language) == (world.domain, "Winkel 1", "en")
    assert [(each.name, each.driver) for each in settings.devices] == [
        ("scanner", "evdev-scanner"),
        ("keypad", "evdev-keypad"),
    ]
    terminal = counter.keys.load(world.domain)
    with closing(Store.open(counter.state / "journal.sqlite", world.domain, terminal.address, volatile_ok=True)):
        pass
    admitted = office.admit(world.rpc_url).data["admitted"]
    assert admitted == [{"terminal": to_hex(terminal.address), "shop": 1}]
    if can_seal():
        assert settings.key_file == places.UNSEALED_KEY
        assert b"0x" not in counter.keys.sealed.read_bytes()
        assert counter.keys.sealed_to is sealing.Sealed.DISK
        assert not counter.keys.plain.exists()


def can_seal() -> bool:
    return os.geteuid() == 0 and sealing.is_here()


async def test_again_changes_nothing(office, world, counter, capsys):
    text = printed(office, world)
    async with counter.enrolling() as enrolled:
        await counter.scan(text)
        await counter.press_enter()
        await enrolled
    before = {path: path.read_bytes() for path in (counter.config, counter.keys.sealed) if path.exists()}
    assert await enrol_scan.run(counter.options()) == 0
    assert "has enrolled already" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("layout", ["de", "fr"])
async def test_f21_the_sheet_tells_the_scanners_layout_too(office, world, counter, layout):
    text = printed(office, world)
    async with counter.enrolling() as enrolled:
        await counter.scan(text, layout)
        await counter.spoken.until("Scan the sheet once more")
        await counter.scan(text, layout)
        await counter.press_enter()
        assert await enrolled == 0
    assert config.load(counter.config).devices[0].options["layout"] == layout


async def test_a_used_sheet_is_refused_and_another_one_will_do(office, world, counter):
    text = printed(office, world)
    used = EnrolmentSheet.parse(text).code
    thief = TerminalSigner.make(world.domain)
    fields = {"terminal": to_hex(thief.address), "consent": to_hex(thief.sign_registration(1))}
    fields["proof"] = to_hex(used.proof(thief.address, from_hex(fields["consent"])))
    path = f"/v1/enrolments/{to_hex(used.identity)}/terminal"
    assert office.gateway.client.post(path, json=fields).status_code == 200
    async with counter.enrolling() as enrolled:
        await counter.scan(text)
        await counter.press_enter()
        await counter.spoken.until("used already")
        assert not counter.config.exists()
        await counter.scan(printed(office, world, "second.pdf"))
        await counter.spoken.until("2/3", times=2)
        await counter.press_enter()
        assert await enrolled == 0


@pytest.mark.parametrize("cut", ["create", "keep", "hand_in", "finish"])
async def test_f03_a_power_cut_at_any_step_is_gone_on_from(office, world, counter, monkeypatch, cut):
    """Whatever was last begun is done, or not done, and never seen to be done."""
    text = printed(office, world)
    places_of_cuts = {
        "create": (Store, "create"),
        "keep": (KeyPlace, "keep"),
        "hand_in": (enrol_scan, "hand_in"),
        "finish": (Founding, "finish"),
    }
    for before in (True, False):
        with monkeypatch.context() as patch:
            where, name = places_of_cuts[cut]
            patch.setattr(where, name, pulled(getattr(where, name), before=before))
            async with counter.enrolling() as enrolled:
                await counter.scan(text)
                await counter.press_enter()
                with pytest.raises(PlugPulledError):
                    await enrolled
        if counter.config.exists():
            assert (cut, before) == ("finish", False)
            return
    address = counter.keys.load(world.domain).address if counter.keys.exists else None
    async with counter.enrolling() as enrolled:
        await counter.scan(text)
        await counter.press_enter()
        assert await enrolled == 0
    assert address in {None, counter.keys.load(world.domain).address}, "a key that was made stays"


class PlugPulledError(BaseException):
    pass


def pulled(work, *, before: bool):
    """The same, and then the plug; or the plug at once."""

    def cut(*values, **named):
        if before:
            raise PlugPulledError
        done = work(*values, **named)
        if not asyncio.iscoroutine(done):
            raise PlugPulledError
        return ended(done)

    async def ended(done):
        await done
        raise PlugPulledError

    return cut


async def test_whoever_needs_the_keyboard_gets_it_and_the_keypads_cancel_begins_anew(office, world, counter):
    text = printed(office, world)
    async with counter.enrolling() as enrolled:
        await counter.scan(text)
        await counter.spoken.until("2/3")
        await grabbed(counter.pad)
        await write(counter.pad, events([(ESCAPE,)]))
        await counter.spoken.until("1/3", times=2)
        await counter.scan(text)
        await counter.spoken.until("2/3", times=2)
        await counter.press_enter()
        assert await enrolled == 0
    counter.config.unlink()
    async with counter.enrolling() as enrolled:
        await grabbed(counter.scanner)
        await write(counter.scanner, events([(CTRL, C)]))
        assert await enrolled == enrol_scan.STOPPED
    assert not counter.scanner.grabbed


async def test_f17_a_key_whose_journal_is_gone_gets_no_new_one(office, world, counter):
    text = printed(office, world)
    place = Founding(counter.config, counter.state, volatile_ok=True)
    place.begin().release()
    place.terminal(world.domain)
    (counter.state / "journal.sqlite").unlink()
    with pytest.raises(Broken, match="would fork it"):
        place.terminal(world.domain)
    async with counter.enrolling():
        await counter.scan(text)
        await counter.press_enter()
        await counter.spoken.until("would fork it")
    assert not counter.config.exists()


async def test_f38_an_endpoint_with_other_code_is_found_out_before_a_key_is_made(office, world, counter):
    sheet = EnrolmentSheet.parse(printed(office, world))
    lie = EnrolmentSheet(sheet.code, b"\x66" * 16, sheet.shop, sheet.support, sheet.gateway, sheet.endpoints)
    async with counter.enrolling():
        await counter.scan(lie.text())
        await counter.press_enter()
        await counter.spoken.until("holds other code")
    assert not counter.keys.exists


async def test_a_sheet_that_names_what_is_nowhere_gives_way_to_another(office, world, counter, monkeypatch):
    text = printed(office, world)
    sheet = EnrolmentSheet.parse(text)
    with closing(socket.socket()) as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        wrong = EnrolmentSheet(sheet.code, sheet.code_hash, sheet.shop, sheet.support, url, sheet.endpoints)
        monkeypatch.setattr(enrol_scan, "NETWORK_SECONDS", 0.0)
        async with counter.enrolling() as enrolled:
            await counter.scan(wrong.text())
            await counter.press_enter()
            await counter.spoken.until("or another sheet")
            assert not counter.keys.exists
            monkeypatch.setattr(enrol_scan, "NETWORK_SECONDS", 600.0)
            await counter.scan(text)
            await counter.spoken.until("2/3", times=2)
            await counter.press_enter()
            assert await enrolled == 0


def test_the_screen_is_large_and_in_two_languages():
    import io

    class Screen(io.StringIO):
        def isatty(self):
            return True

    out = Screen()
    console = Console(out)
    console.step("scan")
    assert "█" in out.getvalue()
    assert "Houd het blad" in out.getvalue()
    assert "Hold the municipality's sheet" in out.getvalue()
    assert max(map(len, out.getvalue().splitlines())) <= 80


def test_a_sheet_needs_names_and_is_made_before_a_code_is_offered(office, world):
    told = office.code("--sheet", str(office.folder / "no.pdf"), "--rpc", world.rpc_url)
    assert (told.status, "give --shop-name and --support" in told.err) == (1, True)
    taken = office.folder / "taken.pdf"
    taken.write_bytes(b"somebody's")
    told = office.code("--sheet", str(taken), "--rpc", world.rpc_url, "--shop-name", "a", "--support", "b")
    assert (told.status, "is there already" in told.err, taken.read_bytes()) == (1, True, b"somebody's")
    assert not (office.folder / "codes.txt").exists()


def test_a_sheet_with_a_test_pass_has_each_code_alone_on_its_page(office, world):
    path = office.folder / "both.pdf"
    names = ("--shop-name", "Winkel 1", "--support", "0800", "--rpc", world.rpc_url)
    made = office.code("--sheet", str(path), *names, "--test-pass")
    sheet, tested = pages.codes(path.read_bytes())
    assert EnrolmentSheet.parse(sheet).code.text() == made.data["code"]
    static = passcode.parse(tested, NETWORK)
    assert isinstance(static, passcode.StaticCode)
    assert to_hex(address_of(PrivateKey(static.private_key()))) == made.data["test_pass"]
    assert not any(tested in text for text in (made.out, made.err))
