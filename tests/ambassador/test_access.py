"""Passwords and TLS between an ambassador and a real Redis."""

import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from ambassador.access import Access, ChosenAccess
from ambassador.ambassador import ambassador
from faults import UserError
from lb.model import Address
from lb.render import render
from tests.ambassador.redises import connect, start_ambassador, start_redis
from tests.lab.ports import free_port
from tests.lb.processes import needs, wait_for_status

REDIS, HAPROXY = needs("redis-server"), needs("haproxy")
SERVER = "redis-6379,127.0.0.1"
TLS_SERVER = "redis-6379,localhost"


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with an authority, a server's certificate for localhost, and a client's."""
    folder = tmp_path_factory.mktemp("papers")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for name in ("ca", "other"):
        subject = ("-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")
        openssl(folder, "req", "-x509", *key, *subject)
    for name, host in (("server", "localhost"), ("client", "dcgen"), ("wrong", "another.example")):
        openssl(
            *(folder, "req", *key, "-subj", f"/CN={host}"),
            *("-addext", f"subjectAltName=DNS:{host}"),
            *("-keyout", f"{name}.key", "-out", f"{name}.csr"),
        )
        openssl(
            *(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
            *("-copy_extensions", "copy", "-out", f"{name}.crt"),
        )
    both = (folder / "client.crt").read_text() + (folder / "client.key").read_text()
    (folder / "client.pem").write_text(both)
    return folder


def start_tls(cleanup: ExitStack, folder: Path, papers: Path, name: str, clients: str) -> Address:
    port = free_port()
    files = ("--tls-cert-file", f"{papers}/{name}.crt", "--tls-key-file", f"{papers}/{name}.key")
    trust = ("--tls-ca-cert-file", f"{papers}/ca.pem", "--tls-auth-clients", clients)
    start_redis(cleanup, folder, "--port", "0", "--tls-port", str(port), *files, *trust)
    return Address("localhost", port)


@HAPROXY
@REDIS
@pytest.mark.parametrize(
    "password",
    [
        "secret",
        "it has spaces",
        'q"uo\\te',
        "do$lar{}#",
        "x" * 200,
        "it's",
        "100%d\\r'",
        "pässword",
    ],
)
def test_health_check_sends_the_password_of_the_environment(
    password: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_PASSWORD", password)
    with ExitStack() as cleanup:
        upstream = start_redis(cleanup, tmp_path)
        connect(upstream.port, cleanup).config_set("requirepass", password)
        access = Access(auth_env="REDIS_PASSWORD")
        start_ambassador([upstream], tmp_path, cleanup, access)

        wait_for_status(tmp_path / "admin", SERVER, "UP", check="L7OK")
        assert password not in (tmp_path / "haproxy.cfg").read_text()


@HAPROXY
@REDIS
def test_health_check_logs_in_as_a_user_of_the_acl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_PASSWORD", "secret")
    with ExitStack() as cleanup:
        upstream = start_redis(
            *(cleanup, tmp_path, "--user", "default", "off"),
            *("--user", "health", "on", ">secret", "+ping", "+info"),
        )
        access = Access(auth_env="REDIS_PASSWORD", auth_user="health")
        start_ambassador([upstream], tmp_path, cleanup, access)

        wait_for_status(tmp_path / "admin", SERVER, "UP", check="L7OK")


@HAPROXY
@REDIS
def test_wrong_password_is_seen_in_the_health(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_PASSWORD", "wrong")
    with ExitStack() as cleanup:
        upstream = start_redis(cleanup, tmp_path, "--requirepass", "secret")
        start_ambassador([upstream], tmp_path, cleanup, Access(auth_env="REDIS_PASSWORD"))

        wait_for_status(tmp_path / "admin", SERVER, "DOWN", check="L7RSP")


@HAPROXY
@REDIS
@pytest.mark.parametrize("clients", ["no", "yes"])
def test_plain_client_reaches_a_redis_that_speaks_tls(
    clients: str, tmp_path: Path, papers: Path
) -> None:
    with ExitStack() as cleanup:
        upstream = start_tls(cleanup, tmp_path, papers, "server", clients)
        access = Access(ca_file=f"{papers}/ca.pem", cert=f"{papers}/client.pem")
        port = start_ambassador([upstream], tmp_path, cleanup, access)
        wait_for_status(tmp_path / "admin", TLS_SERVER, "UP", check="L7OK")

        assert connect(port, cleanup).incr("coins") == 1


@HAPROXY
@REDIS
@pytest.mark.parametrize(
    ("certificate", "access"),
    [
        pytest.param("wrong", "ca-file={}/ca.pem", id="of another name"),
        pytest.param(
            "server", "ca-file={}/ca.pem tls-name=another.example", id="of another name than chosen"
        ),
        pytest.param("server", "ca-file={}/other.pem", id="of another authority"),
        pytest.param("server", "tls=yes", id="of no authority of the system"),
    ],
)
def test_upstream_with_a_certificate_is_not_spoken_to(
    certificate: str, access: str, tmp_path: Path, papers: Path
) -> None:
    with ExitStack() as cleanup:
        upstream = start_tls(cleanup, tmp_path, papers, certificate, "no")
        start_ambassador([upstream], tmp_path, cleanup, Access.parse(access.format(papers)))

        wait_for_status(tmp_path / "admin", TLS_SERVER, "DOWN", check="L6")


@HAPROXY
@REDIS
def test_chosen_name_is_looked_for_in_the_certificate(tmp_path: Path, papers: Path) -> None:
    with ExitStack() as cleanup:
        port = start_tls(cleanup, tmp_path, papers, "wrong", "no").port
        access = Access(ca_file=f"{papers}/ca.pem", tls_name="another.example")
        start_ambassador([Address("127.0.0.1", port)], tmp_path, cleanup, access)

        wait_for_status(tmp_path / "admin", SERVER, "UP", check="L7OK")


def test_words_are_read_as_they_were_written() -> None:
    access = Access(protocol="redis", auth_env="A", auth_user="u", ca_file="./ca.pem", tls=True)

    assert Access.parse(access.words()) == access
    assert access.words() == "protocol=redis auth-env=A auth-user=u tls=yes ca-file=./ca.pem"


def test_later_access_beats_the_former_one_and_is_checked_as_a_whole() -> None:
    former = ChosenAccess(tls=True, auth_env="A")

    assert ChosenAccess(tls=False).over(former).complete() == Access(auth_env="A")
    assert ChosenAccess(auth_secret="b").over(former).complete() == Access(
        tls=True, auth_secret="b"
    )
    with pytest.raises(UserError, match="not from both"):
        ChosenAccess(auth_env="A", auth_secret="b").over(former).complete()


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("protocol=smtp", id="an unknown protocol"),
        pytest.param("auth-env=1A", id="no variable"),
        pytest.param("auth-env=A auth-secret=b", id="two passwords"),
        pytest.param("auth-user=it's", id="a quote"),
        pytest.param("auth-pass=secret", id="a password"),
    ],
)
def test_refused_words_name_a_fix(words: str) -> None:
    with pytest.raises(UserError) as caught:
        Access.parse(words)

    assert caught.value.fix


@pytest.mark.parametrize(
    ("words", "port", "host", "message"),
    [
        pytest.param("auth-env=A", 5432, "db", "takes no password", id="postgres, a password"),
        pytest.param("auth-user=a", 6379, "db", "has no password", id="redis, a user alone"),
        pytest.param("auth-user=a", 5672, "mq", "needs no user", id="tcp, a user"),
        pytest.param("tls=yes", 5432, "db", "inside its own protocol", id="postgres, tls"),
        pytest.param("tls=yes", 6379, "192.0.2.7", "is an IP address", id="tls to an address"),
    ],
)
def test_what_a_protocol_does_not_know_is_refused(
    words: str, port: int, host: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        ambassador("db", {port: [Address(host, port)]}, access=Access.parse(words))


def test_name_of_this_host_is_not_asked_of_dns() -> None:
    upstreams = [Address("host.docker.internal", 6379), Address("db.example", 6379)]

    text = render(ambassador("redis", {6379: upstreams}))

    servers = [line.split() for line in text.splitlines() if line.startswith("    server ")]
    assert ["resolvers" in words for words in servers] == [False, True]
    assert "default-server init-addr last,libc,none\n" in text
