"""The portal's pages, and one that fails with everything about a family in its hands."""

from django.http import HttpRequest, HttpResponse
from django.test import Client

from provisioning.portal import urls
from provisioning.portal.access import ANYBODY, page

handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


def fails(request: HttpRequest) -> HttpResponse:
    """500."""
    name = request.POST.get("name", "family-01")
    budgets: dict[str, int] = {}
    try:
        return HttpResponse(str(budgets[name]))
    except KeyError as error:
        raise ValueError(f"{name} has no budget") from error


urlpatterns = [*urls.urlpatterns, page("fails", fails, "fails", ANYBODY)]


def answer(**sent: str) -> HttpResponse:
    """What that page answers to this form."""
    browser = Client(raise_request_exception=False, headers={"user-agent": "agent-of-family-01"})
    browser.cookies["mark"] = "cookie-of-family-01"
    answered: HttpResponse = browser.post("/fails?about=query-of-family-01", sent)  # type: ignore[assignment]
    return answered
