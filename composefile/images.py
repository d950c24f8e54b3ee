"""The ports that well-known images listen on, and those that a Dockerfile exposes.

An image's port is in its metadata, which only a registry or a Docker Engine can tell; this table
answers for the images that Compose files use most, by the last part of their name.
"""

import re

PORTS: dict[str, tuple[int, ...]] = {
    "adminer": (8080,),
    "caddy": (80, 443),
    "cassandra": (9042,),
    "clickhouse-server": (8123, 9000),
    "cockroach": (26257, 8080),
    "consul": (8500,),
    "couchdb": (5984,),
    "cp-kafka": (9092,),
    "cp-schema-registry": (8081,),
    "cp-zookeeper": (2181,),
    "dragonfly": (6379,),
    "elasticsearch": (9200, 9300),
    "etcd": (2379,),
    "flink": (8081,),
    "ghost": (2368,),
    "gitea": (3000, 22),
    "grafana": (3000,),
    "haproxy": (80,),
    "httpd": (80,),
    "influxdb": (8086,),
    "jenkins": (8080,),
    "kafka": (9092,),
    "keycloak": (8080,),
    "keydb": (6379,),
    "kibana": (5601,),
    "logstash": (5044, 9600),
    "loki": (3100,),
    "mailhog": (1025, 8025),
    "mailpit": (1025, 8025),
    "mariadb": (3306,),
    "meilisearch": (7700,),
    "memcached": (11211,),
    "minio": (9000,),
    "mongo": (27017,),
    "mongo-express": (8081,),
    "mosquitto": (1883,),
    "mysql": (3306,),
    "nats": (4222, 8222),
    "neo4j": (7474, 7687),
    "nginx": (80,),
    "nginx-unprivileged": (8080,),
    "opensearch": (9200,),
    "percona": (3306,),
    "pgadmin4": (80,),
    "pgbouncer": (6432,),
    "pgvector": (5432,),
    "phpmyadmin": (80,),
    "postgis": (5432,),
    "postgres": (5432,),
    "postgresql": (5432,),
    "prometheus": (9090,),
    "qdrant": (6333, 6334),
    "rabbitmq": (5672,),
    "redis": (6379,),
    "redis-stack": (6379,),
    "registry": (5000,),
    "rethinkdb": (28015, 8080),
    "selenium-hub": (4444,),
    "solr": (8983,),
    "sonarqube": (9000,),
    "timescaledb": (5432,),
    "tomcat": (8080,),
    "traefik": (80,),
    "typesense": (8108,),
    "valkey": (6379,),
    "vault": (8200,),
    "whoami": (80,),
    "wordpress": (80,),
    "zipkin": (9411,),
    "zookeeper": (2181,),
}
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


def short_name(image: str) -> str:
    """Return the last part of an image's name: ``redis`` for ``docker.io/library/redis:7@sha…``."""
    last = image.split("@", 1)[0].rsplit("/", 1)[-1]
    return last.split(":", 1)[0].lower()


def known_ports(image: str) -> tuple[int, ...]:
    """Return the ports that containers of *image* listen on; empty if it is not well known."""
    name = short_name(image)
    if name == "nginx" and "nginx-unprivileged" in image:
        name = "nginx-unprivileged"
    return PORTS.get(name, ()) if "$" not in name else ()


_STAGE = re.compile(r"FROM\s+(?:--\S+\s+)*(?P<image>\S+)(?:\s+AS\s+(?P<name>\S+))?", re.IGNORECASE)


def exposed_ports(dockerfile: str, target: str | None = None) -> tuple[int, ...]:
    """Return the TCP ports that the image built from *dockerfile* exposes.

    Args:
        dockerfile: The text of the Dockerfile.
        target: The stage that is built; None for the last.

    A stage inherits what its base exposes (Dockerfile reference, "EXPOSE"); ports that only a
    build argument gives are left out.
    """
    stages: dict[str, tuple[int, ...]] = {}
    ports: tuple[int, ...] = ()
    name = ""
    for line in _instructions(dockerfile):
        stage = _STAGE.match(line)
        if stage:
            if target and name == target.lower():
                break
            base = stage["image"].lower()
            ports = stages.get(base) or known_ports(base)
            name = (stage["name"] or "").lower()
        elif line[:7].upper() == "EXPOSE ":
            ports = _merge(ports, line[7:])
        stages[name] = ports
    return ports


def _instructions(dockerfile: str) -> list[str]:
    lines = (line.strip() for line in dockerfile.replace("\\\n", " ").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _merge(ports: tuple[int, ...], words: str) -> tuple[int, ...]:
    found = list(ports)
    for word in words.split():
        number, _, protocol = word.partition("/")
        if number.isascii() and number.isdigit() and protocol.lower() in ("", "tcp"):
            found += [int(number)] if int(number) not in found else []
    return tuple(found)
