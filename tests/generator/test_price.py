"""What a person is told of the balancer itself: whom the service sees, and who balances already."""

from pathlib import Path

import pytest

from lb.options import ChosenOptions
from tests.generator.compose import ambassador, balanced, scale

WEB = "image: nginx\nports: ['80:80']\n"
LED = "image: nginx\nlabels: {traefik.enable: 'true'}\n"


def told(body: str, words: str = "", others: str = "") -> list[tuple[str, str]]:
    made = scale(balanced(body, others), options=ChosenOptions.parse(words))
    return [(str(one).partition(": ")[2], one.fix) for one in made.variant.warnings]


def said(body: str, words: str = "", others: str = "") -> str:
    """Return what is said of ``rng`` with *body*, scaled with the options *words*."""
    return "\n".join(what for what, _ in told(body, words, others))


QUIET = [
    pytest.param(WEB, "mode=http", "", id="HTTP mode keeps it"),
    pytest.param(WEB, "mode=tcp", "", id="asked for"),
    pytest.param(WEB, "proxy-protocol=yes", "", id="PROXY protocol"),
    pytest.param("image: nginx\n", "", "", id="not published"),
    pytest.param("image: postgres\nports: ['5432:5432']\n", "", "", id="not HTTP"),
    pytest.param("image: a\nports: ['2:22']\n", "", "", id="SSH"),
    pytest.param(
        "image: a\nports: [{target: 80, published: 80, app_protocol: h2c}]\n", "", "", id="h2c"
    ),
    pytest.param(WEB, "", "front: {image: a, depends_on: [rng]}\n", id="called inside"),
    pytest.param(f"{WEB}labels: {{traefik.enable: 'true'}}\n", "", "", id="behind a proxy"),
]


@pytest.mark.parametrize(("body", "words", "others"), QUIET)
def test_nothing_is_said_of_client_addresses(body: str, words: str, others: str) -> None:
    assert "address in place" not in said(body, words, others)


LOUD = [
    pytest.param(WEB, id="by its port"),
    pytest.param("image: a\nports: [{target: 90, app_protocol: http}]\n", id="by its protocol"),
    pytest.param("image: tomcat\nports: ['90:90']\n", id="by its image"),
    pytest.param(
        "image: a\nports: ['90:90']\nhealthcheck: {test: curl http://localhost:90/}\n",
        id="by its health check",
    ),
]


@pytest.mark.parametrize("body", LOUD)
def test_published_http_in_tcp_mode_loses_its_clients_addresses(body: str) -> None:
    assert [pair for pair in told(body) if "address" in pair[0]] == [
        (
            "'rng' sees the balancer's address in place of its clients', for it is balanced in TCP"
            " mode",
            "give `--mode http`, which keeps it in X-Forwarded-For, or `--proxy-protocol`",
        )
    ]


ROUTED = [
    pytest.param("labels: {traefik.enable: 'true'}", "labels", id="Traefik"),
    pytest.param("labels: ['traefik.enable=true']", "labels", id="Traefik, in a list"),
    pytest.param("deploy: {labels: {traefik.enable: 'true'}}", "labels", id="in deploy"),
    pytest.param("environment: {VIRTUAL_HOST: a.example}", "variables", id="nginx-proxy"),
]


@pytest.mark.parametrize(("line", "kind"), ROUTED)
def test_proxy_that_balances_already_is_offered_to_go_on(line: str, kind: str) -> None:
    assert told(f"image: nginx\n{line}\n") == [
        (
            f"the {kind} of 'rng' for another proxy move to the balancer, though that proxy"
            " balances the replicas by itself",
            "give `--no-balancer`: nothing else connects to it",
        )
    ]


@pytest.mark.parametrize(
    ("body", "others"),
    [
        pytest.param(LED + "ports: ['80:80']\n", "", id="published"),
        pytest.param(LED, "a: {image: a, environment: {API_HOST: rng}}\n", id="dialled"),
    ],
)
def test_balancer_has_others_to_serve(body: str, others: str) -> None:
    assert "move to the balancer" in said(body, "mode=http", others)
    assert "by itself" not in said(body, "mode=http", others)


STICKY = [
    pytest.param(WEB, "sticky=yes", "", id="HTTP, by a cookie"),
    pytest.param(WEB, "sticky=yes mode=tcp", "are all sent to one replica", id="by address"),
    pytest.param("image: a\nexpose: [99]\n", "sticky=yes", "as HTTP, with a cookie", id="implied"),
    pytest.param("image: a\nexpose: [99]\n", "sticky=yes mode=http", "", id="asked for"),
]


@pytest.mark.parametrize(("body", "words", "what"), STICKY)
def test_what_sticky_means_is_said_where_it_may_surprise(body: str, words: str, what: str) -> None:
    found = said(body, words)

    assert what in found if what else found == ""


def test_scaled_again_it_says_so_again_and_keeps_the_mode() -> None:
    first = scale(balanced(WEB), options=ChosenOptions.parse("sticky=yes mode=tcp"))

    again = scale(first.variant.text, n=3)

    assert again.value("rng", "labels")["dcgen.options"] == "mode=tcp sticky=yes"
    assert any("sent to one replica" in warning for warning in again.warnings)


SERIAL = [
    "gunicorn app:app",
    "gunicorn -b 0.0.0.0:8000 shop.wsgi",
    "/venv/bin/gunicorn --timeout 90 app:app",
    "php -S 0.0.0.0:8000",
    "php8.2 -d a=b -S 0.0.0.0:8000 -t public",
    "python manage.py runserver --nothreading 0.0.0.0:8000",
    "flask --app a run --host 0.0.0.0 --without-threads",
    "uwsgi --http :8000 --module a",
    "bundle exec unicorn -p 3000",
]
SEVERAL = [
    "gunicorn -w 4 app:app",
    "gunicorn --workers=4 app:app",
    "gunicorn -k gevent app:app",
    "gunicorn -c conf.py app:app",
    "gunicorn app:app --threads 8",
    "uvicorn app:app",
    "php-fpm",
    "php artisan serve",
    "python manage.py runserver 0.0.0.0:8000",
    "flask run",
    "uwsgi --http :8000 --processes 4",
    "unicorn -c unicorn.rb",
    "echo gunicorn-app",
]


@pytest.mark.parametrize("command", SERIAL)
def test_server_of_one_request_at_a_time_is_known(command: str) -> None:
    (found,) = told(f"image: a\nexpose: [99]\ncommand: {command}\n")

    assert found[0].endswith("which serves one request at a time")
    assert found[1].startswith("give `--mode http --server-maxconn 1`")


@pytest.mark.parametrize("command", SEVERAL)
def test_server_of_several_requests_is_not_taken_for_one(command: str) -> None:
    assert told(f"image: a\nexpose: [99]\ncommand: {command}\n") == []


def test_serial_server_is_not_mentioned_where_its_queue_is_asked_for() -> None:
    body = "image: a\nexpose: [99]\ncommand: gunicorn a\n"

    assert said(body, "server-maxconn=1") == ""
    assert said(f"{body}environment: [WEB_CONCURRENCY=4]\n") == ""
    assert "one request" in said(f"{body}environment: [OTHER=4]\n")


@pytest.mark.parametrize(
    ("cmd", "known"),
    [
        pytest.param('CMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]', True, id="serial"),
        pytest.param("CMD gunicorn app:app", True, id="by a shell"),
        pytest.param('CMD ["gunicorn", "-w", "4", "app:app"]', False, id="several workers"),
        pytest.param('ENTRYPOINT ["python", "app.py"]', False, id="unknown"),
    ],
)
def test_command_of_a_dockerfile_counts_unless_the_file_has_one(
    cmd: str, *, known: bool, tmp_path: Path
) -> None:
    files = {"Dockerfile": f"FROM python\nEXPOSE 99\n{cmd}\n"}
    made = scale(balanced("build: .\n"), folder=tmp_path, files=files)
    own = scale(balanced("build: .\nexpose: [99]\ncommand: a\n"), folder=tmp_path, files=files)

    assert any("one request at a time" in one for one in made.warnings) is known
    assert not any("one request at a time" in one for one in own.warnings)


IDLE = ["retry=no", "timeout-http-request=5", "timeout-http-keep-alive=5", "maxhdr=200"]


@pytest.mark.parametrize("words", IDLE)
def test_option_of_http_mode_that_changes_nothing_is_said(words: str) -> None:
    body = "image: a\nexpose: [99]\n"

    assert "changes nothing of 'rng', which is balanced in TCP mode" in said(body, words)
    assert said(body, f"{words} mode=http") == ""


ANNOUNCING = [
    pytest.param("image: apache/kafka:3.9.0\n", "Kafka", id="Kafka"),
    pytest.param("image: confluentinc/cp-kafka\n", "Kafka", id="Confluent"),
    pytest.param("image: redpandadata/redpanda\n", "Kafka", id="Redpanda"),
    pytest.param("image: mongo:7\ncommand: --replSet rs0\n", "a MongoDB replica set", id="MongoDB"),
    pytest.param(
        "image: bitnami/mongodb\nenvironment: {MONGODB_REPLICA_SET_MODE: primary}\n",
        "a MongoDB replica set",
        id="MongoDB by a variable",
    ),
    pytest.param(
        "image: redis\ncommand: redis-server --cluster-enabled yes\n", "Redis Cluster", id="Redis"
    ),
    pytest.param("image: bitnami/redis-cluster\n", "Redis Cluster", id="Redis by its image"),
    pytest.param("image: redis\ncommand: redis-sentinel /a\n", "Redis Sentinel", id="Sentinel"),
    pytest.param("image: cassandra\n", "Cassandra", id="Cassandra"),
    pytest.param("image: fauria/vsftpd\n", "FTP", id="FTP"),
    pytest.param("image: mlan/asterisk\n", "SIP", id="SIP"),
]


@pytest.mark.parametrize(("body", "kind"), ANNOUNCING)
def test_protocol_that_tells_clients_other_addresses_is_warned_about(body: str, kind: str) -> None:
    what = f"'rng' is {kind}: clients connect to the addresses that it announces, past the"

    scaled = scale(balanced(f"{body}expose: [99]\n"))
    replaced = ambassador(balanced(f"{body}expose: [99]\n"), "rng")

    assert f"compose.yml:6: {what} balancer" in scaled.warnings
    assert f"compose.yml:6: {what} ambassador" in replaced.warnings


@pytest.mark.parametrize("image", ["mongo:7", "redis:7", "app/kafka-ui", "nginx", "kafdrop"])
def test_server_that_announces_nothing_is_not(image: str) -> None:
    made = ambassador(balanced(f"image: {image}\nexpose: [99]\n"), "rng")

    assert not any("announces" in warning for warning in made.warnings)
