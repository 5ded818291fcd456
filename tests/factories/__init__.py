"""Records for the tests, made the way the application makes them: keys by ceremonies, facts by services."""

from tests.factories.accounts import PASSPHRASE, House, found_organisation, sign_in
from tests.factories.intake import accepted_alert, interviewed_alert, studied_alert, take_alert

__all__ = [
    "PASSPHRASE",
    "House",
    "accepted_alert",
    "found_organisation",
    "interviewed_alert",
    "sign_in",
    "studied_alert",
    "take_alert",
]
