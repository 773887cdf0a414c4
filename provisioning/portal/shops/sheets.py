"""The enrolment sheet of one new till, made in the request that answers with it."""

import secrets
from datetime import UTC, datetime

from contracts.deployment import Deployment
from contracts.wire.enrolment import SECRET_BYTES, EnrolmentCode
from contracts.wire.enrolment_sheet import CODE_HASH_BYTES, EnrolmentSheet
from contracts.wire.errors import Broken
from provisioning import desk
from provisioning.portal import settings
from provisioning.portal.people import sealing
from provisioning.portal.shops.models import ENROLMENT, Enrolment, Shop

VALID_SECONDS = 7 * 86_400


def sealed_code(shop: Shop) -> bytes:
    """A new code for one till of this shop, sealed. Raises Broken without a deployment's record."""
    record, secret = _record(), secrets.token_bytes(SECRET_BYTES)
    code = EnrolmentCode.make(record.domain, record.network, shop.number or 0, secret)
    return sealing.seal(ENROLMENT, code.text().encode())


def pdf(enrolment: Enrolment) -> bytes:
    """The sheet on paper. Raises Broken for what it cannot say."""
    from provisioning import sheet_paper  # noqa: PLC0415 -- the PDF's library is loaded only where one is made

    if enrolment.expires_at is None:
        raise Broken("the gateway does not know this code yet")
    return sheet_paper.pages(_sheet(enrolment), datetime.fromtimestamp(enrolment.expires_at, UTC), None)


def _sheet(enrolment: Enrolment) -> EnrolmentSheet:
    record, portal = _record(), settings.PORTAL
    sheet = EnrolmentSheet(
        code=EnrolmentCode.parse(enrolment.code),
        code_hash=record.code_hash[:CODE_HASH_BYTES],
        shop=enrolment.shop.name,
        support=portal.contact,
        gateway=(portal.gateway or "").rstrip("/"),
        endpoints=(desk.node(portal.rpc, record),),
        language="en" if enrolment.language == "en" else "nl",
    )
    try:
        sheet.text()
    except ValueError as error:
        raise Broken(f"this does not fit on a sheet: {error}") from None
    return sheet


def _record() -> Deployment:
    return Deployment.load(settings.PLACE / settings.PORTAL.record)
