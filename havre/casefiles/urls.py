"""Addresses of the app."""

app_name = "casefiles"
urlpatterns: list = []
