"""`depends_on`: callers wait for the balancer, the balancer for its replicas."""

import pytest

from tests.generator.compose import ambassador, balanced, extra_hosts, refusal, scale, yaml

HEALTHY = {"condition": "service_healthy"}
OTHERS = "  webui:\n    image: webui\n    depends_on:{}\n"


def after_rng(dependencies: str) -> str:
    """Return a file whose last service has *dependencies*."""
    inner = "".join(f"      {line}\n" for line in yaml(dependencies).splitlines())
    return balanced("image: app\nexpose: [80]\n", OTHERS.format(f"\n{inner}".rstrip("\n")))


LEFT_ALONE = [
    pytest.param("- redis\n- rng\n", id="a list"),
    pytest.param("rng:\n  condition: service_started\n", id="a mapping"),
    pytest.param("rng:\n  condition: service_healthy\n", id="one that waits for health"),
    pytest.param(
        "rng:\n  condition: service_started\n  required: false\n  restart: true\n", id="flags"
    ),
]


@pytest.mark.parametrize("dependencies", LEFT_ALONE)
@pytest.mark.parametrize("transform", [scale, ambassador])
def test_callers_go_on_depending_on_the_name(transform, dependencies: str) -> None:
    made = transform(after_rng(dependencies), "rng")

    assert made.body("webui") == "image: webui\ndepends_on:\n" + "".join(
        f"  {line}\n" for line in dependencies.splitlines()
    )


@pytest.mark.parametrize("transform", [scale, ambassador])
@pytest.mark.parametrize("lb_config", ["inline", "args"])
def test_what_is_waited_for_until_it_is_healthy_has_a_health_check(transform, lb_config) -> None:
    made = transform(after_rng("rng:\n  condition: service_healthy\n"), "rng", lb_config=lb_config)

    assert made.value("rng", "healthcheck")["test"]


def test_replicas_depend_on_what_the_service_did_and_the_balancer_on_its_replicas() -> None:
    made = scale(balanced("image: app\nexpose: [80]\ndepends_on:\n  - redis  # first\n"))

    assert made.value("rng", "depends_on") == ["rng1", "rng2"]
    assert made.body("rng1") == "image: app\nexpose: [80]\ndepends_on:\n  - redis  # first\n"
    assert made.value("rng2", "depends_on") == ["redis"]


@pytest.mark.parametrize(
    ("check", "dependencies"),
    [
        pytest.param("test: [CMD, ask]", dict.fromkeys(["rng1", "rng2"], HEALTHY), id="a check"),
        pytest.param("disable: true", ["rng1", "rng2"], id="none"),
        pytest.param("interval: 2s", ["rng1", "rng2"], id="the image's, which may have none"),
    ],
)
def test_balancer_waits_until_replicas_with_a_health_check_are_healthy(
    check: str, dependencies: object
) -> None:
    made = scale(balanced(f"image: app\nexpose: [80]\nhealthcheck: {{{check}}}\n"))

    assert made.value("rng", "depends_on") == dependencies


def test_ambassador_depends_on_nothing() -> None:
    made = ambassador(balanced("image: app\nexpose: [80]\ndepends_on:\n  - redis\n"), "rng")

    assert made.value("rng", "depends_on") is None


REMOVED = [
    pytest.param("- redis\n", "", id="the only entry goes with its key"),
    pytest.param("- rng\n- redis\n", "depends_on:\n  - rng\n", id="the last of a list"),
    pytest.param("- redis\n- rng  # first\n", "depends_on:\n  - rng  # first\n", id="the first"),
    pytest.param("- 'redis'\n- rng\n", "depends_on:\n  - rng\n", id="a quoted entry"),
    pytest.param(
        "redis:\n  condition: service_healthy\nrng:\n  condition: service_started\n",
        "depends_on:\n  rng:\n    condition: service_started\n",
        id="an entry of a mapping with its condition",
    ),
    pytest.param(
        "rng:\n  condition: service_started\nredis:\n  condition: service_healthy\n",
        "depends_on:\n  rng:\n    condition: service_started\n",
        id="the last entry of a mapping",
    ),
    pytest.param(
        "redis:\n  condition: service_healthy\n  restart: true\n",
        "",
        id="the only entry of a mapping",
    ),
]


@pytest.mark.parametrize(("dependencies", "left"), REMOVED)
def test_dependency_on_a_service_that_leaves_goes(dependencies: str, left: str) -> None:
    made = extra_hosts(after_rng(dependencies))

    hosts = 'extra_hosts:\n  - "redis:192.0.2.7"\n'
    assert made.body("webui") == f"image: webui\n{left}{hosts}"


FLOW = [
    pytest.param("[redis]", None, id="the only entry"),
    pytest.param("[redis, rng]", "[rng]", id="the first"),
    pytest.param("[rng, redis]", "[rng]", id="the last"),
    pytest.param("[rng, redis, worker]", "[rng, worker]", id="one in between"),
    pytest.param(
        "{redis: {condition: service_healthy}, rng: {condition: service_started}}",
        "{rng: {condition: service_started}}",
        id="an entry of a mapping",
    ),
]


@pytest.mark.parametrize(("dependencies", "left"), FLOW)
def test_dependency_in_flow_style_goes(dependencies: str, left: str | None) -> None:
    source = balanced("image: app\n", OTHERS.format(f" {dependencies}"))

    expected = f"depends_on: {left}\n" if left else ""
    hosts = 'extra_hosts:\n  - "redis:192.0.2.7"\n'
    assert extra_hosts(source).body("webui") == f"image: webui\n{expected}{hosts}"


@pytest.mark.parametrize("command", ["scale", "ambassador"])
def test_job_that_others_wait_for_is_refused(command: str) -> None:
    source = after_rng("rng:\n  condition: service_completed_successfully\n")

    assert refusal(command, source, "rng") == (
        "14: service 'webui' waits for 'rng' to complete, which HAProxy in its place never does"
        " / fix: leave 'rng' as it is: it is a job"
    )


def test_work_of_a_job_that_leaves_must_be_done_before() -> None:
    source = after_rng("redis:\n  condition: service_completed_successfully\n")

    assert extra_hosts(source).warnings == [
        "compose.yml:14: 'webui' no longer waits for 'redis' to complete"
    ]


BOTH = [
    pytest.param(
        "{image: ui, depends_on: [redis], links: [redis]}", {"links": []}, id="side by side"
    ),
    pytest.param("{depends_on: [redis], image: ui, links: [redis]}", {}, id="apart"),
    pytest.param("{links: [redis], depends_on: [redis], image: ui}", {}, id="at the start"),
]


@pytest.mark.parametrize(("body", "left"), BOTH)
def test_dependency_and_link_go_together_in_flow_style(body: str, left: dict) -> None:
    made = extra_hosts(balanced("image: app\n", f"webui: {body}\n"))

    hosts = {"extra_hosts": ["redis:192.0.2.7"]}
    assert made.services["webui"] == {"image": "ui", **left, **hosts}
