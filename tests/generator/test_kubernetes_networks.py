"""`dcgen kubernetes`: who reaches a pod, by which name, from within and from outside."""

from pathlib import Path

import pytest

from tests.generator.cluster import objects, run, service

NETWORKS = """\
services:
  web:
    image: nginx
    networks: [front, back]
    ports: ["8080:80"]
  db:
    image: postgres
    networks: [back]
networks:
  front:
  back: {internal: true}
"""


def test_networks_keep_pods_apart(tmp_path: Path) -> None:
    result = run(tmp_path, NETWORKS)

    found = {name: one["spec"] for (kind, name), one in objects(result).items() if "Policy" in kind}
    assert sorted(found) == ["db-internal", "network-back", "network-front", "web-published"]
    member = {"matchLabels": {"dcgen.network/back": "member"}}
    assert found["network-back"]["podSelector"] == member
    assert found["network-back"]["ingress"] == [{"from": [{"podSelector": member}]}]
    assert found["web-published"]["ingress"] == [{"ports": [{"port": 80, "protocol": "TCP"}]}]
    assert found["db-internal"]["egress"][0] == {"to": [{"podSelector": member}]}
    labels = objects(result)["Deployment", "web"]["spec"]["template"]["metadata"]["labels"]
    assert {key for key in labels if key.startswith("dcgen.network/")} == {
        "dcgen.network/front",
        "dcgen.network/back",
    }


def test_one_network_needs_no_policy(tmp_path: Path) -> None:
    kinds = {kind for kind, _ in objects(run(tmp_path, service("ports: ['80:80']")))}

    assert kinds == {"Deployment", "Service"}


@pytest.mark.parametrize(
    ("ports", "options", "expected"),
    [
        pytest.param("8080:80", (), {"type": "NodePort", "port": 80}, id="a port of each node"),
        pytest.param(
            "30080:80", (), {"type": "NodePort", "port": 80, "nodePort": 30080}, id="that very port"
        ),
        pytest.param(
            "8080:80",
            ("--publish", "load-balancer"),
            {"type": "LoadBalancer", "port": 8080},
            id="a load balancer",
        ),
        pytest.param("127.0.0.1:8080:80", (), None, id="of this machine alone"),
        pytest.param("8080:80", ("--publish", "none"), None, id="not at all"),
        pytest.param("8080:80", ("--ingress", "web=a.example"), None, id="by a host name"),
    ],
)
def test_a_published_port_is_never_wider_than_in_compose(
    tmp_path: Path, ports: str, options: tuple[str, ...], expected: dict[str, object] | None
) -> None:
    found = objects(run(tmp_path, service(f"ports: ['{ports}']\nexpose: [9000]"), *options))

    inside = found["Service", "web"]["spec"]
    assert ([one["port"] for one in inside["ports"]], inside.get("type")) == ([80, 9000], None)
    made = found.get(("Service", "web-published"))
    if expected is None:
        assert made is None
    else:
        (port,) = made["spec"]["ports"]
        assert {"type": made["spec"]["type"], **port} == {
            "name": "tcp-80",
            "targetPort": 80,
            "protocol": "TCP",
            **expected,
        }


@pytest.mark.parametrize(
    ("version", "names"),
    [
        pytest.param("1.30", ["web", "web-published"], id="one for both protocols"),
        pytest.param(
            "1.25",
            ["web", "web-published-tcp", "web-published-udp"],
            id="one for each, before 1.26",
        ),
    ],
)
def test_a_load_balancer_has_the_protocols_that_it_can(
    tmp_path: Path, version: str, names: list[str]
) -> None:
    text = service("ports: ['53:53/udp', '80:80']")
    result = run(tmp_path, text, "--publish", "load-balancer", "--kubernetes", version)

    assert sorted(name for kind, name in objects(result) if kind == "Service") == names


def test_an_ingress_leads_to_the_published_port(tmp_path: Path) -> None:
    text = service("ports: ['8080:8000']\nexpose: [80]")
    result = run(tmp_path, text, "--ingress", "web=a.example", "--ingress-class", "nginx")

    spec = objects(result)["Ingress", "web"]["spec"]
    assert spec["ingressClassName"] == "nginx"
    (rule,) = spec["rules"]
    assert rule["host"] == "a.example"
    backend = rule["http"]["paths"][0]["backend"]["service"]
    assert backend == {"name": "web", "port": {"number": 8000}}


@pytest.mark.parametrize(
    ("option", "code", "what"),
    [
        pytest.param("wbe=a.example", 1, "did you mean 'web'?", id="another service"),
        pytest.param("web", 2, "SERVICE=HOST", id="no host"),
        pytest.param("web=http://x", 2, "not the name of a host", id="a URL"),
    ],
)
def test_a_wrong_ingress_is_refused(tmp_path: Path, option: str, code: int, what: str) -> None:
    result = run(tmp_path, service("ports: ['80:80']"), "--ingress", option)

    assert (result.exit_code, result.stdout) == (code, "")
    assert what in result.stderr


def test_each_name_under_which_a_service_is_dialled_has_a_service(tmp_path: Path) -> None:
    text = """\
services:
  web:
    image: nginx
    links: ["redis:store"]
    environment: {URL: "http://the-api:8080/"}
  redis: {image: redis, networks: {default: {aliases: [cache, bad_name]}}}
  api: {image: app, container_name: the-api, expose: [8080]}
"""
    result = run(tmp_path, text)

    found = {
        name: one["spec"] for (kind, name), one in objects(result).items() if kind == "Service"
    }
    assert found["store"] == found["cache"] == found["redis"]
    assert found["the-api"] == found["api"]
    assert "'bad_name' of redis is left out" in result.stderr


@pytest.mark.parametrize(
    "setting",
    [
        "attachable: true",
        "driver: macvlan",
        "driver_opts: {a: b}",
        "enable_ipv6: true",
        "external: true",
        "ipam: {config: [{subnet: 192.0.2.0/24}]}",
        "labels: {a: b}",
    ],
)
def test_no_setting_of_a_network_is_lost_in_silence(tmp_path: Path, setting: str) -> None:
    result = run(tmp_path, service("networks: [back]") + f"networks:\n  back: {{{setting}}}\n")

    assert f"{tmp_path}/compose.yml:6: `{setting.partition(':')[0]}:` of network" in result.stderr


@pytest.mark.parametrize(
    ("body", "options"),
    [
        pytest.param("x-dcgen: {node-port: 30080}", (), id="of the file"),
        pytest.param("x-dcgen: {node-port: 31000}", ("--set", "web.node-port=30080"), id="chosen"),
    ],
)
def test_the_port_of_each_node_can_be_chosen(
    tmp_path: Path, body: str, options: tuple[str, ...]
) -> None:
    result = run(tmp_path, service(f"ports: ['80:80']\n{body}"), *options)

    (port,) = objects(result)["Service", "web-published"]["spec"]["ports"]
    assert (port["port"], port["nodePort"]) == (80, 30080)
    assert "that the cluster chooses" not in result.stderr


@pytest.mark.parametrize(
    ("sections", "line", "what"),
    [
        pytest.param("volumes: {data: {name: mine}}", 5, "`name:` of volume 'data'", id="volume"),
        pytest.param(
            "networks: {back: {name: mine}}", 5, "`name:` of network 'back'", id="network"
        ),
    ],
)
def test_a_name_of_dockers_own_is_said_to_be_lost(
    tmp_path: Path, sections: str, line: int, what: str
) -> None:
    result = run(tmp_path, service("scale: 1") + f"{sections}\n")

    assert f"compose.yml:{line}: {what} is left out" in result.stderr
    external = run(tmp_path, service("") + sections.replace("{name", "{external: true, name"))
    assert what not in external.stderr
