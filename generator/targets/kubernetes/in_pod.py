"""An HAProxy configuration of an ambassador, as it has to be in the pod of another service.

It listens where that pod alone reaches it, and its health check leaves the port to the next one.
Source: HAProxy Configuration Manual, "bind".
"""

import re
from collections.abc import Iterable, Mapping

from generator.targets.kubernetes.objects import Object
from lb.model import HEALTH_PORT

ADDRESS = "127.0.0.1"
_ANYWHERE = re.compile(r"(?m)^([ \t]+bind )(?:\*)?:(?=\d)")
_IPV6 = re.compile(r"(?m)^[ \t]+bind :::\d+ .*\n")  # the name leads to an IPv4 address
_HEALTH = re.compile(rf"(?<=127\.0\.0\.1[:/]){HEALTH_PORT}\b")
_BIND = re.compile(r"(?m)^[ \t]+bind \S*:(\d+)(?=\s|$)")


def in_pod(text: str, index: int) -> str:
    """Return the configuration or command *text* of the ambassador with that *index* in the file.

    Each has a health port of its own, so that several fit into one pod.
    """
    moved = _HEALTH.sub(str(HEALTH_PORT + index), text)
    return _ANYWHERE.sub(rf"\g<1>{ADDRESS}:", _IPV6.sub("", moved))


def listened(objects: Iterable[Object]) -> list[int]:
    """Return the ports that the configurations among *objects* listen on, each once."""
    found: list[int] = []
    for made in objects:
        data = made.body.get("data") if made.kind == "ConfigMap" else None
        for text in data.values() if isinstance(data, Mapping) else ():
            found += map(int, _BIND.findall(str(text)))
    return list(dict.fromkeys(found))
