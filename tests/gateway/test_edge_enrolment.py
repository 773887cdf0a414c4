"""A new till comes in by a code: at a shell on both sides, over a real gateway, onto a real contract."""

import io
import json
import os
from pathlib import Path
from secrets import token_bytes
from typing import Any

import httpx
import pytest
from coincurve import PrivateKey

from contracts.wire import typed_data
from contracts.wire.enrolment import SECRET_BYTES, EnrolmentCode
from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason
from contracts.wire.signature import address_of, sign
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, from_hex, to_hex
from terminal import config
from tests.gateway.admins import bearer
from tests.gateway.process import GatewayProcess
from tests.gateway.world import KEY_OF_OWNER, NETWORK, World, checksum, new_key
from tests.provisioning.town import Ended, run
from tests.terminal.web import threaded

DOMAIN = Domain(1337, Address(b"\x01" * 20))


@pytest.fixture
def office(gateway: GatewayProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> "Office":
    monkeypatch.setenv("KINDPAKKET_KEY", to_hex(KEY_OF_OWNER))
    monkeypatch.setenv("KINDPAKKET_GATEWAY_TOKEN", bearer(gateway, "enrol")["Authorization"].removeprefix("Bearer "))
    return Office(gateway, tmp_path, monkeypatch)


class Office:
    """Where the sponsor's key is; and tills, each in a folder of its own."""

    def __init__(self, gateway: GatewayProcess, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.gateway, self.folder, self._patch = gateway, folder, patch
        record = gateway.folder / "deployment.json"
        self.options = ("--record", str(record), "--codes", str(folder / "codes.txt"), "--json")

    def code(self, *more: str, url: str | None = None, shop: int = 1) -> Ended:
        gateway = ("--gateway", url or self.gateway.url)
        return run("provision", "terminal", "code", *self.options, *gateway, "--shop", str(shop), *more)

    def admit(self, rpc: str, *slices: str, url: str | None = None) -> Ended:
        where = ("--gateway", url or self.gateway.url, "--rpc", rpc)
        return run("provision", "terminal", "admit", *self.options, *where, *slices)

    def enrol(self, code: str, rpc: str, name: str = "till", url: str | None = None) -> Ended:
        where = ("--config", str(self.folder / f"{name}.toml"), "--state", str(self.folder / name))
        names = ("--shop-name", "Winkel 1", "--support", "0800", "--simulators", "--json")
        to = ("--gateway", url or self.gateway.url, "--rpc", rpc)
        self._patch.setattr("sys.stdin", io.StringIO(f"{code}\n"))
        return run("terminal", "enrol", *to, *where, *names)


def test_a_till_enrols_itself_and_is_admitted_with_a_slice(office: Office, world: World):
    code = office.code()
    assert code.status == 0, code.err
    assert (office.folder / "codes.txt").read_text().splitlines() == [code.data["code"]]
    assert (office.folder / "codes.txt").stat().st_mode & 0o777 == 0o600
    assert office.admit(world.rpc_url).data == {"admitted": [], "waiting": 1}

    made = office.enrol(code.data["code"], world.rpc_url)
    assert made.status == 0, made.err
    terminal = Address(from_hex(made.data["terminal"]))
    settings = config.load(office.folder / "till.toml")
    assert (settings.domain, settings.chain.rpc_url) == (world.domain, world.rpc_url)
    assert world.contract.functions.terminal(checksum(terminal)).call()[0] == 0, "not before the sponsor says so"

    admitted = office.admit(world.rpc_url, "--slice", "1=250,00")
    assert admitted.data == {"admitted": [{"terminal": to_hex(terminal), "shop": 1}], "waiting": 0}, admitted.err
    assert world.contract.functions.terminal(checksum(terminal)).call()[0] == 1
    assert world.contract.functions.slice_of(1, checksum(terminal)).call()[0] == 250_00
    assert (office.folder / "codes.txt").read_text() == ""


def test_a_till_takes_the_place_of_one_that_is_gone(office: Office, world: World):
    """The old device is lost: its slice is in the new one's, and nothing that it signs is paid any more."""
    old = office.enrol(office.code().data["code"], world.rpc_url, "old").data["terminal"]
    assert office.admit(world.rpc_url, "--slice", "1=250,00").data["waiting"] == 0
    new = office.enrol(office.code().data["code"], world.rpc_url, "new").data["terminal"]
    both = office.admit(world.rpc_url, "--old", old, "--slice", "1=1,00")
    assert (both.status, "leave --slice out" in both.err) == (1, True)
    told = office.admit(world.rpc_url, "--old", old, "--revoke")
    assert told.data == {"admitted": [{"terminal": new, "shop": 1}], "waiting": 0}, told.err
    slice_of = world.contract.functions.slice_of
    assert slice_of(1, checksum(Address(from_hex(new)))).call()[0] == 250_00
    assert slice_of(1, checksum(Address(from_hex(old)))).call()[0] == 0


def test_one_till_takes_one_place_of_its_own_shop(office: Office, world: World):
    old = office.enrol(office.code().data["code"], world.rpc_url, "old").data["terminal"]
    office.admit(world.rpc_url)
    for name in ("first", "second"):
        office.enrol(office.code().data["code"], world.rpc_url, name)
    told = office.admit(world.rpc_url, "--old", old)
    assert (told.status, "2 tills used their codes" in told.err) == (1, True)
    assert office.admit(world.rpc_url).data["waiting"] == 0
    other = to_hex(address_of(new_key("nobody's")))
    office.enrol(office.code().data["code"], world.rpc_url, "third")
    told = office.admit(world.rpc_url, "--old", other)
    assert (told.status, "the old terminal is of shop 0" in told.err) == (1, True)
    assert office.admit(world.rpc_url).data["waiting"] == 0


def test_a_code_is_good_once_but_a_lost_answer_does_no_harm(office: Office, world: World):
    code = office.code().data["code"]
    first = office.enrol(code, world.rpc_url)
    again = office.enrol(code, world.rpc_url)
    assert again.data == first.data, "the same terminal says it again"
    other = office.enrol(code, world.rpc_url, "other")
    assert (other.status, "used already" in other.err) == (1, True)
    assert office.admit(world.rpc_url).data["admitted"] == [{"terminal": first.data["terminal"], "shop": 1}]


def test_a_second_try_does_not_pass_over_what_is_believed_now(office: Office, world: World):
    """The file from the first one stays, and would be what the till goes by."""
    code = office.code().data["code"]
    assert office.enrol(code, world.rpc_url).status == 0
    told = office.enrol(code, world.rpc_url + "/")
    assert (told.status, "for another --gateway, --ca-file or --rpc" in told.err) == (1, True)
    assert office.enrol(code, world.rpc_url).status == 0


def test_f17_a_configuration_without_its_key_gets_no_new_one(office: Office, world: World):
    code = office.code().data["code"]
    assert office.enrol(code, world.rpc_url).status == 0
    (office.folder / "till" / "terminal.key").unlink()
    told = office.enrol(code, world.rpc_url)
    assert (told.status, "is another terminal's" in told.err) == (1, True)
    assert not (office.folder / "till" / "terminal.key").exists()


def test_a_terminal_whose_gateway_did_not_answer_goes_on_with_its_key(office: Office, world: World):
    code = office.code().data["code"]

    def silent(method: str, target: str, *_: Any) -> tuple[int, bytes]:
        here = {"chain_id": world.domain.chain_id, "contract": to_hex(world.domain.contract), "network": NETWORK}
        return (200, json.dumps(here).encode()) if method == "GET" else (503, b"{}")

    with threaded(silent) as url:
        assert office.enrol(code, world.rpc_url, url=url).status == 1
    assert not (office.folder / "till.toml").exists()
    key = (office.folder / "till" / "terminal.key").read_bytes()
    assert office.enrol(code, world.rpc_url).status == 0
    assert (office.folder / "till" / "terminal.key").read_bytes() == key


def test_f38_a_gateway_of_another_contract_enrols_nobody(office: Office, world: World):
    code = office.code().data["code"]
    lie = {"chain_id": world.domain.chain_id, "contract": "0x" + "66" * 20, "network": NETWORK}
    with threaded(lambda *_: (200, json.dumps(lie).encode())) as url:
        told = office.enrol(code, world.rpc_url, url=url)
    assert (told.status, "not the one that the code is for" in told.err) == (1, True)
    assert not (office.folder / "till.toml").exists()
    assert not (office.folder / "till").exists()


def test_f38_a_gateway_cannot_put_a_terminal_of_its_own_in_the_tills_place(office: Office, world: World):
    """It has the code's hash, the till's proof and all that it needs to sign for a terminal that it made up."""
    code = office.code().data["code"]
    office.enrol(code, world.rpc_url)
    thief = new_key("thief")
    identity = EnrolmentCode.parse(code).identity
    token = {"Authorization": f"Bearer {os.environ['KINDPAKKET_GATEWAY_TOKEN']}"}
    told = office.gateway.client.get(f"/v1/enrolments/{to_hex(identity)}/used", headers=token).json()
    consent = sign(thief, typed_data.registration(world.domain, address_of(thief), 1))
    told["enrolled"] |= {"terminal": to_hex(address_of(thief)), "consent": to_hex(consent)}
    with threaded(lambda *_: (200, json.dumps(told).encode())) as url:
        refused = office.admit(world.rpc_url, url=url)
    assert (refused.status, "never had: do not admit it" in refused.err) == (1, True)
    assert world.contract.functions.terminal(checksum(address_of(thief))).call()[0] == 0


def test_f35_whoever_burns_a_code_keeps_no_other_till_out(office: Office, world: World):
    """Its hash stands in the address that is asked, and so perhaps in the log of a proxy."""
    burnt, code = (EnrolmentCode.parse(office.code().data["code"]) for _ in range(2))
    thief = enrolment(world, code, new_key("burner"), 1)
    path = f"/v1/enrolments/{to_hex(burnt.identity)}/terminal"
    assert office.gateway.client.post(path, json=thief).status_code == 200
    till = office.enrol(code.text(), world.rpc_url).data["terminal"]
    told = office.admit(world.rpc_url)
    assert (told.status, "never had: do not admit it" in told.err) == (1, True)
    assert f"terminal {till} is of shop 1" in told.err
    assert world.contract.functions.terminal(checksum(Address(from_hex(till)))).call()[0] == 1
    assert world.contract.functions.terminal(checksum(Address(from_hex(thief["terminal"])))).call()[0] == 0


def enrolment(world: World, code: EnrolmentCode, key: PrivateKey, shop: int) -> dict[str, Any]:
    terminal = address_of(key)
    consent = sign(key, typed_data.registration(world.domain, terminal, shop))
    return {
        "terminal": to_hex(terminal),
        "consent": to_hex(consent),
        "proof": to_hex(code.proof(terminal, consent)),
    }


def test_unknown_and_expired_codes_and_another_shops_consent_are_refused(office: Office, world: World):
    code, key = EnrolmentCode.parse(office.code().data["code"]), new_key("till")

    def post(one: EnrolmentCode, body: dict[str, Any]) -> httpx.Response:
        return office.gateway.client.post(f"/v1/enrolments/{to_hex(one.identity)}/terminal", json=body)

    unknown = post(
        EnrolmentCode.make(world.domain, NETWORK, 1, token_bytes(SECRET_BYTES)), enrolment(world, code, key, 1)
    )
    assert (unknown.status_code, unknown.json()["reason"]) == (403, Reason.ENROL_CODE)
    strange = post(code, enrolment(world, code, key, 2))
    assert (strange.status_code, strange.json()["reason"]) == (403, Reason.ENROL_CONSENT)
    assert post(code, enrolment(world, code, key, 1)).json() == {"shop": 1}

    second = EnrolmentCode.parse(office.code().data["code"])
    twice = post(second, enrolment(world, second, key, 1))
    assert (twice.status_code, twice.json()["reason"]) == (403, Reason.ENROL_CODE), "one code for a terminal"


def test_a_code_survives_dashes_and_lower_case_and_no_change():
    code = EnrolmentCode.make(DOMAIN, 7, 4_000_000_000, token_bytes(SECRET_BYTES))
    assert EnrolmentCode.parse(code.text()) == code
    assert EnrolmentCode.parse(f" {code.text().lower().replace('-', ' ')} ") == code
    assert code.is_for(DOMAIN, 7)
    assert not code.is_for(DOMAIN, 8)
    assert not code.is_for(Domain(1, DOMAIN.contract), 7)
    assert "secret" not in repr(code)
    for at in range(4, len(code.text())):
        changed = code.text()[:at] + ("0" if code.text()[at] != "0" else "1") + code.text()[at + 1 :]
        if code.text()[at] != "-":
            with pytest.raises(Refused):
                EnrolmentCode.parse(changed)


def test_the_proof_needs_secret_terminal_and_consent():
    code = EnrolmentCode.make(DOMAIN, 7, 3, token_bytes(SECRET_BYTES))
    terminal, consent = Address(b"\x02" * 20), b"\x03" * 64
    others = [
        EnrolmentCode(3, code.deployment, b"\x00" * 10).proof(terminal, consent),
        code.proof(Address(b"\x04" * 20), consent),
        code.proof(terminal, b"\x05" * 64),
        code.identity,
    ]
    assert code.proof(terminal, consent) not in others
