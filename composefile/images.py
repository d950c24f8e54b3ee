"""The ports, volumes and programs of well-known images, by their name and tag."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from composefile.known_images import KnownImage

# Images whose containers hold data of their own: several of them do not make one database.
STATEFUL = frozenset(
    (
        "cassandra",
        "clickhouse-server",
        "cockroach",
        "consul",
        "couchdb",
        "dragonfly",
        "elasticsearch",
        "etcd",
        "influxdb",
        "kafka",
        "keydb",
        "mariadb",
        "meilisearch",
        "minio",
        "mongo",
        "mysql",
        "neo4j",
        "opensearch",
        "percona",
        "pgvector",
        "postgis",
        "postgres",
        "postgresql",
        "qdrant",
        "rabbitmq",
        "redis",
        "redis-stack",
        "registry",
        "rethinkdb",
        "solr",
        "timescaledb",
        "typesense",
        "valkey",
        "vault",
        "zookeeper",
    )
)


_REGISTRY = re.compile(r"[^/]*[.:][^/]*|localhost")
_OFFICIAL = "library/"


def short_name(image: str) -> str:
    """Return the last part of an image's name: ``redis`` for ``docker.io/library/redis:7@sha…``."""
    last = image.split("@", 1)[0].rsplit("/", 1)[-1]
    return last.split(":", 1)[0].lower()


def known_ports(image: str) -> tuple[int, ...]:
    """Return the ports that containers of *image* listen on; empty if they are not known.

    Variants listen elsewhere: where the tag is not known (a variable, a digest alone), neither are
    the ports of an image that has some.
    """
    known = _known(image)
    if known is None or _hides_variant(image, known):
        return ()
    tag = _tag(image)
    found = [ports for word, ports in known.tags.items() if word in re.split(r"[-_.]", tag)]
    return found[0] if found else known.ports


def is_ambiguous(image: str) -> bool:
    """Tell whether *image* is called like a well-known one, but may be a variant of it.

    It is another's (``example/nginx``), or its tag does not say which variant it is.
    """
    known = _known(image)
    if known is None:
        return bool(image) and _is_called_like_one(image)
    return _hides_variant(image, known)


def _is_called_like_one(image: str) -> bool:
    from composefile.known_images import SHORT_NAMES  # noqa: PLC0415 - the list is long

    return short_name(image) in SHORT_NAMES


def known_volumes(image: str) -> tuple[str, ...]:
    """Return the paths of *image* that are a volume in each container; empty if none is known."""
    known = _known(image)
    return known.volumes if known else ()


def serves(image: str, command: Iterable[str]) -> bool:
    """Tell whether *image* serves when *command* replaces its own; it may if that is not known.

    Options alone go to the image's own program; so does the name of one of those that serve.
    """
    words = " ".join(command).split()
    known = _known(image)
    if not words or known is None or not known.servers or words[0].startswith("-"):
        return True
    programs = [re.split(r"[/\"']", word)[-1] for word in words]
    return any(program in known.servers for program in programs)


def _hides_variant(image: str, known: "KnownImage") -> bool:
    tag = _tag(image)
    return bool(known.tags) and ("$" in tag or (not tag and "@" in image))


def _known(image: str) -> "KnownImage | None":
    if not image or "$" in short_name(image):
        return None
    from composefile.known_images import BY_NAME, BY_REPOSITORY  # noqa: PLC0415 - the list is long

    repository = _repository(image)
    return BY_REPOSITORY.get(repository) or BY_NAME.get(short_name(image))


def _repository(image: str) -> str:
    # Without the registry if that is Docker's, or mirrors its official images (`…/library/nginx`).
    path = image.split("@", 1)[0].lower()
    head, tail = path.rpartition("/")[::2]
    path = f"{head}/{tail.split(':', 1)[0]}".removeprefix("/")
    registry, _, rest = path.partition("/")
    if rest and _REGISTRY.fullmatch(registry):
        official = rest.rpartition(_OFFICIAL)[2] if _OFFICIAL in rest else ""
        if official or registry in ("docker.io", "index.docker.io", "quay.io", "ghcr.io"):
            return official or rest
        return path
    return path.removeprefix(_OFFICIAL)


def _tag(image: str) -> str:
    return image.split("@", 1)[0].rpartition("/")[2].partition(":")[2]
