"""Enrolment without typing: the sheet before the scanner, Enter on the keypad, and the rest goes by itself.

Whatever is cut short goes on where it was when the sheet is scanned again: a key that was made stays.
"""

import argparse
import asyncio
import json
import secrets
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from contracts.wire.enrolment_sheet import EnrolmentSheet
from contracts.wire.errors import Broken, Refused, TryAgain
from contracts.wire.units import to_hex
from drivers.base import Candidate
from terminal import keys, making
from terminal.backoff import delay
from terminal.config import Device
from terminal.contract_state import require_contract
from terminal.core.lesson import Saying
from terminal.endpoint import Endpoint
from terminal.enrol_gateway import Deployed, deployed, hand_in
from terminal.enrol_words import Console
from terminal.founding import Founding
from terminal.http import Http
from terminal.lesson import Lesson, Unlearnt
from terminal.sheet_scan import SHEET
from terminal.signer import TerminalSigner, forbid_core_dumps

PATIENCE_SECONDS = 1_800.0
"""Somebody has to walk up with the sheet. Then it ends, to be started anew with devices that are looked for anew."""
STOPPED = 130
"""The exit status when a person stopped it, as a shell says it: the unit then leaves the keyboards alone."""
NETWORK_SECONDS = 600.0
"""A cable may be plugged in late. Then another sheet is listened for: this one may name what is nowhere."""
_RETRY_MAX_SECONDS = 30.0

_T = TypeVar("_T")


async def run(arguments: argparse.Namespace) -> int:
    """Enrol by a sheet that is scanned. Exit 0 when this is a terminal that can be started, as it may be already."""
    forbid_core_dumps()
    founding = Founding(arguments.config.absolute(), arguments.state.absolute(), volatile_ok=arguments.simulators)
    if founding.config.exists():
        sys.stdout.write(f"{founding.config} is there: this terminal has enrolled already\n")
        return 0
    lock = founding.begin()
    try:
        return await _unless_stopped(
            _until_enrolled(arguments, founding, Console(sys.stderr if arguments.json else sys.stdout))
        )
    finally:
        lock.release()


async def _unless_stopped(enrolling: Awaitable[int]) -> int:
    """Its end, or what says that a person wanted the keyboard back."""
    try:
        return await enrolling
    except Unlearnt as unlearnt:
        if unlearnt.said.what is not Saying.STOPPED:
            raise
        sys.stdout.write("stopped: to go on, restart this machine, or `kindpakket terminal enrol --scan`\n")
        return STOPPED


async def _until_enrolled(arguments: argparse.Namespace, founding: Founding, console: Console) -> int:
    while True:
        sheet, devices = await _learn(console)
        try:
            terminal = await _enrol(arguments, founding, console, sheet, devices)
        except (Refused, Broken) as error:
            console.trouble(error)
            continue
        except TryAgain as error:
            console.news("unreachable", str(error))
            continue
        _say(arguments, console, founding, terminal, sheet)
        return 0


async def _learn(console: Console) -> tuple[EnrolmentSheet, tuple[Device, ...]]:
    """The sheet, and what it was scanned and confirmed with. Raises Unlearnt when a person stops, or none comes."""
    while True:
        lesson = Lesson(console, (), PATIENCE_SECONDS, wanted=SHEET)
        scanner, text = await lesson.scanned()
        try:
            keypad = await lesson.keypad(scanner)
        except Unlearnt as unlearnt:
            if unlearnt.said.what is not Saying.STOPPED:
                raise
            continue  # the keypad's cancel: once more from the start
        return EnrolmentSheet.parse(text), (_device("scanner", scanner), _device("keypad", keypad))


async def _enrol(
    arguments: argparse.Namespace,
    founding: Founding,
    console: Console,
    sheet: EnrolmentSheet,
    devices: tuple[Device, ...],
) -> TerminalSigner:
    console.step("wait")
    trust = {sheet.gateway: arguments.ca_file.absolute()} if arguments.ca_file else {}
    async with Http(trust=trust) as http:
        found = await _patiently(console, lambda: _checked(http, sheet))
        terminal = founding.terminal(found.domain)
        await _patiently(console, lambda: hand_in(http, sheet.gateway, sheet.code, terminal))
    founding.finish(_plan(arguments, founding, sheet, found, devices))
    return terminal


async def _checked(http: Http, sheet: EnrolmentSheet) -> Deployed:
    """The contract, as the sheet, the gateway and every endpoint agree. Raises Broken when they do not."""
    found = await deployed(http, sheet.gateway, sheet.code)
    for url in sheet.endpoints:
        await require_contract(Endpoint(http, url), found.domain, sheet.code_hash)
    return found


async def _patiently(console: Console, work: Callable[[], Awaitable[_T]]) -> _T:
    """What comes of it once everybody answers. Raises TryAgain when nobody did for NETWORK_SECONDS."""
    loop, attempts = asyncio.get_running_loop(), 0
    deadline = loop.time() + NETWORK_SECONDS
    while True:
        try:
            return await work()
        except TryAgain as error:
            if loop.time() >= deadline:
                raise
            attempts += 1
            console.news("offline", str(error))
            await asyncio.sleep(min(_RETRY_MAX_SECONDS, delay(attempts, secrets.SystemRandom().random)))


def _plan(
    arguments: argparse.Namespace,
    founding: Founding,
    sheet: EnrolmentSheet,
    found: Deployed,
    devices: tuple[Device, ...],
) -> making.Plan:
    first, *also = sheet.endpoints
    kept = founding.kept()
    return making.Plan(
        deployment=found,
        config=founding.config,
        state=founding.state,
        shop=sheet.shop,
        support=sheet.support,
        gateway_url=sheet.gateway,
        rpc_url=first,
        language=sheet.language,
        ca_file=arguments.ca_file and arguments.ca_file.absolute(),
        simulators=arguments.simulators,
        key_file=founding.keys.key_file,
        run_dir=founding.run_dir,
        also=tuple(also),
        agree=sheet.agree,
        devices=(*devices, *kept.devices),
        staff_pin=kept.staff_pin,
        mirror=kept.mirror,
    )


def _device(name: str, candidate: Candidate) -> Device:
    return Device(name=name, driver=candidate.driver, options=dict(candidate.options))


def _say(
    arguments: argparse.Namespace, console: Console, founding: Founding, terminal: TerminalSigner, sheet: EnrolmentSheet
) -> None:
    address, sealed = to_hex(terminal.address), founding.keys.sealed_to
    if arguments.json:
        data = {"terminal": address, "shop": sheet.code.shop, "config": str(founding.config), "sealed": sealed}
        sys.stdout.write(json.dumps(data) + "\n")
        return
    console.news("number", address)
    console.step("done", sheet.shop)
    sys.stdout.write(keys.RISK[sealed] + "\n")
