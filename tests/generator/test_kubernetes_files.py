"""`dcgen kubernetes`: configs, secrets and variables, each as an object."""

import base64
from pathlib import Path
from typing import Any

import pytest

from tests.generator.cluster import container, objects, pod, run, service

SECRETS = """\
services:
  web:
    image: nginx
    secrets:
      - db_password
      - {source: key, target: /etc/key.pem, mode: 0400}
secrets:
  db_password: {file: ./password.txt}
  key: {environment: THE_KEY}
"""


def named(items: Any, name: str) -> Any:
    return next(item for item in items if item["name"] == name)


def test_a_config_is_an_object_named_by_its_content(tmp_path: Path) -> None:
    text = service("configs: [{source: site, target: /etc/nginx/site.conf, mode: 0440}]")
    (tmp_path / "site.conf").write_text("listen 80;\n")
    whole = text + "configs:\n  site: {file: ./site.conf}\n"
    result = run(tmp_path, whole)

    (name,) = (name for kind, name in objects(result) if kind == "ConfigMap")
    made = objects(result)["ConfigMap", name]
    assert (made["data"], made["immutable"]) == ({"site.conf": "listen 80;\n"}, True)
    volume = named(pod(result, "web")["volumes"], "config-site")
    assert volume["configMap"] == {
        "name": name,
        "items": [{"key": "site.conf", "path": "site.conf", "mode": 0o440}],
    }
    assert container(result, "web")["volumeMounts"] == [
        {
            "name": "config-site",
            "mountPath": "/etc/nginx/site.conf",
            "subPath": "site.conf",
            "readOnly": True,
        }
    ]
    (tmp_path / "site.conf").write_text("listen 81;\n")
    assert ("ConfigMap", name) not in objects(run(tmp_path, whole))


@pytest.mark.parametrize(
    "text",
    ["one line", "two\nlines\n", "no end\nof line", " indented\n", "\ttab\n\n\n", "a: b #\n", ""],
)
def test_a_config_keeps_each_byte(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text)
    whole = service("configs: [a]") + "configs:\n  a: {file: a.txt}\n"

    found = objects(run(tmp_path, whole))

    (data,) = (one["data"] for (kind, _), one in found.items() if kind == "ConfigMap")
    assert data == {"a": text}


def test_a_config_that_is_no_text_is_binary(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\xff\x00")
    whole = service("configs: [a]") + "configs:\n  a: {file: a.bin}\n"

    found = objects(run(tmp_path, whole))

    (data,) = (one["binaryData"] for (kind, _), one in found.items() if kind == "ConfigMap")
    assert base64.b64decode(data["a"]) == b"\xff\x00"


@pytest.mark.parametrize(
    ("config", "what"),
    [
        pytest.param("{file: ./none}", "does not exist", id="no file"),
        pytest.param("{environment: NOT_SET_ANYWHERE}", "not set", id="no variable"),
        pytest.param("{environment: API_TOKEN}", "secret", id="the variable of a secret"),
        pytest.param("{content: 'k=${API_TOKEN}'}", "secret", id="a secret within a text"),
        pytest.param("{file: ./large}", "1 MiB", id="too large for an object"),
    ],
)
def test_a_config_that_cannot_be_written_is_refused(tmp_path: Path, config: str, what: str) -> None:
    (tmp_path / "large").write_bytes(bytes(1024 * 1024 + 1))
    result = run(tmp_path, service("configs: [a]") + f"configs:\n  a: {config}\n")

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{tmp_path}/compose.yml:4: " in result.stderr
    assert what in result.stderr


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("configs: [a]", id="escaped in a config"),
        pytest.param("command: sh -c 'echo $$API_TOKEN'", id="escaped in a command"),
        pytest.param("build: {context: ., args: {A: $API_TOKEN}}", id="of a build"),
        pytest.param("logging: {options: {token: $API_TOKEN}}", id="of what is left out"),
    ],
)
def test_a_secret_that_no_manifest_would_hold_is_not_refused(tmp_path: Path, body: str) -> None:
    result = run(tmp_path, service(body) + "configs:\n  a: {content: 'k=$${API_TOKEN}'}\n")

    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("0440", 0o440),
        ("'0440'", 0o440),
        ("0o400", 0o400),
        ("'${MODE:-0400}'", 0o400),
        ("~", 0o444),
    ],
)
def test_a_file_has_the_mode_that_is_said(tmp_path: Path, mode: str, expected: int) -> None:
    body = f"configs: [{{source: a, mode: {mode}}}]"
    result = run(tmp_path, service(body) + "configs:\n  a: {content: b}\n")

    (volume,) = pod(result, "web")["volumes"]
    assert volume["configMap"]["items"] == [{"key": "a", "path": "a", "mode": expected}]


@pytest.mark.parametrize("mode", ["rw", "'0888'", "-1", "01777", "[a]"])
def test_a_mode_that_is_none_is_refused(tmp_path: Path, mode: str) -> None:
    body = f"secrets:\n  - a\n  - {{source: b, mode: {mode}}}"
    text = service(body) + "secrets:\n  a: {file: a}\n  b: {file: b}\n"
    result = run(tmp_path, text)

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{tmp_path}/compose.yml:6: `secrets.mode: " in result.stderr


def test_no_value_of_a_secret_is_written_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "password.txt").write_text("hunter2")
    monkeypatch.setenv("THE_KEY", "hunter3")
    result = run(tmp_path, SECRETS)

    assert "Secret" not in {kind for kind, _ in objects(result)}
    assert "hunter" not in result.output
    assert "create secret generic db-password --from-file=db_password=./password.txt" in (
        result.stderr
    )
    secrets = named(pod(result, "web")["volumes"], "secrets")["projected"]["sources"]
    item = {"key": "db_password", "path": "db_password", "mode": 0o444}
    assert secrets == [{"secret": {"name": "db-password", "items": [item]}}]
    mounts = {one["mountPath"]: one for one in container(result, "web")["volumeMounts"]}
    assert set(mounts) == {"/run/secrets", "/etc/key.pem"}
    key = named(pod(result, "web")["volumes"], "secret-key")["secret"]
    assert key["items"] == [{"key": "key.pem", "path": "key.pem", "mode": 0o400}]


def test_a_secret_of_several_keys_and_services_is_made_by_one_command(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        "services:\n  web:\n    image: nginx\n"
        "    secrets: [key, {source: key, target: tls.key}]\n"
        "  api:\n    image: nginx\n    secrets: [key, {source: key, target: api.key}]\n"
        "secrets:\n  key: {file: ./my key.pem}\n",
    )

    assert result.exit_code == 0
    made = [line for line in result.stderr.splitlines() if "create secret" in line]
    keys = [f"--from-file='{key}=./my key.pem'" for key in ("key", "tls.key", "api.key")]
    assert len(made) == 1
    assert made[0].endswith(f"create secret generic key {' '.join(keys)}")
    assert "secret 'key', which web, api mount, is not written" in result.stderr


def test_secrets_are_written_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password.txt").write_text("hunter2")
    monkeypatch.setenv("THE_KEY", "hunter3")
    result = run(tmp_path, SECRETS, "--secrets", "generate")

    found = {name: one for (kind, name), one in objects(result).items() if kind == "Secret"}
    values = {
        key: base64.b64decode(value) for one in found.values() for key, value in one["data"].items()
    }
    assert values == {"db_password": b"hunter2", "key.pem": b"hunter3"}
    (source, key) = named(pod(result, "web")["volumes"], "secrets"), "secret-key"
    used = {source["projected"]["sources"][0]["secret"]["name"]}
    used.add(named(pod(result, "web")["volumes"], key)["secret"]["secretName"])
    assert used == set(found)


def test_what_a_file_of_variables_takes_from_a_secret_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_PASSWORD", "hunter2")
    text = "OPTIONS=--pw ${DB_PASSWORD}\nAPI_TOKEN=hunter3\nMORE=--token $API_TOKEN\nLEVEL=$HOME\n"
    (tmp_path / "a.env").write_text(text)
    result = run(tmp_path, service("env_file: a.env"))

    assert "hunter" not in result.output
    (made,) = (one for (kind, _), one in objects(result).items() if kind == "ConfigMap")
    assert list(made["data"]) == ["LEVEL"]
    assert "values of OPTIONS, API_TOKEN, MORE of web are not written" in result.stderr


def test_what_a_file_of_variables_says_is_in_objects_and_the_environment_wins(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.env").write_text("LEVEL=debug\nPLACE=file\nAPI_TOKEN=hunter2\nCOST=$$5\n")
    body = "env_file: [a.env, {path: none.env, required: false}]\nenvironment: {PLACE: here}"

    result = run(tmp_path, service(body))

    assert "hunter2" not in result.output
    (made,) = (one for (kind, _), one in objects(result).items() if kind == "ConfigMap")
    assert made["data"] == {"LEVEL": "debug", "COST": "$5"}
    found = container(result, "web")
    assert found["envFrom"] == [{"configMapRef": {"name": made["metadata"]["name"]}}]
    assert {one["name"]: one.get("value") for one in found["env"]} == {
        "PLACE": "here",
        "API_TOKEN": None,
    }
    generated = run(tmp_path, service(body), "--secrets", "generate")
    (secret,) = (one for (kind, _), one in objects(generated).items() if kind == "Secret")
    reference = named(container(generated, "web")["env"], "API_TOKEN")["valueFrom"]
    assert reference["secretKeyRef"]["name"] == secret["metadata"]["name"]
