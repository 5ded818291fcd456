"""The settings of the tests: the environment of one, then the real settings file.

A module of its own because pytest-django reads the settings before any conftest. Nothing here changes a setting after
it was read: what differs between production, demonstration and tests is written in `config/settings.py`.
"""

import os
import sys
import tempfile

os.environ["HAVRE_MODE"] = "test"
if "pytest" in sys.modules:
    # Each process of pytest has its own data, and never somebody's: see `pytest_unconfigure` in conftest.py.
    os.environ["HAVRE_DATA"] = tempfile.mkdtemp(prefix="havre-test-")
    # Playwright leaves an event loop in the process, which Django would take for a sign of asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

from config.settings import *  # noqa: F403
