"""`${NAME}`: decided by what the files say, and written back as it stood."""

import pytest

from tests.generator.compose import ambassador, balanced, extra_hosts, scale

LEFT_ALONE = [
    pytest.param("image: app:${TAG}", id="a name"),
    pytest.param("image: app:${TAG:-latest}", id="a default"),
    pytest.param("image: app:${TAG-${OTHER:-1}}", id="a default in a default"),
    pytest.param("image: app:${TAG:+yes}", id="a replacement"),
    pytest.param("image: app:$TAG", id="without braces"),
    pytest.param("image: app\ncommand: echo $$HOME", id="an escaped dollar"),
    pytest.param("image: app\nenvironment:\n  - HOME", id="a variable that is passed on"),
    pytest.param("image: app\nentrypoint: ['sh', '-c', 'exec $$0']", id="dollars in a list"),
]


@pytest.mark.parametrize("body", LEFT_ALONE)
@pytest.mark.parametrize("transform", [scale, extra_hosts, ambassador])
def test_is_written_back_as_it_stood(transform, body: str) -> None:
    service = "rng" if transform is scale else "redis"
    made = transform(balanced(f"{body}\nexpose: [80]\n"), service, unread="${TAG" in body)

    name = "rng1" if transform is scale else "rng"
    assert made.body(name).startswith(f"{body}\nexpose: [80]\n")


def test_value_of_the_env_file_is_not_baked_in(tmp_path) -> None:
    source = balanced("image: app\nports: ['${PORT}:80']\ncontainer_name: ${NAME}\n")

    made = scale(source, folder=tmp_path, files={".env": "PORT=8001\nNAME=coins\n"})

    assert made.carried("rng") == "ports: ['${PORT}:80']\ncontainer_name: ${NAME}\n"


def test_dollars_in_the_configuration_are_doubled() -> None:
    made = scale(balanced("image: app\nexpose: [80]\n"))

    configuration = made.text[made.text.index("\nconfigs:") :]
    assert configuration.replace("$$", "").count("$") == 0


IMAGES = [
    pytest.param("redis:${TAG:-7}", "6379", id="the default of a tag"),
    pytest.param("${REGISTRY:-}redis", "6379", id="an empty default"),
    pytest.param("${REGISTRY:-registry.example/}redis:7", "6379", id="the default of a registry"),
    pytest.param("${REGISTRY}/redis:7", "6379", id="a registry that nobody knows"),
    pytest.param("redis:${TAG}", "6379", id="a tag that nobody knows"),
]


@pytest.mark.parametrize(("image", "ports"), IMAGES)
def test_image_is_known_by_its_name_whatever(image: str, ports: str) -> None:
    made = ambassador(f"services:\n  redis:\n    image: {image}\n", unread=True)

    assert made.value("redis", "labels")["dcgen.ports"] == ports
