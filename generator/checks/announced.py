"""Services that tell their clients other addresses than the one that they dialled.

A proxy carries the first connection; the next ones go where the servers said. Sources: Apache
Kafka, `advertised.listeners`; MongoDB, "Server Discovery and Monitoring"; Redis, "Cluster
specification" and "Sentinel client spec"; RFC 959, "PASV"; RFC 3261, "Contact"; the native protocol
of Cassandra, `system.peers`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from composefile.images import short_name
from composefile.model import Model
from composefile.references import dials
from composefile.values import pairs, texts
from generator.result import Notice

ADVERTISED = ("ADVERTISED", "CLUSTER_", "DISCOVERY_")


@dataclass(frozen=True, slots=True)
class Announcing:
    """A kind of server, known by its image, and by a setting if not all of them announce."""

    what: str
    image: str
    setting: str = ""
    remedy: str = ""


_KINDS = (
    Announcing(
        "Kafka",
        r"(?:.*-)?kafka(?:-native)?|redpanda",
        remedy="let `advertised.listeners` name {name} and its port",
    ),
    Announcing(
        "a MongoDB replica set",
        r"(?:.*-)?mongo(?:db)?(?:-.*)?",
        r"--replSet|--replset|replSetName|REPLICA_SET",
        "give clients `directConnection=true`",
    ),
    Announcing("Redis Cluster", r".*redis-cluster|valkey-cluster"),
    Announcing(
        "Redis Cluster",
        r"(?:.*-)?(?:redis|valkey|keydb|dragonfly)(?:-.*)?",
        r"cluster-enabled[ =]+yes|CLUSTER_ENABLED|REDIS_NODES|--cluster_mode",
    ),
    Announcing("Redis Sentinel", r".*redis-sentinel|valkey-sentinel"),
    Announcing(
        "Redis Sentinel",
        r"(?:.*-)?(?:redis|valkey)(?:-.*)?",
        r"redis-sentinel|valkey-sentinel|--sentinel",
    ),
    Announcing("Cassandra", r"cassandra|scylla|dse-server"),
    Announcing("Couchbase", r"couchbase(?:-.*)?"),
    Announcing("Pulsar", r"pulsar(?:-all)?", remedy="let `advertisedAddress` be {name}"),
    Announcing("RocketMQ", r"rocketmq(?:-.*)?", remedy="let `brokerIP1` be {name}"),
    Announcing("FTP", r"(?:.*-)?(?:vsftpd|proftpd|pure-ftpd|ftp|ftpd)(?:-.*)?"),
    Announcing("SIP", r"(?:.*-)?(?:asterisk|kamailio|opensips|freeswitch)(?:-.*)?"),
)


def announced(model: Model, name: str) -> Announcing | None:
    """Return the kind of server that service *name* is, if it announces addresses."""
    image = short_name(model.image(name))
    settings = [
        " ".join(texts(model.get(name, "command"))),
        " ".join(texts(model.get(name, "entrypoint"))),
        *pairs(model.get(name, "environment")),
    ]
    for kind in _KINDS:
        if re.fullmatch(kind.image, image) and (
            not kind.setting or any(re.search(kind.setting, text) for text in settings)
        ):
            return kind
    return None


def announcing_notices(model: Model, name: str, stand_in: str) -> Iterator[Notice]:
    """Yield a notice if clients of service *name* are told addresses past its *stand_in*.

    That is a balancer or an ambassador.
    """
    kind = announced(model, name)
    if kind:
        yield Notice(
            f"{name!r} is {kind.what}: clients connect to the addresses that it announces,"
            f" past the {stand_in}",
            model.where(name, "image"),
            fix=_fix(name, kind, stand_in),
        )
        return
    for variable in pairs(model.get(name, "environment")) if stand_in == "balancer" else ():
        if any(word in variable.upper() for word in ADVERTISED):
            yield Notice(
                f"{variable} of {name!r} may announce a name that is now the balancer's",
                model.where(name, "environment"),
                fix=f"leave {name!r} as it is if its clients connect to members by their address",
            )
            return
    if stand_in == "balancer" and dials(model, name, name):
        yield Notice(
            f"{name!r} connects to its own name, which is the balancer's now:"
            " replicas that look for each other there find HAProxy",
            model.where(name),
            fix=f"let them look up {name}-replicas of `--dynamic`, which is all of them",
        )


def _fix(name: str, kind: Announcing, stand_in: str) -> str:
    if stand_in == "balancer":
        return f"leave {name!r} as it is: its own means make more of it"
    remedy = kind.remedy.format(name=name)
    return remedy or f"see that clients of {name!r} reach the addresses that it announces"
