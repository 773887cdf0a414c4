"""Shops as they write themselves down, and what the desk decides about them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from provisioning import desk
from provisioning.payout import sepa
from provisioning.portal.pages.money import CentsField
from provisioning.portal.programmes.forms import category_choices
from provisioning.portal.shops.models import Shop
from provisioning.portal.shops.place import PlaceField


def read_iban(text: str) -> str:
    """The account's number. Raises ValidationError, which tells nothing of it."""
    try:
        return sepa.iban(text)
    except ValueError:
        raise ValidationError(_("This IBAN is not right. Look at the bank card or the bank's letter.")) from None


def read_holder(text: str) -> str:
    """The account's holder. Raises ValidationError, which tells nothing of it."""
    if not text:
        return ""
    try:
        return sepa.name(text)
    except ValueError:
        raise ValidationError(_("Banks do not take this name. Use plain letters, at most 70.")) from None


class AccountForm(forms.Form):
    """Where a shop is paid by bank."""

    iban = forms.CharField(label=_("IBAN"), max_length=42, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    account_name = forms.CharField(
        label=_("Name of the account (if it is not the shop's)"), max_length=70, required=False
    )

    def clean_iban(self) -> str:
        """With check digits that are right."""
        return read_iban(self.cleaned_data["iban"])

    def clean_account_name(self) -> str:
        """In letters that banks take."""
        return read_holder(self.cleaned_data["account_name"])


class ShopForm(forms.Form):
    """Who a shop is, and whom to call there."""

    name = forms.CharField(
        label=_("Name of the shop"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    address = forms.CharField(
        label=_("Street and number"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "street-address"})
    )
    postcode = forms.CharField(
        label=_("Postcode"),
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "class": "short"}),
    )
    town = forms.CharField(
        label=_("Town"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "address-level2"})
    )
    category = forms.TypedChoiceField(
        label=_("What do you sell most?"), coerce=int, choices=lambda: [("", "-"), *category_choices(), (0, _("Other"))]
    )
    person = forms.CharField(
        label=_("Whom can we call?"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=30, widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"})
    )
    email = forms.EmailField(
        label=_("E-mail"), max_length=200, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def fill(self, shop: Shop) -> None:
        """Put what was written into a shop that is not saved yet; its account stays."""
        said = self.cleaned_data
        for name in ("name", "address", "postcode", "town", "category"):
            setattr(shop, name, said[name])
        before = shop.contact if shop.sealed else {}
        shop.contact = before | {name: said[name] for name in ("person", "phone", "email")}


class EditForm(ShopForm):
    """The same, with where it stands: the desk looks that up."""

    place = PlaceField(
        label=_("Place on the map (may be empty)"),
        help_text=_("As 52.1234, 6.1234. With it families see how far the shop is."),
    )

    def fill(self, shop: Shop) -> None:
        """As above, with its place."""
        super().fill(shop)
        shop.latitude, shop.longitude = self.cleaned_data["place"] or (None, None)


class JoinForm(AccountForm, ShopForm):
    """What a shop says that wants to take part."""

    field_order = (
        "name",
        "address",
        "postcode",
        "town",
        "category",
        "person",
        "phone",
        "email",
        "iban",
        "account_name",
    )

    def fill(self, shop: Shop) -> None:
        """As above, with its first account."""
        super().fill(shop)
        shop.contact = shop.contact | {name: self.cleaned_data[name] for name in ("iban", "account_name")}


def written(shop: Shop) -> dict[str, Any]:
    """What a form begins with."""
    about = {name: getattr(shop, name) for name in ("name", "address", "postcode", "town", "category")}
    about["place"] = None if shop.latitude is None else (shop.latitude, shop.longitude)
    return about | {name: said for name, said in shop.contact.items() if name in {"person", "phone", "email"}}


class AdmitForm(forms.Form):
    """How a shop comes in."""

    payout = forms.CharField(
        label=_("Address for tokens (only if the shop wants no bank payment)"),
        max_length=42,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_payout(self) -> str:
        """0x and 40 hex digits, or nothing."""
        text: str = self.cleaned_data["payout"]
        try:
            return "0x" + desk.address(text).hex() if text else ""
        except ValueError:
            raise ValidationError(_("An address is 0x and 40 digits or letters a to f.")) from None


class RefuseForm(forms.Form):
    """Why not."""

    reason = forms.CharField(label=_("Why? The shop may read this."), max_length=300)


class TillForm(forms.Form):
    """A new till."""

    label = forms.CharField(label=_("Where does the till stand?"), help_text=_("For example: counter"), max_length=40)
    language = forms.ChoiceField(label=_("Language of its screen"), choices=[("nl", "Nederlands"), ("en", "English")])


class RaiseForm(forms.Form):
    """More for a slice."""

    once = forms.CharField(widget=forms.HiddenInput, max_length=64)
    programme = forms.IntegerField(widget=forms.HiddenInput)
    cents = CentsField(label=_("Amount"), most=10**9)
