"""The pages of this part."""

from django.urls import URLPattern

app_name = "selling"
urlpatterns: list[URLPattern] = []
