"""The ports that well-known images listen on, and those that a Dockerfile exposes.

An image's port is in its metadata, which only a registry or a Docker Engine can tell; this table
answers for the images that Compose files use most, by the last part of their name.
"""

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
