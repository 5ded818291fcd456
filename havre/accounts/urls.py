"""Addresses of the settings, and of locking and unlocking."""

from django.urls import path

from havre.accounts import keys, members, officers, papers, views

app_name = "accounts"
urlpatterns = [
    path("", views.settings_page, name="settings"),
    path("members/", members.members, name="members"),
    path("members/new/", members.invite, name="invite"),
    path("members/<uuid:pk>/", members.member, name="member"),
    path("members/<uuid:pk>/give/", members.give, name="member-give"),
    path("members/<uuid:pk>/withdraw/", members.withdraw, name="member-withdraw"),
    path("members/<uuid:pk>/leave/", members.leave, name="member-leave"),
    path("members/<uuid:pk>/officer/", officers.officer, name="member-officer"),
    path("members/<uuid:pk>/role/", officers.role, name="member-role"),
    path("members/<uuid:pk>/key/", officers.new_key, name="member-key"),
    path("members/compartment/", officers.compartment, name="compartment-new"),
    path("officer/", officers.accept, name="officer-accept"),
    path("papers/", papers.listing, name="papers"),
    path("papers/new/", papers.make, name="paper-new"),
    path("papers/check/", papers.check, name="paper-check"),
    path("papers/recover/", papers.recover, name="paper-recover"),
    path("papers/<uuid:pk>/sign/", papers.sign, name="paper-sign"),
    path("papers/<uuid:pk>/retire/", papers.retire, name="paper-retire"),
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
