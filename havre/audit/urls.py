"""Addresses of the audit log."""

from django.urls import path

from havre.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.log, name="log"),
    path("check/", views.check, name="check"),
]
