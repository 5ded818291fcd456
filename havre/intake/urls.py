"""Addresses of the app."""

app_name = "intake"
urlpatterns: list = []
