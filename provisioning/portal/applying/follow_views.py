"""A family finds its application again: how it stands, what the town asks, and taking it back."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from provisioning.portal.applying import drafts, holding, papers, sending, throttle
from provisioning.portal.applying.forms import FollowForm, ReplyForm
from provisioning.portal.applying.holding import mine
from provisioning.portal.applying.models import Application

WRONG_MAX = 10
"""Wrong tries from one address in an hour, and at one code in a day."""
_State = Application.State


@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest) -> HttpResponseBase:
    """By the code and the eldest child's day of birth."""
    form = FollowForm(request.POST or None)
    if not form.is_valid():
        return render(request, "applying/follow.html", {"form": form})
    code, address = form.cleaned_data["code"], throttle.address(request)
    if not (throttle.is_open("follow", address, WRONG_MAX) and throttle.is_open("code", code, WRONG_MAX)):
        return render(request, "applying/later.html", status=429)
    found = drafts.find(code, form.cleaned_data["born"].isoformat())
    if found is not None:
        return _taken_up(found)
    throttle.count("follow", address, throttle.HOUR)
    throttle.count("code", code, throttle.DAY)
    return render(request, "applying/follow.html", {"form": form, "unknown": True})


@require_http_methods(["GET", "POST"])
@mine(*_State)
def state(request: HttpRequest, application: Application) -> HttpResponseBase:
    """How it stands; and a question of the town is answered here."""
    form = ReplyForm(request.POST or None)
    if form.is_valid():
        sending.answer(request, application, form.cleaned_data["reply"])
        return redirect("applying:state")
    said = list(application.conversation.all())
    context = {"application": application, "form": form, "said": said, "papers": papers.listed(application)}
    return render(request, "applying/state.html", context)


@require_http_methods(["GET", "POST"])
@mine(_State.DRAFT, _State.SUBMITTED, _State.ASKED)
def withdraw(request: HttpRequest, application: Application) -> HttpResponseBase:
    """Asks once, and takes it back."""
    if request.method != "POST":
        return render(request, "applying/withdraw.html", {"application": application})
    sending.withdraw(request, application)
    return redirect("applying:state")


@require_POST
def stop(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Leave no trace of it in this browser."""
    response = redirect("applying:home")
    holding.drop(response)
    return response


def _taken_up(application: Application) -> HttpResponse:
    """This browser holds it from now on, and no other one any more."""
    token = holding.token()
    Application.objects.filter(pk=application.pk).update(token_hash=holding.hashed(token))
    response = redirect("applying:state")
    holding.keep(response, token)
    return response
