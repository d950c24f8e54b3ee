"""Times as a Compose file writes them: ``1m30s``, ``500ms``.

Source: Compose Specification, "Specifying durations".
"""

import re

_PART = re.compile(r"(\d+(?:\.\d+)?)(us|µs|ms|s|m|h|d)")
_SECONDS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(value: object) -> float:
    """Return how many seconds *value* is; 0 if it is no time, or names a variable."""
    parts = _PART.findall(value) if isinstance(value, str) else []
    return round(sum(float(number) * _SECONDS[unit] for number, unit in parts), 6)
