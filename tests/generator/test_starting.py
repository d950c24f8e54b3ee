"""`migrate && serve`: the first replica starts alone, and the others when it is healthy."""

from pathlib import Path

import pytest

from tests.dcgen.door import dcgen
from tests.generator.compose import Made, balanced, scale

CHECK = "healthcheck: {test: curl localhost:80}\n"
SERVES = "command: sh -c 'python manage.py migrate && gunicorn shop'\n"


def waiting(made: Made, *names: str) -> list[object]:
    return [made.value(name, "depends_on") for name in names]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param("sh -c 'python manage.py migrate && gunicorn shop'", id="Django"),
        pytest.param("[sh, -c, 'alembic upgrade head && uvicorn app:app']", id="Alembic"),
        pytest.param("bash -c 'flask db upgrade; flask run'", id="Flask"),
        pytest.param("sh -c 'bundle exec rails db:prepare && rails server'", id="Rails"),
        pytest.param("sh -c 'npx prisma migrate deploy && node server.js'", id="Prisma"),
        pytest.param("sh -c 'php artisan migrate --force && php-fpm'", id="Laravel"),
        pytest.param("|\n  sh -c 'python manage.py migrate\n  gunicorn shop'", id="two lines"),
    ],
)
def test_others_wait_until_the_first_one_is_healthy(command: str) -> None:
    made = scale(balanced(f"image: app\nexpose: [80]\ncommand: {command}\n{CHECK}"), n=3)
    wait = {"rng1": {"condition": "service_healthy"}}

    assert waiting(made, "rng1", "rng2", "rng3") == [None, wait, wait]
    assert [one for one in made.warnings if "its first replica starts alone" in one]
    assert not [one for one in made.warnings if "would do that work" in one]


def test_command_of_the_dockerfile_counts_where_the_file_has_none(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(
        "FROM python\nCMD python manage.py migrate && gunicorn s\n"
    )
    made = scale(balanced(f"build: .\nexpose: [80]\n{CHECK}"), n=2, folder=tmp_path)
    said = next(
        one for one in made.variant.warnings if "its first replica starts alone" in str(one)
    )
    other = scale(balanced(f"build: .\nexpose: [80]\ncommand: x\n{CHECK}"), n=2, folder=tmp_path)

    assert waiting(made, "rng2") == [{"rng1": {"condition": "service_healthy"}}]
    assert str(said).startswith("compose.yml:6: 'rng' runs `migrate` when it starts")
    assert waiting(other, "rng2") == [None]


@pytest.mark.parametrize(
    "depends",
    [
        pytest.param("depends_on: [redis]\n", id="a list"),
        pytest.param("depends_on:\n  redis:\n    condition: service_started\n", id="conditions"),
        pytest.param("depends_on: &needs\n  - redis\n", id="with an anchor"),
    ],
)
def test_what_it_depends_on_stays(depends: str) -> None:
    made = scale(balanced(f"image: app\nexpose: [80]\n{SERVES}{CHECK}{depends}"), n=2)
    again = scale(made.variant.text, "rng", 3)

    for one, last in ((made, "rng2"), (again, "rng3")):
        assert one.value(last, "depends_on") == {
            "redis": {"condition": "service_started"},
            "rng1": {"condition": "service_healthy"},
        }
        assert "rng1" not in str(one.value("rng1", "depends_on"))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(f"command: gunicorn shop\n{CHECK}", id="it only serves"),
        pytest.param(f"command: python manage.py migrate\n{CHECK}", id="it only migrates"),
        pytest.param(f"command: sh -c 'immigrate && serve'\n{CHECK}", id="another word"),
        pytest.param(SERVES, id="nothing tells when the first is healthy"),
        pytest.param(f"{SERVES}healthcheck: {{disable: true}}\n", id="its check is switched off"),
    ],
)
def test_replicas_start_at_once(body: str) -> None:
    made = scale(balanced(f"image: app\nexpose: [80]\n{body}"), n=2)

    assert waiting(made, "rng1", "rng2") == [None, None]


def test_without_a_health_check_one_is_asked_for() -> None:
    made = scale(balanced(f"image: app\nexpose: [80]\n{SERVES}"), n=2)
    said = next(one for one in made.variant.warnings if "replicas at once" in str(one))

    assert str(said).startswith("compose.yml:8: 'rng' runs `migrate` when it starts")
    assert "`dcgen up` starts the first one alone" in str(said)
    assert "give 'rng' a `healthcheck`" in said.fix


def test_a_dynamic_one_is_to_be_started_with_dcgen_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yml").write_text(
        f"services:\n  web:\n    image: app\n    expose: [80]\n    {SERVES}    {CHECK}"
    )

    said = dcgen("scale", "web", "2", "--dynamic", "-o", "g.yml").stderr

    assert "`docker compose up` starts all its replicas at once" in said
    assert "fix: start it with `dcgen up`" in said


def test_of_workers_without_a_health_check_nobody_can_tell_when_they_are_ready() -> None:
    made = scale(f"services:\n  rng:\n    image: app\n    {SERVES}", n=2, balance=False)
    said = next(one for one in made.variant.warnings if "replicas at once" in str(one))

    assert "dcgen up" not in f"{said} {said.fix}"


def test_one_replica_waits_for_no_other() -> None:
    made = scale(balanced(f"image: app\nexpose: [80]\n{SERVES}{CHECK}"), n=1)

    assert waiting(made, "rng1") == [None]
    assert not [one for one in made.warnings if "migrate" in one]
