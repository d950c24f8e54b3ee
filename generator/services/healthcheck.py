"""What a service's own `healthcheck` asks, as options of the HAProxy in front of it.

    healthcheck: {test: curl -f http://localhost/ok, interval: 20s, timeout: 5s}
    -> health_path="/ok", health_interval=20, health_timeout=5

Source: Compose Specification, "healthcheck": an interval and a time-out are 30 s unless given.
"""

import math
from collections.abc import Sequence

from composefile.duration import seconds
from composefile.model import Model
from composefile.values import words
from faults import UserError
from lb.options import ChosenOptions

_DEFAULT_S = 30.0


def health_options(model: Model, name: str, ports: Sequence[int]) -> ChosenOptions:
    """Return the options that let HAProxy ask what the health check of service *name* asks.

    It may be asked on a port that is none of *ports*, which are balanced.

    Raises:
        UserError: It has none, or one that is more than a plain HTTP request.
    """
    check = model.get(name, "healthcheck")
    fields = check if isinstance(check, dict) else {}
    from composefile.http_question import (  # noqa: PLC0415 - few runs ask, each would pay
        NotUnderstoodError,
        http_question,
    )

    try:
        disabled = fields.get("disable") == "true"
        asked = http_question([] if disabled else words(fields.get("test")))
        return ChosenOptions(
            health_path=asked.path,
            # What curl sends: applications answer those hosts alone that they know.
            health_host=asked.host if asked.host != "localhost" else None,
            health_port=asked.port if list(ports) != [asked.port] else None,
            health_interval=_seconds(model, fields.get("interval")),
            health_timeout=min(_seconds(model, fields.get("timeout")), asked.within_s or math.inf),
        )
    except (NotUnderstoodError, UserError) as error:
        said = error.what if isinstance(error, UserError) else error
        raise UserError(
            f"no plain HTTP request is the `healthcheck` of {name!r}: {said}",
            fix="give `--health-path PATH`, or leave out `--health`",
            where=model.where(name, "healthcheck"),
        ) from error


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
    start = _seconds(model, settings["start_period"]) if settings.get("start_period") else 0
    return math.ceil(start + _seconds(model, settings.get("interval")) * failures)


def _seconds(model: Model, value: object) -> float:
    return seconds(model.known(value) if isinstance(value, str) else value) or _DEFAULT_S
