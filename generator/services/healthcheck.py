"""What a service's own `healthcheck` asks, as options of the HAProxy in front of it.

    healthcheck: {test: curl -f http://localhost/ok, interval: 20s, timeout: 5s}
    -> health_path="/ok", health_interval=20, health_timeout=5

Source: Compose Specification, "healthcheck": an interval and a time-out are 30 s unless given.
"""

import math
import re

from composefile.listening import discover
from composefile.model import Model
from composefile.values import texts, words
from faults import UserError
from lb.options import ChosenOptions

_URL = re.compile(
    r"(?:^|\s)(?:curl|wget)\s(?:.*\s)?[\"']?(?:http://)?"
    r"(?P<host>localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])"
    r"(?::(?P<port>\d{1,5}))?(?P<path>/[^\s\"'|;&#$]*)?[\"']?(?=\s|$|[;|&])"
)
# Asked with a header, a method, a body or a password, the same path is another question.
_OTHER = re.compile(
    r"https://|\s(?:-[a-zA-Z]*[HXdu]|--(?:header|request|data|user|post|method|body)[\w-]*)[\s=]|\$"
)
_PART = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|m|h)")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DEFAULT_S = 30.0


def health_options(model: Model, name: str) -> ChosenOptions:
    """Return the options that let HAProxy ask what the health check of service *name* asks.

    Raises:
        UserError: It has none, or none that is a plain HTTP request to the port that is balanced.
    """
    check = model.get(name, "healthcheck")
    fields = check if isinstance(check, dict) else {}
    test = " ".join(words(fields.get("test")) if fields else texts(check))
    found = None if _OTHER.search(test) else _URL.search(test)
    port = int((found["port"] or 80) if found else 0)
    ports = discover(model, model.document.service(name))
    if found is None or port not in ports:
        raise UserError(
            f"no plain HTTP request to the port of {name!r} is in its `healthcheck`",
            fix="give `--health-path PATH`, or leave out `--health`",
            where=model.where(name, "healthcheck"),
        )
    host = found["host"] if found["port"] in (None, "80") else f"{found['host']}:{port}"
    return ChosenOptions(
        health_path=found["path"] or "/",
        # What curl sends: applications answer those hosts alone that they know.
        health_host=host if host != "localhost" else None,
        health_port=port if len(ports) > 1 else None,
        health_interval=_seconds(fields.get("interval")),
        health_timeout=_seconds(fields.get("timeout")),
    )


def patience_s(model: Model, name: str) -> int:
    """Return after how many seconds Docker would call service *name* unhealthy; 0 without a check.

    Source: Compose Specification, "healthcheck": 3 failures count once the start period is over.
    """
    check = model.get(name, "healthcheck")
    settings = check if isinstance(check, dict) else {}
    if settings.get("disable") == "true" or words(settings.get("test")) in ([], ["NONE"]):
        return 0
    retries = settings.get("retries")
    failures = int(retries) if isinstance(retries, str) and retries.isdecimal() else 3
    start = _seconds(settings["start_period"]) if settings.get("start_period") else 0
    return math.ceil(start + _seconds(settings.get("interval")) * failures)


def _seconds(value: object) -> float:
    parts = _PART.findall(value) if isinstance(value, str) else []
    return round(sum(float(number) * _SECONDS[unit] for number, unit in parts), 6) or _DEFAULT_S
