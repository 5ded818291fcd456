"""Logs name the kind of an error and its place, never its words: words may come from a sealed form."""

from __future__ import annotations

import logging
import traceback
from typing import Any


class PlaceOnlyFormatter(logging.Formatter):
    """Formats an exception as its type and the places it went through, without message, arguments or values."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 (the name is logging's)
        kind, _value, trace = ei
        if kind is None:  # `exc_info=True` outside an exception
            return ""
        places = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
        return "\n".join([f"{kind.__name__}, through:", *places])

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info:
            record.exc_text = None
        return super().format(record)
