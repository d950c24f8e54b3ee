"""What ``docker inspect`` says of a container of a Compose project."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from composefile.nameless import without

LABEL = "com.docker.compose."
_NS = 1_000_000_000
GRACE_S = 10.0  # Docker's own, for a container that names none


def _nameless(mounts: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    # Docker calls a volume that got no name by 64 hexadecimal digits.
    found = {str(mount["Destination"]): str(mount.get("Name") or "") for mount in mounts}
    nameless = {path: name for path, name in found.items() if re.fullmatch("[0-9a-f]{64}", name)}
    named = [path for path in found if path not in nameless]
    return {path: nameless[path] for path in without(nameless, named)}


def inspected(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of a `Container` of which ``docker inspect`` says *raw*."""
    labels = raw["Config"]["Labels"]
    networks = raw["NetworkSettings"]["Networks"]
    return dict(  # noqa: C408 - as the attributes are written elsewhere
        id=raw["Id"],
        service=labels[f"{LABEL}service"],
        number=_number(raw["Name"], labels),
        running=bool(raw["State"]["Running"]),
        health=(raw["State"].get("Health") or {}).get("Status", "").replace("none", ""),
        addresses={
            name: network["IPAddress"] or network.get("GlobalIPv6Address", "")
            for name, network in networks.items()
        },
        labels=labels,
        volumes=_nameless(raw["Mounts"]),
        title=raw["Name"].removeprefix("/"),
        image=raw["Config"]["Image"],
        image_id=raw["Image"],
        published=any((raw["HostConfig"].get("PortBindings") or {}).values()),
        grace_s=GRACE_S if (grace := raw["Config"].get("StopTimeout")) is None else float(grace),
        settles_s=_settles_s(raw["Config"].get("Healthcheck") or {}),
    )


def _number(title: str, labels: Mapping[str, str]) -> int:
    # As the container is called: one that took the place of another has its name, and Compose
    # labels cannot be changed.
    called = re.fullmatch(
        rf"/{re.escape(labels[f'{LABEL}project'])}[-_]{re.escape(labels[f'{LABEL}service'])}[-_](\d+)",
        title,
    )
    return int(called[1] if called else labels.get(f"{LABEL}container-number", "0"))


def _settles_s(check: Mapping[str, Any]) -> float:
    # Docker's defaults for what a health check leaves open: 30 s, 30 s, 3 times, no start period.
    if (check.get("Test") or ["NONE"])[0] == "NONE":
        return 0.0
    once_s = sum((check.get(key) or 30 * _NS) / _NS for key in ("Interval", "Timeout"))
    return float((check.get("StartPeriod") or 0) / _NS + once_s * (check.get("Retries") or 3))
