"""What a well-known image says depends on its whole name, and on its tag."""

import pytest

from composefile.images import known_ports, known_volumes, serves
from composefile.known_images import BY_NAME, BY_REPOSITORY

DIGEST = "@sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("image", "ports"),
    [
        ("nginx:1.27-alpine", (80,)),
        ("docker.io/library/nginx", (80,)),
        ("mirror.example:5000/library/nginx:1", (80,)),
        ("public.ecr.aws/docker/library/nginx", (80,)),
        (f"nginx:1.27{DIGEST}", (80,)),
        ("nginxinc/nginx-unprivileged:stable", (8080,)),
        ("bitnami/nginx:1.25", (8080, 8443)),
        ("example/nginx", ()),
        ("registry.example/nginx", ()),
        ("php:8.3-apache", (80,)),
        ("php:8.3-fpm-alpine", (9000,)),
        ("php:8.3", ()),
        ("php:${PHP_TAG}", ()),
        (f"php{DIGEST}", ()),
        ("wordpress", (80,)),
        ("wordpress:6-php8.3-fpm", (9000,)),
        ("wordpress:cli", ()),
        (f"wordpress{DIGEST}", ()),
        ("bitnami/wordpress", ()),
        ("nextcloud:30-fpm-alpine", (9000,)),
        ("adminer:4-fastcgi", (9000,)),
        ("gitea/gitea:1.22-rootless", (3000, 2222)),
        ("quay.io/keycloak/keycloak:26.0", (8080,)),
        ("traefik/whoami", (80,)),
        ("jwilder/whoami", (8000,)),
        ("example/pgbouncer", ()),
        ("example/redis:7", (6379,)),
        ("bitnami/postgresql", (5432,)),
        ("rabbitmq:4-management-alpine", (5672, 15672)),
        ("${REGISTRY}/redis:7", (6379,)),
        ("${IMAGE}", ()),
    ],
)
def test_ports_are_those_of_the_variant(image: str, ports: tuple[int, ...]) -> None:
    assert known_ports(image) == ports


def test_each_entry_says_where_it_was_read() -> None:
    unread = [
        name
        for name, image in {**BY_NAME, **BY_REPOSITORY}.items()
        if not image.read.startswith(("Dockerfile: ", "default of the product"))
    ]

    assert unread == []


def test_volumes_are_known_by_name() -> None:
    assert known_volumes("wordpress:6-fpm") == ("/var/www/html",)
    assert known_volumes("example/wordpress") == ()


@pytest.mark.parametrize(
    ("image", "command", "serving"),
    [
        ("redis", ["redis-server --appendonly yes"], True),
        ("redis", ["--appendonly", "yes"], True),
        ("redis", ["sh", "-c", "exec redis-server /etc/redis.conf"], True),
        ("redis", ["redis-cli -h cache monitor"], False),
        ("mysql:8", ["--default-authentication-plugin=x"], True),
        ("mysql:8", ["mysqldump -h db shop"], False),
        ("nginx", ["nginx", "-g", "daemon off;"], True),
        ("nginx", ["sleep", "infinity"], False),
        ("wordpress", ["/usr/local/bin/php-fpm"], True),
        ("example/own", ["anything"], True),
        ("grafana/grafana", ["/custom.sh"], True),
        ("nginx", [], True),
    ],
)
def test_a_command_serves_if_it_is_one_of_the_servers(
    image: str,
    command: list[str],
    serving: bool,  # noqa: FBT001 - a table
) -> None:
    assert serves(image, command) is serving
