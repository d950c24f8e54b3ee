"""Labels for containers that stand in for a service: Compose's own name the service, not ours.

    Compose with the project's files     rng: 4 containers    ps, logs, stop, exec, no orphan
    Compose with ours                    rng, rng-replicas    each with its own

Compose knows a container by its labels, which nobody can change later, and lets no file choose
them. So what runs ours goes by a socket that writes other labels into what is created, and the
first ones into what is read; all else passes as it is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from composefile.labels import PROVIDED

SERVICE = "com.docker.compose.service"
NUMBER = "com.docker.compose.container-number"
DEPENDS = "com.docker.compose.depends_on"

Labels = dict[str, str]


@dataclass(frozen=True, slots=True)
class Names:
    """Which services stand in for *service*, and how many containers come before those of each.

    The labels number all containers of *service*: the balancer is the first.
    """

    service: str
    offsets: Mapping[str, int]

    def seen(self, labels: Labels) -> Labels:
        """Return *labels* of a container that is created as everyone is to see them."""
        ours = labels.get(SERVICE, "")
        waits = labels.get(DEPENDS, "").split(",")
        others = [one for one in waits if one.partition(":")[0] not in self.offsets]
        found = {**labels, DEPENDS: ",".join(others)} if DEPENDS in labels else dict(labels)
        if ours not in self.offsets:
            return found
        number = labels.get(NUMBER, "1")
        moved = str(int(number) + self.offsets[ours])
        return {**found, PROVIDED: f"{ours} {number}", SERVICE: self.service, NUMBER: moved}

    def asked(self, path: str) -> str:
        """Return *path* of a question for containers, which may name a service of ours."""
        parts = urlsplit(path)
        query = parse_qs(parts.query)
        filters = json.loads(query["filters"][0]) if "filters" in query else {}
        if wanted_service(path) in self.offsets:
            del filters["label"][f"{SERVICE}={wanted_service(path)}"]
            filters["label"][f"{SERVICE}={self.service}"] = True
            query["filters"] = [json.dumps(filters)]
        return parts._replace(query=urlencode(query, doseq=True)).geturl()


def own(labels: Labels) -> Labels:
    """Return *labels* as they were before `Names.seen`."""
    name, _, number = labels.get(PROVIDED, "").partition(" ")
    kept = {key: value for key, value in labels.items() if key != PROVIDED}
    return {**kept, SERVICE: name, NUMBER: number} if name else labels


def wanted_service(path: str) -> str:
    """Return the service whose containers *path* asks for; empty for all."""
    filters = parse_qs(urlsplit(path).query).get("filters", ["{}"])[0]
    begin = f"{SERVICE}="
    found = json.loads(filters).get("label", {})
    return next((word.removeprefix(begin) for word in found if word.startswith(begin)), "")


def told(containers: list[dict[str, Any]], service: str) -> list[dict[str, Any]]:
    """Return *containers*, a list of Docker's, with their own labels; those of *service* alone."""
    found = [{**one, "Labels": own(one.get("Labels") or {})} for one in containers]
    return [one for one in found if service in ("", one["Labels"].get(SERVICE))]
