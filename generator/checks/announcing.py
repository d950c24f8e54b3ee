"""Services whose clients are told other addresses than the one that they dialled, by their image.

Sources: Apache Kafka, `advertised.listeners`; MongoDB, "Server Discovery and Monitoring"; Redis,
"Cluster specification" and "Sentinel client spec"; RFC 959, "PASV"; RFC 3261, "Contact"; the native
protocol of Cassandra, `system.peers`.
"""

import re
from dataclasses import dataclass

from composefile.images import short_name
from composefile.model import Model
from composefile.values import pairs, texts


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
    """Return the kind of server that service *name* is, if it announces addresses; else None."""
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
