"""`expose`: a generated service declares each port that its HAProxy listens on."""

from pathlib import Path

import pytest

from tests.generator.compose import ambassador, balanced, scale

AS_IT_WAS = [
    pytest.param("ports: ['8001:80']", id="a published port"),
    pytest.param("ports: ['80']", id="a port published anywhere"),
    pytest.param("ports: [{target: 80, published: 8001}]", id="the long form"),
    pytest.param("ports: ['${PORT:-8001}:80']", id="a variable on the host's side"),
    pytest.param("expose: ['80']", id="an exposed port"),
    pytest.param("expose: ['79-81']", id="a range"),
]


@pytest.mark.parametrize("lines", AS_IT_WAS)
def test_declared_port_is_not_declared_again(lines: str) -> None:
    made = scale(balanced(f"image: nginx\n{lines}\n"), ports=(80,))

    assert made.carried("rng") == f"{lines}\n"


ADDED = [
    pytest.param("image: nginx", {}, ["80"], id="known by the image"),
    pytest.param("image: app", {"ports": (8080, 80)}, ["80", "8080"], id="given with --port"),
    pytest.param("image: a\nports: ['53:53/udp']", {"ports": (53,)}, ["53"], id="beside UDP"),
    pytest.param("image: a\nexpose: ['81']", {"ports": (80, 81)}, ["81", "80"], id="one lacks"),
]


@pytest.mark.parametrize(("lines", "how", "exposed"), ADDED)
def test_port_that_the_file_does_not_declare_is_exposed(lines: str, how, exposed) -> None:
    made = scale(balanced(f"{lines}\n"), **how)

    assert made.value("rng", "expose") == exposed


def test_port_of_a_dockerfile_is_exposed(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM app\nEXPOSE 3000\n")

    made = scale(balanced("build: .\n"), folder=tmp_path)

    assert made.value("rng", "expose") == ["3000"]
    assert made.value("rng1", "expose") is None


def test_ambassador_exposes_its_port_where_another_proxy_leads_to_it() -> None:
    body = "services:\n  web:\n    image: nginx\n"
    led = body + "    environment: {VIRTUAL_HOST: a.example}\n"

    assert ambassador(led, "web").value("web", "expose") == ["80"]
    assert ambassador(body, "web").value("web", "expose") is None


HOWS = [
    pytest.param({"dynamic": True}, id="dynamic"),
    pytest.param({"lb_config": "file"}, id="file"),
    pytest.param({"lb_config": "args"}, id="args"),
]


@pytest.mark.parametrize("how", HOWS)
def test_port_is_exposed_however_the_balancer_is_made(how) -> None:
    assert scale(balanced("image: nginx\n"), **how).value("rng", "expose") == ["80"]


def test_port_is_exposed_in_flow_style_too() -> None:
    made = scale("services: {rng: {image: nginx}}\n", "rng", 2)

    assert made.value("rng", "expose") == ["80"]


def test_scaled_again_it_exposes_the_same() -> None:
    made = scale(balanced("image: nginx\n"), n=2)

    assert scale(made.variant.text, n=3).value("rng", "expose") == ["80"]


def test_port_that_is_no_longer_balanced_is_no_longer_exposed() -> None:
    made = scale(balanced("image: nginx\n"), n=2)

    assert scale(made.variant.text, n=3, ports=(81,)).value("rng", "expose") == ["81"]
