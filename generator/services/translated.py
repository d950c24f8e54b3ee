"""What another proxy's settings ask of the servers behind it, as options of their balancer.

That proxy sees one server from now on: what it does for several is HAProxy's. Sources: Traefik,
"Services", "Sticky sessions" and "Health Check"; nginx-proxy, "Upstream"; caddy-docker-proxy.
"""

import re
from collections.abc import Iterator
from typing import Any

from composefile.model import Model
from composefile.values import pairs
from faults import UserError
from lb.option_text import spelled
from lb.options import ChosenOptions

_TRAEFIK = r"(?i)traefik\.http\.services\.[^.]+\.loadbalancer\.(?P<what>.+)"
_CHECK = {
    "path": "health_path",
    "hostname": "health_host",
    "port": "health_port",
    "interval": "health_interval",
    "timeout": "health_timeout",
}
_PART = r"(\d+(?:\.\d+)?)(ms|s|m|h)?"
_SECONDS = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}
# What has no translation: HAProxy's way to have it, if there is one.
_SAID = (
    (r"com\.github\.nginx-proxy\.nginx-proxy\.loadbalance", "give `--balance`"),
    (r"caddy.*\.lb_policy", "give `--balance`, or `--sticky` for `cookie`"),
    (r"caddy.*\.health_uri", "give `--health-path`"),
    (
        r"traefik\.http\.services\..*\.healthcheck\.(?:scheme|headers|mode|method|status)\b.*",
        "choose the balancer's own check with `--health-path`",
    ),
    (r"traefik\.tcp\.services\..*\.proxyprotocol.*", "give `--proxy-protocol`"),
)


def translated(
    model: Model, name: str, chosen: ChosenOptions
) -> tuple[ChosenOptions, list[tuple[str, str]]]:
    """Return what was *chosen*, and where nothing was, what labels of service *name* ask.

    With it comes what is to be said: what was taken over, what could not be, and what to do about
    it. A balancer that is written again has it already.

    Raises:
        UserError: A label asks for something that HAProxy cannot be told.
    """
    if model.identity(name).is_proxy:
        return chosen, []
    found = {label: value for label, value in _labels(model, name) if value}
    options = _options(model, name, found)
    said: list[tuple[str, str]] = []
    new = [option for option in options if getattr(chosen, option) is None]
    if new:
        words = ", ".join(f"`--{spelled(option)}`" for option in new)
        what = f"what Traefik's labels ask for {name!r} is the balancer's now: {words}"
        said.append((what, "give these options to have it otherwise"))
    for pattern, fix in _SAID:
        for label in found:
            if re.fullmatch(pattern, label, re.IGNORECASE):
                what = (
                    f"`{label}` of {name!r} is for several servers, and that proxy sees the"
                    " balancer alone"
                )
                said.append((what, fix))
    return chosen.over(ChosenOptions(**{option: options[option] for option in new})), said


def _labels(model: Model, name: str) -> Iterator[tuple[str, str]]:
    deploy = model.get(name, "deploy")
    for value in (
        model.get(name, "labels"),
        deploy.get("labels") if isinstance(deploy, dict) else None,
    ):
        for label, text in pairs(value).items():
            yield label, model.known(text)


def _options(model: Model, name: str, found: dict[str, str]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for label, value in found.items():
        match = re.fullmatch(_TRAEFIK, label)
        what = match["what"].lower() if match else ""
        kind, _, rest = what.partition(".")
        if kind == "sticky" and not (rest == "cookie" and value.lower() == "false"):
            options["sticky"] = True
        elif kind == "healthcheck" and rest in _CHECK:
            options[_CHECK[rest]] = _value(rest, value)
    try:
        ChosenOptions(**options)
    except UserError as error:
        raise UserError(
            f"a label of {name!r} for Traefik cannot be HAProxy's: {error.what}",
            fix="give the option yourself, such as `--health-path PATH`",
            where=model.where(name, "labels"),
        ) from error
    return options if "health_path" in options else _without_check(options)


def _without_check(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name not in _CHECK.values()}


def _value(rest: str, value: str) -> str | float:
    if rest in ("path", "hostname"):
        return value
    parts = [(float(number), unit) for number, unit in re.findall(_PART, value)]
    seconds = sum(number * _SECONDS[unit] for number, unit in parts)
    return int(seconds) if rest == "port" else seconds
