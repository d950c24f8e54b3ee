"""`profiles`: balancer, replicas and ambassador run when the service did."""

import pytest

from tests.generator.compose import ambassador, balanced, extra_hosts, scale

PROFILES = [
    pytest.param("profiles: [debug, full]\n", id="a flow list"),
    pytest.param("profiles:\n  - debug  # only\n", id="a list"),
]


@pytest.mark.parametrize("profiles", PROFILES)
def test_balancer_and_replicas_have(profiles: str) -> None:
    made = scale(balanced(f"image: app\nexpose: [80]\n{profiles}"))

    bare = profiles.replace("  # only", "")
    assert made.body("rng1") == f"image: app\nexpose: [80]\n{profiles}"
    assert made.body("rng2") == f"image: app\nexpose: [80]\n{bare}"
    assert made.carried("rng") == f"expose: [80]\n{bare}"


@pytest.mark.parametrize("profiles", PROFILES)
def test_ambassador_has(profiles: str) -> None:
    made = ambassador(balanced(f"image: app\nexpose: [80]\n{profiles}"), "rng")

    assert made.carried("rng") == f"expose: [80]\n{profiles}"


def test_one_name_and_port_in_two_profiles_is_no_clash() -> None:
    made = scale(
        """
        services:
          cpu:
            image: ollama
            container_name: ollama
            profiles: [cpu]
            ports: ["11434:11434"]
          gpu:
            image: ollama
            container_name: ollama
            profiles: [gpu]
            ports: ["11434:11434"]
        """,
        "cpu",
    )

    assert made.services["cpu"]["container_name"] == made.services["gpu"]["container_name"]


def test_consumers_get_the_address_whatever_the_profile_of_the_service() -> None:
    made = extra_hosts(
        "services:\n  redis:\n    image: redis\n    profiles: [data]\n  web:\n    image: web\n"
    )

    assert made.services["web"]["extra_hosts"] == ["redis:192.0.2.7"]
