"""Addresses of the app."""

app_name = "statistics"
urlpatterns: list = []
