"""Taking a list of the social service in: every line is looked at and kept, sealed; nothing is done yet."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import cast

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from provisioning.portal.deciding import granting, known, social_list
from provisioning.portal.deciding.matching import GIVEN, Candidate, outcomes
from provisioning.portal.deciding.models import ROW, Import, ImportRow
from provisioning.portal.deciding.social_list import Fault, Row, UnreadableError
from provisioning.portal.people import sealing
from provisioning.portal.rules.judging import Answers, Conditions, Living, Reason, judge
from provisioning.portal.rules.models import RuleVersion
from provisioning.portal.staff import trail

_INSERTED = 500


def take(request: HttpRequest, content: bytes, rules: RuleVersion) -> Import:
    """Keep the list, with what would become of each line. Raises UnreadableError or NotPossibleError."""
    programme = granting.running(rules.scheme.programme)
    today = timezone.localdate()
    lines = [_candidate(one, rules.conditions, today) for one in social_list.read(content, today)]
    here = known.here([one for one in lines if isinstance(one, Candidate)], programme)
    found = zip(lines, outcomes(lines, here), strict=True)
    rows = [_kept(one, ImportRow(**asdict(outcome))) for one, outcome in found]
    file = sealing.fingerprint("file", hashlib.sha256(content).hexdigest())
    made = Import(file=file, rules=rules, by_id=cast("int", request.user.pk))
    _save(request, made, rows)
    return made


@transaction.atomic
def _save(request: HttpRequest, made: Import, rows: Sequence[ImportRow]) -> None:
    same = Import.objects.filter(file=made.file, rules__scheme=made.rules.scheme)
    if same.exclude(state=Import.State.DROPPED).exists():
        raise UnreadableError("before")
    made.save()
    for row in rows:
        row.of = made
    ImportRow.objects.bulk_create(rows, batch_size=_INSERTED)
    trail.note(request, "import.try", f"import {made.pk}", lines=len(rows))


def candidate(row: Row, worth: int | str) -> Candidate:
    """With its fingerprints."""
    return Candidate(row, known.number_print(row), known.child_print(row), worth)


def _candidate(one: Row | Fault, conditions: Conditions, today: date) -> Candidate | Fault:
    return one if isinstance(one, Fault) else candidate(one, _worth(one, conditions, today))


def _worth(row: Row, conditions: Conditions, today: date) -> int | str:
    """By postcode and age. That income and savings are low enough, the social service knows."""
    answers = Answers(row.postcode, Living.ALONE, (date.fromisoformat(row.born),), income=0, savings=0)
    judgement = judge(conditions, answers, today)
    (child,) = judgement.children
    reason = Reason.POSTCODE if Reason.POSTCODE in judgement.reasons else child.reason
    return child.cents or f"rule_{reason}"


def _kept(one: Candidate | Fault, row: ImportRow) -> ImportRow:
    """The row as it is kept; of what gets nothing only the line's number."""
    if isinstance(one, Candidate) and row.kind in GIVEN:
        row.sealed, row.print = sealing.seal_json(ROW, asdict(one.row)), one.child
    return row


def opened(rows: Sequence[ImportRow]) -> list[Candidate]:
    """The rows that are still to be done, as they were read. Raises Broken."""
    return [candidate(Row(**sealing.unseal_json(ROW, row.sealed)), row.cents) for row in rows if row.sealed]
