"""What keepers fill in about their products, and the desk about their accounts."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from provisioning.portal.pages.money import CentsField
from provisioning.portal.programmes.forms import category_choices
from provisioning.portal.selling import pictures
from provisioning.portal.selling.models import ABOUT_MAX, NAME_MAX, STOCK_MAX, Product

_PRICE_MAX = 5_000_00
"""More than any budget; a slip of the finger is seen."""
_STOCK = {"class": "short", "inputmode": "numeric"}


class KeeperForm(forms.Form):
    """A new account of a shop."""

    name = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]+\Z",
        label=_("Name to sign in with"),
        help_text=_("Letters, digits, dots and dashes. No name of a person is needed."),
        max_length=40,
        error_messages={"invalid": _("Use letters, digits, dots and dashes, and no spaces.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_name(self) -> str:
        """One that nobody has."""
        name: str = self.cleaned_data["name"]
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(_("Somebody has this name already. Choose another one."), code="taken")
        return name


class StockField(forms.IntegerField):
    """How many there are."""

    def __init__(self, **more: Any) -> None:
        said = dict.fromkeys(("invalid", "min_value", "max_value"), _("Type a whole number from 0 to 9999."))
        widget = forms.NumberInput(attrs=_STOCK)
        super().__init__(min_value=0, max_value=STOCK_MAX, widget=widget, error_messages=said, **more)


class ProductForm(forms.Form):
    """A product as families see it."""

    name = forms.CharField(label=_("Name of the product"), max_length=NAME_MAX)
    cents = CentsField(label=_("Price"), help_text=_("What a family pays, as 89 or as 89,50."), most=_PRICE_MAX)
    category = forms.TypedChoiceField(
        label=_("Kind"), coerce=int, choices=lambda: [*category_choices(), (0, _("Other"))]
    )
    stock = StockField(label=_("How many you have"), help_text=_("Each order makes it less. At 0 nobody can order it."))
    about = forms.CharField(
        label=_("About it (may be empty)"),
        help_text=_("For example size, colour or age. At most 500 letters."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=ABOUT_MAX,
        required=False,
    )
    picture = forms.FileField(
        label=_("Picture (may be empty)"),
        help_text=_("A photo of the product as JPG or PNG, of at most 5 MB. Show no people."),
        max_length=200,
        required=False,
        widget=forms.FileInput({"accept": ".jpg,.jpeg,.png"}),
    )

    def clean_picture(self) -> bytes | None:
        """The picture made anew, or None where none was chosen."""
        given = self.cleaned_data["picture"]
        return None if given is None else pictures.read(given)


class NewProductForm(ProductForm):
    """One that is not there yet."""

    once = forms.RegexField(r"^[0-9a-f]{32}\Z", widget=forms.HiddenInput)
    """By which a form that is sent twice makes one product."""


class ChangeProductForm(ProductForm):
    """One that is there. `was` is the stock that the page showed, so that an order that came meanwhile counts."""

    was = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=STOCK_MAX)

    def __init__(self, product: Product, request: HttpRequest) -> None:
        begun = {name: getattr(product, name) for name in ("name", "cents", "category", "stock", "about")}
        super().__init__(request.POST or None, request.FILES or None, initial={**begun, "was": product.stock})
        self._there = product.stock

    def clean(self) -> dict[str, Any]:
        """With the stock that is there, when it was not touched."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("stock") is not None and said["stock"] == said.get("was"):
            said["stock"] = self._there
        elif said.get("was") != self._there:
            self.add_error("stock", _("It was ordered meanwhile. Open this page again, and look at the number."))
        return said
