"""`deploy` and `scale`: dcgen's number replaces the one that is there; a worker gets one."""

import pytest

from tests.generator.compose import ambassador, balanced, refusal, scale

APP = "image: app\nexpose: [80]\n"

LEFT_ALONE = [
    pytest.param("deploy:\n  resources:\n    limits:\n      memory: 50M\n", id="limits"),
    pytest.param("deploy:\n  placement:\n    constraints: [node.role == worker]\n", id="places"),
    pytest.param("deploy:\n  update_config:\n    parallelism: 2\n", id="updating"),
    pytest.param("deploy:\n  endpoint_mode: vip\n", id="the endpoint"),
    pytest.param("deploy:\n  mode: replicated\n", id="the mode that is the default"),
]


@pytest.mark.parametrize("deploy", LEFT_ALONE)
def test_replicas_keep_and_nobody_else_has(deploy: str) -> None:
    made = scale(balanced(APP + deploy))

    assert made.body("rng1") == made.body("rng2") == APP + deploy
    assert made.value("rng", "deploy") is None
    assert ambassador(balanced(APP + deploy), "rng").value("rng", "deploy") is None


DROPPED = [
    pytest.param("deploy:\n  replicas: 3\n", "", id="deploy with nothing else"),
    pytest.param("scale: 3\n", "", id="scale"),
    pytest.param(
        "deploy:\n  replicas: 3\n  endpoint_mode: vip\n",
        "deploy:\n  endpoint_mode: vip\n",
        id="the first of several",
    ),
    pytest.param(
        "deploy:\n  endpoint_mode: vip  # as ever\n  replicas: 3\n",
        "deploy:\n  endpoint_mode: vip  # as ever\n",
        id="the last of several",
    ),
    pytest.param(
        "deploy: {replicas: 3, endpoint_mode: vip}\n",
        "deploy: {endpoint_mode: vip}\n",
        id="one of a flow mapping",
    ),
]


@pytest.mark.parametrize(("deploy", "left"), DROPPED)
def test_number_that_is_there_no_longer_counts(deploy: str, left: str) -> None:
    made = scale(balanced(APP + deploy))

    assert made.body("rng1") == APP + left
    assert made.carried("rng") == "expose: [80]\n"
    key = "scale" if "scale" in deploy else "replicas"
    assert made.warnings == [f"compose.yml:5: `{key}: 3` of 'rng' is replaced by 2"]


def test_number_that_stays_as_it_was_is_not_worth_a_word() -> None:
    assert scale(balanced(APP + "scale: 3\n"), n=3).warnings == []


@pytest.mark.parametrize("number", ["deploy:\n  replicas: 3\n", "scale: 3\n"])
def test_ambassador_is_one_and_that_is_said(number: str) -> None:
    made = ambassador(balanced(APP + number), "rng")

    assert made.value("rng", "deploy") is made.value("rng", "scale") is None
    key = "scale" if "scale" in number else "replicas"
    assert made.warnings == [f"compose.yml:5: `{key}: 3` of 'rng' is replaced by one ambassador"]


@pytest.mark.parametrize("mode", ["global", "replicated-job", "global-job"])
def test_mode_that_sets_the_number_itself_is_refused(mode: str) -> None:
    assert refusal("scale", balanced(f"{APP}deploy:\n  mode: {mode}\n"), "rng", unread=True) == (
        f"8: service 'rng' has `deploy.mode: {mode}`, which sets the number itself"
        f" / fix: remove `mode: {mode}` from 'rng'"
    )


WORKERS = [
    pytest.param("image: app\n", "image: app\ndeploy:\n  replicas: 4\n", id="nothing"),
    pytest.param(
        "image: app\ndeploy:\n  replicas: 2  # for now\n",
        "image: app\ndeploy:\n  replicas: 4  # for now\n",
        id="another number",
    ),
    pytest.param(
        "image: app\ndeploy:\n  endpoint_mode: vip\n",
        "image: app\ndeploy:\n  endpoint_mode: vip\n  replicas: 4\n",
        id="deploy without a number",
    ),
    pytest.param("image: app\nscale: 2\n", "image: app\nscale: 4\n", id="scale"),
    pytest.param(
        "image: app\ndeploy: {replicas: 2}\n",
        "image: app\ndeploy: {replicas: 4}\n",
        id="a flow mapping",
    ),
]


@pytest.mark.parametrize(("body", "expected"), WORKERS)
def test_worker_that_nobody_dials_gets_a_number_where_it_has(body: str, expected: str) -> None:
    made = scale(balanced(body), "rng", 4)

    assert made.body("rng") == expected
    assert list(made.services) == ["worker", "rng", "redis"]


def test_worker_with_a_container_name_is_refused() -> None:
    assert refusal("scale", balanced("image: app\ncontainer_name: one\n"), "rng") == (
        "7: service 'rng' has a `container_name`, which only one container can have"
        " / fix: remove `container_name` from 'rng', or give `--port PORT` if it is a server"
    )


def test_service_without_a_port_that_others_dial_is_refused() -> None:
    source = balanced("image: app\n", "web:\n  image: web\n  links: [rng]\n")

    assert refusal("scale", source, "rng") == (
        "5: cannot tell which port 'rng' listens on; 'web' connects to it"
        " / fix: give `--port PORT`, or add `expose: [\"PORT\"]` to 'rng'"
    )


def test_job_without_a_port_is_refused() -> None:
    source = balanced(
        "image: app\n",
        "web:\n  image: web\n  depends_on:\n    rng:\n"
        "      condition: service_completed_successfully\n",
    )

    assert "waits for 'rng' to complete" in refusal("scale", source, "rng")
