"""`dcgen kubernetes`: what is lost below the name of an attribute, or of a section, is said."""

from pathlib import Path

import pytest

from tests.generator.cluster import objects, run, service

SECTIONS = "networks: {front: }\nconfigs: {mine: {file: mine}}\nsecrets: {mine: {file: mine}}\n"
FILE = "{source: mine, target: /mine, %s}"


@pytest.mark.parametrize(
    ("body", "lost"),
    [
        *(
            pytest.param(
                f"networks: {{front: {{{key}: {value}}}}}", f"networks.front.{key}", id=key
            )
            for key, value in {
                "ipv4_address": "172.30.0.9",
                "ipv6_address": "fd00::9",
                "mac_address": "02:42:ac:11:00:03",
                "link_local_ips": "[169.254.8.8]",
                "priority": "7",
                "gw_priority": "7",
                "interface_name": "eth7",
                "driver_opts": "{a: b}",
            }.items()
        ),
        pytest.param(f"configs: [{FILE % 'uid: 103'}]", "configs.uid", id="owner of a config"),
        pytest.param(f"secrets: [{FILE % 'gid: 103'}]", "secrets.gid", id="group of a secret"),
        pytest.param(
            "volumes: [{type: volume, source: data, target: /data, volume: {labels: {a: b}}}]",
            "volumes.volume.labels",
            id="labels of a volume",
        ),
        pytest.param(
            "volumes: [{type: tmpfs, target: /data, tmpfs: {mode: 448}}]",
            "volumes.tmpfs.mode",
            id="rights of memory",
        ),
        pytest.param("tmpfs: /data:size=1m,mode=700", "tmpfs.mode", id="the same in short"),
        pytest.param(
            "depends_on: {redis: {condition: service_started, restart: true}}",
            "depends_on.redis.restart",
            id="start again with another",
        ),
        pytest.param(
            "deploy: {resources: {limits: {pids: 99}}}",
            "deploy.resources.limits.pids",
            id="processes",
        ),
    ],
)
def test_what_a_service_loses_is_said_with_its_line(tmp_path: Path, body: str, lost: str) -> None:
    (tmp_path / "mine").write_text("text\n")
    others = "  redis: {image: redis}\n"

    result = run(tmp_path, service(body) + others + SECTIONS + "volumes: {data: }\n")

    assert objects(result)
    assert f"{tmp_path}/compose.yml:4: `{lost}` of web is left out: " in result.stderr


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("networks: {front: {aliases: [shop]}}", id="another name"),
        pytest.param("tmpfs: /data:size=1m", id="a size"),
        pytest.param("tmpfs: /data", id="nothing"),
        pytest.param(f"configs: [{FILE % 'mode: 0400'}]", id="rights"),
    ],
)
def test_of_what_is_carried_over_nothing_is_said(tmp_path: Path, body: str) -> None:
    (tmp_path / "mine").write_text("text\n")

    result = run(tmp_path, service(body) + SECTIONS)

    assert objects(result)
    assert "is left out" not in result.stderr


@pytest.mark.parametrize("section", ["configs", "secrets"])
@pytest.mark.parametrize("key", ["name: theirs", "labels: {a: b}", "template_driver: golang"])
def test_what_a_file_loses_is_said(tmp_path: Path, section: str, key: str) -> None:
    (tmp_path / "mine").write_text("text\n")
    declared = f"{section}: {{mine: {{file: mine, {key}}}}}\n"

    result = run(tmp_path, service(f"{section}: [mine]") + declared)

    what = f"`{key.partition(':')[0]}:` of {section[:-1]} 'mine' is left out: "
    assert what in result.stderr


@pytest.mark.parametrize("form", ["true, name: theirs", "{name: theirs}"])
@pytest.mark.parametrize(
    ("body", "section"),
    [("volumes: ['data:/data']", "volumes"), ("configs: [data]", "configs")],
)
def test_what_others_made_is_called_as_they_call_it(
    tmp_path: Path, form: str, body: str, section: str
) -> None:
    result = run(tmp_path, service(body) + f"{section}: {{data: {{external: {form}}}}}\n")

    assert "theirs" in result.stdout
    assert {kind for kind, _ in objects(result)} <= {"Deployment", "Service"}
    assert "'theirs', which web mounts, is not written" in result.stderr
