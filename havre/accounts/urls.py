"""Addresses of the settings, and of locking and unlocking."""

from django.urls import path

from havre.accounts import keys, views

app_name = "accounts"
urlpatterns = [
    path("", views.settings_page, name="settings"),
    path("members/", views.members, name="members"),
    path("roles/", views.roles, name="roles"),
    path("preferences/", views.preferences, name="preferences"),
    path("lock/", views.lock, name="lock"),
    path("unlock/", views.unlock, name="unlock"),
    path("passphrase/", keys.passphrase, name="passphrase"),
    path("code/", keys.code, name="code"),
    path("code/check/", keys.code_check, name="code-check"),
    path("lost/", keys.recover, name="recover"),
    path("alive/", views.alive, name="alive"),
    path("draft/", views.draft, name="draft"),
]
