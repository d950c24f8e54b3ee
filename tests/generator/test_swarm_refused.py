"""`dcgen swarm`: what is refused, and what is said."""

from pathlib import Path

import pytest

from tests.generator.stack import Swarm, loaded, web


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("build: .", "build"),
        ("privileged: true", "privileged"),
        ("devices: [/dev/fuse]", "devices"),
        ("network_mode: host", "network_mode"),
        ("volumes: [./data:/data]", "volumes"),
        ("volumes:\n  - {type: volume, source: data, target: /d, volume: {subpath: a}}", "subpath"),
        ("volumes: [missing:/data]", "missing"),
        ("networks: [missing]", "missing"),
        ("configs: [missing]", "missing"),
        ("configs: [~]", "names none"),
        ("secrets:\n  - {source: missing, mode: rw}", "mode"),
        ('ports: ["127.0.0.1:8000:80"]', "127.0.0.1"),
        ('ports: ["8000-8001:80"]', "8000-8001"),
        ("deploy:\n  endpoint_mode: dnsrr\nports: [\"80:80\"]", "--publish host"),
        ("deploy:\n  replicas: many", "deploy.replicas"),
        ("deploy:\n  resources:\n    reservations:\n      devices: [{count: 1}]", "devices"),
        ("restart: sometimes", "sometimes"),
        ("env_file: missing.env", "missing.env"),
        ("environment:\n  A: ${A:+b}", "${A:+b}"),
        ("extra_hosts: [\"host:host-gateway\"]", "host-gateway"),
        ("command: []", "empty"),
        ('command: "it\'s"', "quotation"),
        ("logging: {driver: x, colour: red}", "logging.colour"),
        ("logging: {options: [a]}", "logging.options"),
        ("healthcheck: {test: [[a]]}", "healthcheck"),
        ("healthcheck: {test: a, interval: soon}", "'soon' is not a time"),
        ("mem_limit: much", "'much' is not a size"),
        ("mem_limit: ''", "'' is not a size"),
        ("mem_reservation: -1", "'-1' is not a size"),
        ("shm_size: 5x", "'5x' is not a size"),
        ("tmpfs: ['/t:size=10%']", "`tmpfs.size:` of service 'web'"),
        ("volumes: [{type: tmpfs, target: /t, tmpfs: {size: 5x}}]", "'5x' is not a size"),
        ("deploy: {resources: {limits: {memory: 5ib}}}", "'5ib' is not a size"),
        ("cpus: 500m", "'500m' is not a number"),
        ("cpus: all", "'all' is not a number"),
        ("something_new: 1", "something_new"),
    ],
)  # fmt: skip
def test_what_cannot_be_in_a_stack_is_refused_with_its_line(
    swarm: Swarm, body: str, what: str
) -> None:
    text = web(body).replace("    image: nginx\n", "" if "build" in body else "    image: nginx\n")
    result = swarm(text + "volumes:\n  data:\n")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "compose.yml:" in result.stderr
    assert what in result.stderr
    assert "fix: " in result.stderr


@pytest.mark.parametrize("line", ['A="b"', "A=b # c", "A=$B", "A='b\nc'"])
def test_a_file_of_variables_that_swarm_reads_otherwise_is_refused(
    swarm: Swarm, tmp_path: Path, line: str
) -> None:
    (tmp_path / "a.env").write_text(f"# fine\nOK=1\n{line}\n")
    result = swarm(web("env_file: a.env"))

    assert result.exit_code == 1
    assert "a.env:3" in result.stderr


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("web:\n  image: nginx\n", "v1"),
        ("include: [b.yml]\nservices:\n  web:\n    image: nginx\n", "include"),
        (web("networks: [a]") + "networks:\n  a: {driver: macvlan}\n", "macvlan"),
        (web("profiles: [debug]"), "profile"),
        (web("configs: [a]") + 'configs:\n  a: {file: "a\\0b"}\n', "cannot read"),
        (web("secrets: [a]") + "secrets:\n  a: {file: ./missing}\n", "No such file"),
    ],
)
def test_a_file_that_no_stack_can_be_is_refused(
    swarm: Swarm, tmp_path: Path, text: str, what: str
) -> None:
    (tmp_path / "b.yml").write_text("services:\n  db:\n    image: redis\n")
    result = swarm(text)

    assert (result.exit_code, result.stdout) == (1, "")
    assert what in result.stderr


def test_no_fault_of_a_service_hides_another(swarm: Swarm) -> None:
    body = (
        "ports: ['x:y', z]\ndeploy:\n  replicas: many\n  mode: global\n  resources:\n"
        "    limits: {cpus: a, memory: b}\nmem_reservation: c\npids_limit: d\nrestart: e"
    )
    result = swarm(web(body))

    assert result.exit_code == 1
    for what in ("'x:y'", "'z'", "'many'", "'a'", "'b'", "'c'", "'d'", "'e'"):
        assert result.stderr.count(f"{what} is not ") == 1


TAKEN = "${DB_PASSWORD:-none}"


@pytest.mark.parametrize(
    ("body", "more", "line"),
    [
        pytest.param("configs: [c]", f"configs:\n  c: {{content: 'pw={TAKEN}'}}\n", 7, id="text"),
        pytest.param(
            "volumes: ['data:/v']",
            f"volumes:\n  data: {{driver_opts: {{o: 'password={TAKEN}'}}}}\n",
            7,
            id="driver",
        ),
        pytest.param(
            "networks: [n]", f"networks:\n  n: {{labels: {{a: '{TAKEN}'}}}}\n", 7, id="network"
        ),
        pytest.param(f"extra_hosts: ['{TAKEN}:192.0.2.1']", "", 5, id="hosts"),
        pytest.param(f"deploy: {{labels: {{a: '{TAKEN}'}}}}", "", 5, id="deploy"),
    ],
)
def test_no_value_of_a_secret_gets_into_a_stack(
    swarm: Swarm, monkeypatch: pytest.MonkeyPatch, body: str, more: str, line: int
) -> None:
    monkeypatch.setenv("DB_PASSWORD", "hunter2")
    result = swarm(web(body) + more)

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"compose.yml:{line}: " in result.stderr
    assert "takes a secret from a variable" in result.stderr
    assert "hunter2" not in result.output
    assert "secret" not in swarm((web(body) + more).replace("DB_PASSWORD", "DB_HOST")).stderr


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(f"command: run --password {TAKEN}", id="a variable that stays one"),
        pytest.param("user: $$DB_PASSWORD", id="no variable of Compose's"),
        pytest.param(f"build: {{context: ., args: {{A: '{TAKEN}'}}}}", id="not written"),
        pytest.param(f"annotations: {{a: '{TAKEN}'}}", id="left out"),
        pytest.param(f"user: '{TAKEN}'", id="a name"),
        pytest.param("ports: ['${TOKEN_PORT_A:-8080}:80']", id="a port"),
        pytest.param("deploy: {replicas: '${TOKENIZER_REPLICAS:-2}'}", id="a number"),
        pytest.param("volumes: ['${DB_PASSWORD_FILE:-/pw}:/run/pw:ro']", id="where one is"),
    ],
)
def test_a_secret_that_no_stack_would_hold_is_not_refused(swarm: Swarm, body: str) -> None:
    assert "takes a secret" not in swarm(web(body)).stderr
    assert loaded(swarm(web(body)))["services"]["web"]["image"] == "nginx"


def test_a_health_check_that_may_end_a_slow_start_is_said_once(swarm: Swarm) -> None:
    check = "healthcheck: {test: [CMD, a], retries: 2%s}"
    text = web(check % "") + f"  db:\n    image: redis\n    {check % ''}\n"
    assert swarm(text).stderr.count("web, db: no `start_period`") == 1
    assert "start_period" not in swarm(web(check % ", start_period: 1m")).stderr
    assert "start_period" not in swarm(web("healthcheck: {disable: true}")).stderr


def test_what_others_wait_for_may_end(swarm: Swarm) -> None:
    text = web("depends_on:\n  migrate: {condition: service_completed_successfully}") + (
        "  migrate:\n    image: busybox\n"
    )
    services = loaded(swarm(text))["services"]

    assert services["migrate"]["deploy"]["restart_policy"] == {"condition": "on-failure"}
    assert "restart_policy" not in services["web"]["deploy"]


def test_what_is_left_out_is_said_once_for_all_services(swarm: Swarm) -> None:
    text = web("depends_on: [db]\nsecurity_opt: [a]\nplatform: linux/amd64") + (
        "  db:\n    image: redis\n    security_opt: [a]\n"
        "  tool:\n    image: redis\n    profiles: [debug]\n    privileged: true\n"
    )
    result = swarm(text)

    assert list(loaded(result)["services"]) == ["web", "db"]
    assert result.stderr.count("`security_opt:` of web, db is left out") == 1
    for what in ("depends_on", "platform", "tool is left out"):
        assert what in result.stderr
    assert swarm(text, "-q").stderr == ""


def test_secret_of_a_driver_is_refused(swarm: Swarm) -> None:
    result = swarm(web("secrets: [mine]") + "secrets:\n  mine: {driver: vault}\n")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "`driver:` of secret 'mine'" in result.stderr
    assert "fix: make it once: docker secret create" in result.stderr


@pytest.mark.parametrize("section", ["configs", "secrets"])
def test_what_others_made_is_called_as_they_call_it(swarm: Swarm, section: str) -> None:
    result = swarm(
        web(f"{section}: [mine]") + f"{section}:\n  mine: {{external: {{name: theirs}}}}\n"
    )

    assert loaded(result)[section] == {"mine": {"external": True, "name": "theirs"}}
