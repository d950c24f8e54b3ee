"""What well-known images say about themselves: ports, volumes, the programs that serve.

An image's own words are in its metadata, which only a registry or a Docker Engine can tell. Each
entry says where it was read: *Dockerfile* is a file of that repository, at GitHub, whose EXPOSE and
VOLUME it has; *default* is the port that the product's manual calls its default, and that the
protocol has at whoever's image.

A web server listens where its image says, so that each is known by its whole name: `nginx` on 80,
`nginxinc/nginx-unprivileged` and `bitnami/nginx` on 8080, and `example/nginx` who knows where.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Ports = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KnownImage:
    """An image, or what all images of a name have in common.

    Attributes:
        ports: The TCP ports that its containers listen on.
        read: Where that was read.
        tags: Word of a tag (``fpm`` of ``8.3-fpm-alpine``) to the ports of that variant.
        volumes: Paths that are a volume in each container.
        servers: Programs that serve; a command with none of them runs something else.
    """

    ports: Ports
    read: str
    tags: Mapping[str, Ports] = field(default_factory=dict)
    volumes: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()


_DEFAULT = "default of the product"
_FPM = {"fpm": (9000,)}
_PHP = ("php-fpm", "apache2-foreground")
_WWW = ("/var/www/html",)


def _default(
    *ports: int, servers: tuple[str, ...] = (), volumes: tuple[str, ...] = ()
) -> KnownImage:
    return KnownImage(ports, _DEFAULT, servers=servers, volumes=volumes)


def _dockerfile(
    where: str, *ports: int, servers: tuple[str, ...] = (), volumes: tuple[str, ...] = ()
) -> KnownImage:
    return KnownImage(ports, f"Dockerfile: {where}", servers=servers, volumes=volumes)


_REDIS = _default(
    6379, servers=("redis-server", "valkey-server", "keydb-server"), volumes=("/data",)
)
_POSTGRES = _default(5432, servers=("postgres",), volumes=("/var/lib/postgresql/data",))
_MYSQL = _default(3306, servers=("mysqld", "mariadbd"), volumes=("/var/lib/mysql",))

BY_NAME: Mapping[str, KnownImage] = {
    "cassandra": _default(9042, servers=("cassandra",)),
    "clickhouse-server": _default(8123, 9000),
    "cockroach": _default(26257, 8080, servers=("start", "start-single-node")),
    "consul": _default(8500, servers=("agent",)),
    "couchdb": _default(5984),
    "cp-kafka": _default(9092),
    "cp-schema-registry": _default(8081),
    "cp-zookeeper": _default(2181),
    "dragonfly": _default(6379, servers=("dragonfly",)),
    "elasticsearch": _default(9200, 9300),
    "etcd": _default(2379, servers=("etcd",)),
    "influxdb": _default(8086, servers=("influxd",)),
    "kafka": _default(9092),
    "keydb": _REDIS,
    "kibana": _default(5601),
    "logstash": _default(5044, 9600, servers=("logstash",)),
    "mariadb": _MYSQL,
    "memcached": _default(11211, servers=("memcached",)),
    "mongo": _default(27017, servers=("mongod", "mongos"), volumes=("/data/db", "/data/configdb")),
    "mongodb": _default(27017, servers=("mongod", "mongos")),
    "mosquitto": _default(1883, servers=("mosquitto",)),
    "eclipse-mosquitto": _default(1883, servers=("mosquitto",)),
    "mysql": _MYSQL,
    "nats": _default(4222, 8222, servers=("nats-server",)),
    "neo4j": _default(7474, 7687, servers=("neo4j",)),
    "opensearch": _default(9200),
    "percona": _MYSQL,
    "pgvector": _POSTGRES,
    "postgis": _POSTGRES,
    "postgres": _POSTGRES,
    "postgresql": _POSTGRES,
    "rabbitmq": KnownImage(
        (5672,),
        "Dockerfile: docker-library/rabbitmq, 3.13/ubuntu/management",
        tags={"management": (5672, 15672)},
        servers=("rabbitmq-server",),
    ),
    "redis": _REDIS,
    "redis-stack": _REDIS,
    "rethinkdb": _default(28015, 8080, servers=("rethinkdb",)),
    "solr": _default(8983, servers=("solr", "solr-foreground", "solr-precreate")),
    "sonarqube": _default(9000),
    "timescaledb": _POSTGRES,
    "tomcat": _default(8080, servers=("catalina.sh",)),
    "typesense": _default(8108),
    "valkey": _REDIS,
    "vault": _default(8200, servers=("server",)),
    "zookeeper": _default(2181, servers=("zkServer.sh",)),
}
"""Last part of a name to what all such images have in common: the port of the protocol."""

BY_REPOSITORY: Mapping[str, KnownImage] = {
    "adminer": KnownImage(
        (8080,), "Dockerfile: TimWolla/docker-adminer, 4 and 4/fastcgi", tags={"fastcgi": (9000,)}
    ),
    "axllent/mailpit": _dockerfile("axllent/mailpit", 1025, 8025),
    "bitnami/nginx": _dockerfile("bitnami/containers, bitnami/nginx/1.25", 8080, 8443),
    "caddy": _dockerfile(
        "caddyserver/caddy-docker", 80, 443, servers=("caddy",), volumes=("/config", "/data")
    ),
    "edoburu/pgbouncer": _dockerfile("edoburu/docker-pgbouncer", 5432, servers=("pgbouncer",)),
    "flink": _dockerfile("apache/flink-docker", 8081, servers=("jobmanager",)),
    "ghost": _dockerfile("docker-library/ghost", 2368, volumes=("/var/lib/ghost/content",)),
    "gitea/gitea": KnownImage(
        (3000, 22),
        "Dockerfile: go-gitea/gitea, and Dockerfile.rootless",
        tags={"rootless": (3000, 2222)},
        volumes=("/data",),
    ),
    "grafana/grafana": _dockerfile("grafana/grafana, packaging/docker", 3000),
    "grafana/loki": _dockerfile("grafana/loki, cmd/loki", 3100, servers=("loki",)),
    "httpd": _default(80, servers=("httpd-foreground", "httpd")),
    "jenkins/jenkins": _default(8080),
    "jwilder/whoami": _dockerfile("jwilder/whoami", 8000),
    "keycloak/keycloak": _dockerfile(
        "keycloak/keycloak, quarkus/container", 8080, servers=("start", "start-dev")
    ),
    "mailhog/mailhog": _dockerfile("mailhog/MailHog", 1025, 8025),
    "getmeili/meilisearch": _dockerfile("meilisearch/meilisearch", 7700, servers=("meilisearch",)),
    "minio/minio": _dockerfile("minio/minio", 9000, servers=("server",)),
    "mongo-express": _dockerfile("mongo-express/mongo-express-docker", 8081),
    "nextcloud": KnownImage(
        (80,),
        "Dockerfile: nextcloud/docker, from php:apache or php:fpm",
        tags=_FPM,
        volumes=_WWW,
        servers=_PHP,
    ),
    "nginx": _dockerfile("nginx/docker-nginx", 80, servers=("nginx", "nginx-debug")),
    "nginx/nginx-unprivileged": _dockerfile("nginxinc/docker-nginx-unprivileged", 8080),
    "nginxinc/nginx-unprivileged": _dockerfile(
        "nginxinc/docker-nginx-unprivileged", 8080, servers=("nginx", "nginx-debug")
    ),
    "openzipkin/zipkin": _dockerfile("openzipkin/zipkin, docker", 9411),
    "dpage/pgadmin4": _default(80),
    "php": KnownImage(
        (),
        "Dockerfile: docker-library/php, its apache and fpm variants",
        tags={"apache": (80,), **_FPM},
        servers=_PHP,
    ),
    "phpmyadmin": KnownImage(
        (80,), "Dockerfile: phpmyadmin/docker, apache and fpm", tags=_FPM, servers=_PHP
    ),
    "phpmyadmin/phpmyadmin": KnownImage(
        (80,), "Dockerfile: phpmyadmin/docker, apache and fpm", tags=_FPM, servers=_PHP
    ),
    "prom/prometheus": _dockerfile("prometheus/prometheus", 9090, volumes=("/prometheus",)),
    "qdrant/qdrant": _dockerfile("qdrant/qdrant", 6333, 6334, servers=("qdrant",)),
    "registry": _dockerfile(
        "distribution/distribution-library-image", 5000, volumes=("/var/lib/registry",)
    ),
    "selenium/hub": _dockerfile("SeleniumHQ/docker-selenium, Hub", 4444),
    "traefik": _dockerfile("traefik/traefik", 80, servers=("traefik",)),
    "traefik/whoami": _dockerfile("traefik/whoami", 80),
    "wordpress": KnownImage(
        (80,),
        "Dockerfile: docker-library/wordpress, from php:apache or php:fpm; Dockerfile-cli.template",
        tags={"cli": (), **_FPM},
        volumes=_WWW,
        servers=_PHP,
    ),
}
"""Whole name, without a registry and without `library/`, to what that image is."""

SHORT_NAMES = frozenset(name.rpartition("/")[2] for name in BY_REPOSITORY)
"""The last part of each of those names."""
