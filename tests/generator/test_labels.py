"""`labels` and routing variables: another proxy must lead to the balancer, the rest stays."""

import pytest

from tests.generator.compose import ambassador, balanced, extra_hosts, scale

APP = "image: app\nexpose: [80]\n"

LEFT_ALONE = [
    pytest.param("labels:\n  com.example.team: coins\n", id="a mapping"),
    pytest.param("labels:\n  - com.example.team=coins\n", id="a list"),
    pytest.param('labels: {com.example.team: "coins"}\n', id="a flow mapping"),
    pytest.param("labels:\n  com.example.team: coins  # ours\n", id="a comment behind one"),
    pytest.param("labels:\n  com.example.price: 5$$\n", id="a dollar sign"),
]


@pytest.mark.parametrize("labels", LEFT_ALONE)
def test_labels_stay_on_the_replicas_alone(labels: str) -> None:
    made = scale(balanced(APP + labels))

    assert made.labels("rng1") == made.labels("rng2") != {}
    assert made.labels("rng") == {}
    assert labels.rstrip("}\n").replace("\n", "\n    ") in made.text


def test_replicas_say_what_they_are_replicas_of() -> None:
    made = scale(balanced(APP))

    assert made.value("rng1", "labels") == {"dcgen.role": "replica", "dcgen.service": "rng"}


def test_balancer_says_what_it_balances() -> None:
    made = scale(balanced(APP))

    labels = made.value("rng", "labels")
    assert labels["dcgen.role"] == "balancer"
    assert labels["dcgen.service"] == "rng"
    assert labels["dcgen.balances"] == "rng1:80 rng2:80"
    assert labels["dcgen.config"].startswith("sha256:")


def test_ambassador_says_where_it_leads() -> None:
    labels = ambassador(balanced(APP)).value("redis", "labels")

    assert labels["dcgen.role"] == "ambassador"
    assert labels["dcgen.service"] == "redis"
    assert labels["dcgen.upstream"] == "192.0.2.7:32768"
    assert labels["dcgen.ports"] == "6379"


ROUTING = [
    pytest.param("traefik.enable", "true", id="Traefik"),
    pytest.param("traefik.http.routers.rng.rule", "Host(`rng.example`)", id="Traefik's backticks"),
    pytest.param("caddy", "rng.example", id="Caddy"),
    pytest.param("caddy.reverse_proxy", "{{upstreams 80}}", id="Caddy's braces"),
    pytest.param("traefik.http.middlewares.auth.basicauth.users", "a:$$apr1$$x", id="dollars"),
]


@pytest.mark.parametrize(("label", "value"), ROUTING)
@pytest.mark.parametrize("style", ["mapping", "list"])
def test_labels_of_other_proxies_move_to_the_balancer(label: str, value: str, style: str) -> None:
    text = f'  {label}: "{value}"\n' if style == "mapping" else f'  - "{label}={value}"\n'
    made = scale(balanced(f"{APP}labels:\n{text}"))

    assert made.labels("rng1") == made.labels("rng2") == {}
    assert made.labels("rng") == {label: value}
    assert made.warnings == [
        "compose.yml:8: the labels of 'rng' for another proxy move to the balancer,"
        " though that proxy balances the replicas by itself"
    ]


@pytest.mark.parametrize(("label", "value"), ROUTING)
@pytest.mark.parametrize("style", ["mapping", "list"])
def test_labels_of_other_proxies_stay_on_the_ambassador(label, value, style) -> None:
    text = f'  {label}: "{value}"\n' if style == "mapping" else f'  - "{label}={value}"\n'
    made = ambassador(balanced(f"{APP}labels:\n{text}"), "rng")

    assert made.labels("rng") == {label: value}


def test_labels_are_parted_into_those_that_move_and_those_that_stay() -> None:
    made = scale(
        balanced(
            APP
            + "labels:\n  - traefik.enable=true\n  - team=coins  # ours\n"
            + "  - traefik.docker.network=a\n"
        )
    )

    assert made.labels("rng1") == made.labels("rng2") == {"team": "coins"}
    assert made.labels("rng") == {"traefik.enable": "true", "traefik.docker.network": "a"}


def test_labels_of_others_are_left_alone() -> None:
    body = "image: ui\nlabels:\n  traefik.http.routers.rng.service: rng\n"
    made = scale(balanced(APP, "webui:\n" + "".join(f"  {line}\n" for line in body.splitlines())))

    assert made.body("webui") == body


DEPLOYED = "deploy:\n  labels:\n    traefik.enable: 'true'\n    team: coins\n"


def test_labels_of_other_proxies_in_deploy_move_too() -> None:
    made = scale(balanced(APP + DEPLOYED))

    assert made.value("rng1", "deploy") == {"labels": {"team": "coins"}}
    assert made.value("rng", "deploy") == {"labels": {"traefik.enable": "true"}}


VARIABLES = [
    pytest.param("VIRTUAL_HOST", "rng.example", id="nginx-proxy's host"),
    pytest.param("VIRTUAL_PORT", "80", id="nginx-proxy's port"),
    pytest.param("LETSENCRYPT_HOST", "rng.example", id="its companion's host"),
    pytest.param("VIRTUAL_PATH", "~^/$$", id="a dollar sign"),
]


@pytest.mark.parametrize(("name", "value"), VARIABLES)
@pytest.mark.parametrize("style", ["mapping", "list"])
def test_variables_of_other_proxies_move_to_the_balancer(name, value, style) -> None:
    part = (
        f"{name}: '{value}'\n  LEVEL: debug"
        if style == "mapping"
        else (f"- '{name}={value}'\n  - LEVEL=debug")
    )
    made = scale(balanced(f"{APP}environment:\n  {part}\n"))

    assert made.value("rng", "environment") == {name: value}
    assert made.value("rng1", "environment") in ({"LEVEL": "debug"}, ["LEVEL=debug"])
    assert made.value("rng2", "environment") == made.value("rng1", "environment")


def test_variables_of_other_proxies_stay_on_the_ambassador() -> None:
    made = ambassador(
        balanced(APP + "environment:\n  VIRTUAL_HOST: rng.example\n  PASSWORD: secret\n"), "rng"
    )

    assert made.value("rng", "environment") == {"VIRTUAL_HOST": "rng.example"}


def test_labels_go_with_a_service_that_leaves() -> None:
    made = extra_hosts(balanced(APP + "labels:\n  traefik.enable: 'true'\n"), "rng")

    assert "traefik" not in made.text


def test_comments_behind_labels_and_variables_move_with_them() -> None:
    made = scale(
        """
        services:
          rng:
            image: rng
            expose: [80]
            environment:
              VIRTUAL_HOST: rng.example  # where it is reached
              SEED: 7  # stays
            labels:
              - team=red  # stays, too
              - "traefik.http.x=rng.example"   # the route
            deploy:
              labels:
                traefik.enable: "true"  # for Swarm
        """
    )

    lines = made.text.splitlines()
    balancer = lines[lines.index("  rng:") :]
    assert "      VIRTUAL_HOST: rng.example  # where it is reached" in balancer
    assert '      traefik.http.x: "rng.example"   # the route' in balancer
    assert '        traefik.enable: "true"  # for Swarm' in balancer
    assert made.text.count("# stays, too") == made.text.count("# for Swarm") == 1
    again = scale(made.variant.text, n=2)
    assert again.variant.text == made.variant.text
