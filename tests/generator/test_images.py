"""The port of a service that declares none: its `image`, its Dockerfile, and who dials it."""

import pytest

from tests.generator.compose import Made, balanced, scale


def ports(made: Made) -> list[int]:
    servers = made.value("rng", "labels")["dcgen.balances"].split()
    return [int(server.rpartition(":")[2]) for server in servers]


IMAGES = [
    pytest.param("redis", [6379], id="a name"),
    pytest.param("redis:7-alpine", [6379], id="a tag"),
    pytest.param("docker.io/library/nginx", [80], id="a registry"),
    pytest.param("registry.example:5000/team/postgres:16", [5432], id="a registry with a port"),
    pytest.param("redis@sha256:" + "0" * 64, [6379], id="a digest"),
    pytest.param("nginxinc/nginx-unprivileged", [8080], id="one that is not privileged"),
    pytest.param("Redis", [6379], id="upper case"),
]


@pytest.mark.parametrize(("image", "expected"), IMAGES)
def test_well_known_image_tells_its_ports(image: str, expected: list[int]) -> None:
    assert ports(scale(balanced(f"image: {image}\n"), n=1)) == expected


DOCKERFILES = [
    pytest.param("FROM scratch\nEXPOSE 8080\n", [8080], id="one port"),
    pytest.param("FROM scratch\nEXPOSE 80 443/tcp 53/udp\n", [80, 443], id="TCP alone"),
    pytest.param("FROM scratch\nexpose 8080\n", [8080], id="lower case"),
    pytest.param("FROM scratch\nEXPOSE 80\nEXPOSE 81\n", [80, 81], id="two lines"),
    pytest.param("FROM scratch\nEXPOSE 80 \\\n  81\n", [80, 81], id="a continued line"),
    pytest.param("FROM scratch\n# EXPOSE 1\nEXPOSE 80\n", [80], id="a comment"),
    pytest.param("FROM redis:7\n", [6379], id="the port of its base"),
    pytest.param("FROM a AS one\nEXPOSE 1\nFROM one\nEXPOSE 2\n", [1, 2], id="a stage on a stage"),
    pytest.param("FROM a AS one\nEXPOSE 1\nFROM b\nEXPOSE 2\n", [2], id="the last stage"),
]


@pytest.mark.parametrize(("dockerfile", "expected"), DOCKERFILES)
def test_dockerfile_tells_its_ports(dockerfile: str, expected: list[int], tmp_path) -> None:
    made = scale(
        balanced("build: app\n"), n=1, folder=tmp_path, files={"app/Dockerfile": dockerfile}
    )

    assert ports(made) == expected


BUILDS = [
    pytest.param("build: app", id="a folder"),
    pytest.param("build: ./app/", id="a folder with dots and a slash"),
    pytest.param("build: {context: app}", id="a context"),
    pytest.param("build: {context: ., dockerfile: app/Dockerfile}", id="another file"),
    pytest.param("build: {context: app, target: one}", id="a stage"),
    pytest.param('build: {dockerfile_inline: "FROM scratch\\nEXPOSE 8080\\n"}', id="in the file"),
    pytest.param("image: redis\nbuild: app", id="an image of another port, which is only a name"),
]


@pytest.mark.parametrize("build", BUILDS)
def test_build_may_be(build: str, tmp_path) -> None:
    files = {"app/Dockerfile": "FROM scratch AS one\nEXPOSE 8080\n"}

    assert ports(scale(balanced(f"{build}\n"), n=1, folder=tmp_path, files=files)) == [8080]


DIALLED = [
    pytest.param("environment: {RNG_URL: 'http://rng:8080/'}", id="a URL"),
    pytest.param("environment: ['RNG=rng:8080']", id="an address"),
    pytest.param("command: wait-for rng:8080 -- run", id="an argument"),
    pytest.param("environment: {URL: 'http://user:pass@rng:8080'}", id="a URL with a password"),
]


@pytest.mark.parametrize("line", DIALLED)
def test_who_dials_a_service_tells_its_port(line: str) -> None:
    source = balanced("image: app\n", f"web:\n  image: web\n  {line}\n")

    assert ports(scale(source, n=1)) == [8080]


def test_dialled_port_is_balanced_beside_the_published_one() -> None:
    source = balanced(
        "image: app\nports: ['8001:80']\n", "web:\n  image: w\n  command: curl rng:81\n"
    )

    assert ports(scale(source, n=1)) == [81, 80]
