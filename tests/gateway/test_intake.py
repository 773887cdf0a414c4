"""Every answer to a segment, by a real gateway over HTTP: taken in, or a named refusal that changes nothing."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.wire import typed_data
from contracts.wire.reasons import Reason
from contracts.wire.signature import sign
from contracts.wire.units import to_hex
from tests.gateway.process import GatewayProcess
from tests.gateway.world import Pass, Till, World, body_of


@pytest.fixture(scope="module")
def shared_card(world: World) -> Pass:
    return world.card()


@pytest.fixture
def till(world: World, shared_card: Pass) -> Till:
    till = world.till(slice_cents=0)
    for amount in (100, 200, 300):
        till.pay(shared_card, amount)
    return till


def test_the_same_bytes_and_overlaps_are_taken_in(gateway: GatewayProcess, till: Till):
    assert gateway.post(till, till.body(1, 2)).json() == {"sequence": 2, "head": to_hex(till.head(2))}
    for first, last in ((1, 2), (2, 2), (1, 1)):
        again = gateway.post(till, till.body(first, last))
        assert (again.status_code, again.json()["sequence"]) == (200, 2), "what is here, whatever was sent"
    assert gateway.post(till, till.body(2, 3)).json() == {"sequence": 3, "head": to_hex(till.head(3))}
    assert gateway.position(till) == 3


def test_a_gap_is_refused_with_the_position_to_go_on_from(gateway: GatewayProcess, till: Till):
    gateway.post(till, till.body(1, 1))
    answer = gateway.post(till, till.body(3, 3))
    here = {"sequence": 1, "head": to_hex(till.head(1)), "signature": to_hex(till.segment(1, 1).signature)}
    assert (answer.status_code, answer.json()) == (409, {"reason": Reason.GAP, **here})
    assert gateway.position(till) == 1


def test_a_gap_in_an_empty_journal_has_no_proof(gateway: GatewayProcess, till: Till):
    answer = gateway.post(till, till.body(2, 3))
    nothing = {"sequence": 0, "head": to_hex(till.head(0)), "signature": None}
    assert (answer.status_code, answer.json()) == (409, {"reason": Reason.GAP, **nothing})
    assert gateway.get(till, "position").json() == nothing


@pytest.mark.parametrize(("kept", "first"), [(1, 1), (1, 2), (2, 3), (0, 1)])
def test_f16_a_fork_is_refused_with_the_terminals_own_signature(
    gateway: GatewayProcess, till: Till, shared_card: Pass, kept: int, first: int
):
    """The journal went back to `kept` entries and on from there, differently; it comes from `first` on."""
    gateway.post(till, till.body())
    fork = Till(till.domain, till.key, till.entries[:kept])
    for amount in (900, 800, 700):
        fork.pay(shared_card, amount)

    answer = gateway.post(fork, fork.body(first))

    proof = answer.json()
    here = {"sequence": 3, "head": to_hex(till.head(3)), "signature": to_hex(till.segment().signature)}
    assert (answer.status_code, proof) == (409, {"reason": Reason.FORK, **here})
    assert gateway.get(till, "position").json() == here
    assert gateway.post(till, till.body()).status_code == 200, "the journal that is here goes on"


@pytest.mark.parametrize("at", [0, 2, 20, 78])
def test_f37_a_changed_byte_breaks_the_terminals_signature(gateway: GatewayProcess, till: Till, at: int):
    honest = till.body()
    spoilt = deepcopy(honest)
    entry = bytearray(till.entries[1])
    entry[at] ^= 1
    spoilt["entries"][1] = to_hex(bytes(entry))

    answer = gateway.post(till, spoilt)

    reason = Reason.REQUEST_FORM if at == 0 else Reason.JOURNAL_SIGNATURE  # byte 0 is the length
    assert (answer.status_code, answer.json()["reason"]) == (422 if at == 0 else 401, reason)
    assert gateway.position(till) == 0
    assert gateway.post(till, honest).status_code == 200, "the right bytes come later"


def test_another_terminals_signature_is_refused(gateway: GatewayProcess, till: Till, world: World):
    other = world.till(slice_cents=0)
    other.entries = till.entries
    forged = replace(till.segment(), signature=other.segment().signature)
    answer = gateway.post(till, body_of(forged))
    assert (answer.status_code, answer.json()["reason"]) == (401, Reason.JOURNAL_SIGNATURE)
    assert gateway.post(other, till.body()).status_code == 401
    assert gateway.position(till) == gateway.position(other) == 0


def test_a_terminal_that_is_not_on_the_contract_is_refused(gateway: GatewayProcess, till: Till, shared_card: Pass):
    stranger = Till(till.domain)
    stranger.pay(shared_card, 100)
    for _ in range(2):  # asked of the chain, and remembered
        answer = gateway.post(stranger, stranger.body())
        assert (answer.status_code, answer.json()["reason"]) == (403, Reason.TERMINAL_UNKNOWN)
    assert gateway.get(stranger, "position").status_code == 403


def test_sizes_are_bounded(gateway: GatewayProcess, till: Till):
    many = {**till.body(), "entries": ["0x00"] * 501}
    assert gateway.post(till, many).status_code == 422
    assert gateway.client.post(f"{till.url}/segments", content=b"[" * 300_000).status_code == 413
    chunks = (b" " * 65_536 for _ in range(6))  # no Content-Length to go by
    answer = gateway.client.post(f"{till.url}/segments", content=chunks)
    assert (answer.status_code, answer.json()["reason"]) == (413, Reason.REQUEST_TOO_LARGE)
    long = Till(till.domain, till.key, [bytes([255]) + bytes(255)] * 420)  # framed and signed, and no batch holds it
    answer = gateway.post(long, long.body())
    assert (answer.status_code, answer.json()["reason"]) == (413, Reason.REQUEST_TOO_LARGE)
    assert gateway.position(till) == 0


MALFORMED: list[Any] = [
    {"first": 0},
    {"first": -1},
    {"first": 2**32},
    {"first": 10**400},
    {"first": True},
    {"first": "1"},
    {"first": 1.0},
    {"previous_head": "0x00"},
    {"previous_head": "0x" + "G" * 64},
    {"previous_head": "0x" + "A" * 64},
    {"signature": None},
    {"signature": "0x" + "00" * 65},
    {"entries": []},
    {"entries": "0x00"},
    {"entries": ["0x"]},
    {"entries": ["0x0"]},
    {"entries": ["00"]},
    {"entries": ["0x05"]},
    {"entries": ["0x" + "ff" * 257]},
    {"entries": [["0x00"]]},
    {"unknown": 1},
]


@pytest.mark.parametrize("change", MALFORMED, ids=lambda change: str(change)[:30])
def test_a_malformed_segment_is_refused_by_name(gateway: GatewayProcess, till: Till, change: dict[str, Any]):
    answer = gateway.post(till, {**till.body(), **change})
    assert (answer.status_code, answer.json()["reason"]) == (422, Reason.REQUEST_FORM)
    assert len(answer.content) < 400
    assert gateway.position(till) == 0


DEEP = b"[" * 100_000  # a library of ours lifts Python's recursion limit: json.loads would use up the stack
RAW = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"\xff\xfe",
    DEEP,
    b'{"first": 1e999}',
    b'{"first": NaN}',
    b'{"signature": "\\ud800"}',
    b"1" * 5_000,
]


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: repr(raw[:12]))
def test_what_is_no_json_is_refused_by_name(gateway: GatewayProcess, till: Till, raw: bytes):
    headers = {"Content-Type": "application/json"}
    answer = gateway.client.post(f"{till.url}/segments", content=raw, headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (422, Reason.REQUEST_FORM)
    assert len(answer.content) < 400


FUZZ = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@FUZZ
@given(raw=st.binary(max_size=300), json=st.booleans())
def test_random_bytes_are_refused_by_name(gateway: GatewayProcess, world: World, raw: bytes, json: bool):
    headers = {"Content-Type": "application/json"} if json else {}
    url = f"/v1/terminals/{to_hex(world.domain.contract)}/segments"
    answer = gateway.client.post(url, content=raw, headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (422, Reason.REQUEST_FORM)


@FUZZ
@given(data=st.data())
def test_a_signed_segment_of_anything_framed_is_taken_in_or_nothing_changes(
    gateway: GatewayProcess, fuzzed: Till, data: st.DataObject
):
    """Whatever is framed and signed is taken in; with any field changed, it is refused and nothing changes."""
    before = gateway.position(fuzzed)
    fuzzed.entries = fuzzed.entries[:before]
    for body in data.draw(st.lists(st.binary(max_size=40), min_size=1, max_size=4)):
        fuzzed.add(bytes([len(body)]) + body)
    honest = fuzzed.body(first=before + 1)
    field = data.draw(st.sampled_from(["first", "previous_head", "signature", "entries"]))
    spoilt = deepcopy(honest)
    spoilt[field] = {
        "first": before + 2,
        "previous_head": to_hex(bytes(32)),
        "signature": to_hex(bytes(64)),
        "entries": honest["entries"] + ["0x00"],
    }[field]

    assert gateway.post(fuzzed, spoilt).status_code in {401, 409}
    assert gateway.position(fuzzed) == before
    assert gateway.post(fuzzed, honest).json()["sequence"] == len(fuzzed.entries)


@pytest.fixture(scope="module")
def fuzzed(world: World) -> Till:
    return world.till(slice_cents=0)


# ------------------------------------------------------------------------------------------------ signed requests


def asked(gateway: GatewayProcess, target: str, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    answer = gateway.client.get(target, headers=headers)
    return answer.status_code, answer.json()


def test_requests_are_signed_by_the_terminal_that_they_are_about(gateway: GatewayProcess, till: Till, world: World):
    other, target = world.till(slice_cents=0), f"{till.url}/position"
    good = till.headers(target)
    assert asked(gateway, target, good)[0] == 200
    assert asked(gateway, target, good)[0] == 200, "reading again changes nothing"
    wrong: list[dict[str, str]] = [
        {},
        other.headers(target),
        till.headers(f"{till.url}/outcomes"),
        till.headers(target + "?"),
        {**good, "Kindpakket-Time": str(int(good["Kindpakket-Time"]) + 1)},
        {**good, "Kindpakket-Time": "-1"},
        {**good, "Kindpakket-Time": "9" * 50},
        {**good, "Kindpakket-Time": "1e3"},
        {**good, "Kindpakket-Signature": "0x"},
        {**good, "Kindpakket-Signature": "0x" + "00" * 64},
        {**good, "Kindpakket-Signature": "junk"},
    ]
    for headers in wrong:
        status, told = asked(gateway, target, headers)
        assert (status, told["reason"]) == (401, Reason.REQUEST_SIGNATURE), headers


def test_a_query_is_part_of_what_is_signed(gateway: GatewayProcess, till: Till):
    target = f"{till.url}/outcomes"
    assert asked(gateway, f"{target}?after=0", till.headers(target))[0] == 401
    assert gateway.get(till, "outcomes?after=0").status_code == 200
    for query in ("after=-1", "after=x", "after=4294967296", "other=1", "after=" + "9" * 400):
        answer = gateway.get(till, f"outcomes?{query}")
        assert (answer.status_code, answer.json()["reason"]) == (422, Reason.REQUEST_FORM), query


@pytest.mark.parametrize("skew", [-400, 400])
def test_f19_a_wrong_clock_is_told_the_time(gateway: GatewayProcess, till: Till, skew: int):
    target = f"{till.url}/position"
    now = int(till.headers(target)["Kindpakket-Time"])
    status, told = asked(gateway, target, till.headers(target, now + skew))
    assert (status, told["reason"]) == (401, Reason.REQUEST_CLOCK)
    assert abs(told["time"] - now) < 30
    assert asked(gateway, target, till.headers(target, told["time"]))[0] == 200


def test_a_signature_for_another_purpose_is_no_request(gateway: GatewayProcess, till: Till):
    target = f"{till.url}/position"
    digest = typed_data.journal(till.domain, till.address, 1, till.head(1))
    headers = {**till.headers(target), "Kindpakket-Signature": to_hex(sign(till.key, digest))}
    assert asked(gateway, target, headers)[0] == 401


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/terminals/0x00/position", "/v1/terminals/%00/position", "/docs"])
def test_other_paths_are_refused_by_name(gateway: GatewayProcess, path: str):
    answer = gateway.client.get(path)
    assert answer.status_code in {401, 404, 422}
    assert answer.json()["reason"] in {Reason.REQUEST_FORM, Reason.REQUEST_SIGNATURE}


def test_an_address_has_one_spelling(gateway: GatewayProcess, till: Till):
    url = f"/v1/terminals/0x{till.address.hex().upper()}/segments"
    assert gateway.client.post(url, json=till.body()).status_code == 422


def test_the_interface_describes_itself(gateway: GatewayProcess):
    document = gateway.client.get("/openapi.json").json()
    routes = {(path, method) for path, methods in document["paths"].items() for method in methods}
    terminal = "/v1/terminals/{terminal}"
    reads = {(f"{terminal}/{what}", "get") for what in ("position", "outcomes", "snapshot", "sales")}
    assert routes >= reads | {(f"{terminal}/segments", "post"), ("/v1/health", "get")}
    assert all(one["description"] for methods in document["paths"].values() for one in methods.values())
    assert gateway.client.get("/v1/health").json()["live"] is True
