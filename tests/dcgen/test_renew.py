"""`dcgen renew`: what is asked for and refused before a container is touched, and its stages."""

import itertools
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ambassador.authority import shared, until
from composefile import env_file
from dcgen.commands.kept_certificates import Kept
from tests.dcgen.door import COINS, dcgen

# Stands in for Docker on a host where nothing runs.
DOCKER = f"""#!{sys.executable}
import sys
print("28.0" if sys.argv[1] == "version" else "")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "docker").write_text(DOCKER)
    (tmp_path / "bin" / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for name in ("DOCKER_HOST", "DCGEN_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "compose.yml").write_text(COINS)
    dcgen("detach", "redis", "--tls", "auto", "--publish", "192.0.2.7", "-q")
    return tmp_path


def test_without_the_haproxy_before_the_service_nothing_is_made(folder: Path) -> None:
    before = (folder / "redis.env").read_text(), (folder / "redis-ca.pem").read_text()
    result = dcgen("renew", "redis", "--authority", "--host", "tcp://192.0.2.7:2375")

    assert result.exit_code == 3
    assert "no HAProxy before 'redis' with these certificates runs" in result.stderr
    assert "docker compose --env-file redis.env -f redis.yml up -d" in result.stderr
    assert ((folder / "redis.env").read_text(), (folder / "redis-ca.pem").read_text()) == before


@pytest.mark.usefixtures("folder")
def test_a_service_without_certificates_is_refused() -> None:
    result = dcgen("renew", "postgres")

    assert result.exit_code == 1
    assert "postgres.env: there are no certificates of 'postgres' here" in result.stderr
    assert "dcgen detach postgres --tls auto" in result.stderr


def test_without_the_key_of_the_authority_a_new_one_is_the_way_out(folder: Path) -> None:
    (folder / "redis-ca.pem").unlink()
    result = dcgen("renew", "redis")

    assert result.exit_code == 1
    assert "redis-ca.pem: the authority's key is not here" in result.stderr
    assert "--authority" in result.stderr


@pytest.mark.usefixtures("folder")
def test_days_have_a_range() -> None:
    assert dcgen("renew", "redis", "--days", "0").exit_code == 2
    assert dcgen("renew", "redis", "--days", "826").exit_code == 2


@pytest.mark.usefixtures("folder")
def test_each_stage_of_a_new_authority_gets_on_with_the_one_before() -> None:
    kept = Kept(Path("redis.yml"), "redis")
    found = env_file.read(Path("redis.env"), {})
    stages = kept.stages(found, authority=True, days=9)
    ca, server, client = kept.names
    trusted = [found[ca], *(stage.values[ca] for stage in stages)]

    assert all(shared(one, other) for one, other in itertools.pairwise(trusted))
    assert not shared(trusted[0], trusted[-1])
    assert [stage.authority is not None for stage in stages] == [False, True, False]
    assert stages[0].values[server] == found[server]
    assert stages[1].values[client] == stages[2].values[client] != found[client]
    assert (until(stages[2].values[client], "x") - datetime.now(UTC)).days in (8, 9)


@pytest.mark.usefixtures("folder")
def test_what_was_interrupted_is_finished_by_the_same_again() -> None:
    kept = Kept(Path("redis.yml"), "redis")
    found = env_file.read(Path("redis.env"), {})
    ca = kept.names[0]
    for done in range(2):
        half = kept.stages(found, authority=True, days=9)[done].values
        again = kept.stages({**found, **half}, authority=True, days=9)

        assert half[ca] in again[0].values[ca]
        assert not shared(found[ca], again[-1].values[ca])
