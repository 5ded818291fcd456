"""The same as in English: day first, 24 hours."""

from config.formats.en.formats import *  # noqa: F403
