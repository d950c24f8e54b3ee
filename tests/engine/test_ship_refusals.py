"""What a person is told when a registry or a host does not take an image."""

import pytest

from engine.ship.push import refusal

REFERENCE = "r.example:5000/coins/rng:v1"


@pytest.mark.parametrize(
    ("said", "fix"),
    [
        pytest.param(
            "no basic auth credentials",
            "docker login r.example:5000",
            id="Docker's registry, no login",
        ),
        pytest.param(
            "denied: requested access to the resource is denied",
            "docker login r.example:5000",
            id="Docker Hub",
        ),
        pytest.param(
            'Get "https://r.example:5000/v2/": http: server gave HTTP response to HTTPS client',
            "insecure-registries",
            id="no TLS",
        ),
        pytest.param(
            'Get "https://r.example:5000/v2/": x509: certificate signed by unknown authority',
            "/etc/docker/certs.d/r.example:5000/ca.crt",
            id="a CA of its own",
        ),
        pytest.param(
            'Get "https://r.example:5000/v2/": dial tcp 192.0.2.1:5000: connection refused',
            "curl http://r.example:5000/v2/",
            id="no registry",
        ),
        pytest.param(
            "dial tcp: lookup r.example: no such host", "check the address", id="no such name"
        ),
        pytest.param("something new", f"docker push {REFERENCE}", id="not known"),
    ],
)
def test_a_refused_push_says_what_to_do(said: str, fix: str) -> None:
    error = refusal("rng", said, REFERENCE)

    assert error.exit_code == 3
    assert error.what.startswith("rng not pushed: ")
    assert said in error.what
    assert fix in error.fix
