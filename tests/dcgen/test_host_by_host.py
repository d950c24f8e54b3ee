"""`rollout` on several hosts, one after the other: what is told when it ends before the last."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dcgen.commands.host_by_host import progress_of
from engine.events import Changed
from engine.hosts import Host
from tests.dcgen.test_many_hosts import FAKE_DOWN
from tests.dcgen.test_run import Run, folder, put, run

__all__ = ["folder", "put", "run"]  # fixtures


def test_a_rollout_does_not_begin_if_one_of_its_hosts_is_down(
    folder: Path, run: Run, put: Callable[[str, str], None]
) -> None:
    put("docker", FAKE_DOWN)
    text = "services:\n  b: {image: x, labels: {dcgen.role: balancer, dcgen.balances: 'b1:80'}}\n"
    (folder / "compose.yml").write_text(text)
    result = run("rollout", "b", "--host", "tcp://one:1", "--host", "tcp://down:1")

    assert result.exit_code == 3
    assert "answers at 'tcp://down:1' (cannot connect); nothing was changed on any" in result.stderr
    assert not (folder / "calls").exists()


@pytest.mark.parametrize(
    ("failed", "replaced", "said"),
    [
        pytest.param(
            1,
            [],
            "new on node1; old on node2, node3\n"
            "  the rest: the same command with --host node2 --host node3",
            id="before its first",
        ),
        pytest.param(
            1,
            ["rng1"],
            "new on node1; on node2 rng1 is new, the other replicas are old; old on node3\n"
            "  the rest: the same command with --host node2 --host node3",
            id="amid the second",
        ),
        pytest.param(
            2,
            ["rng1", "rng2"],
            "new on node1, node2; on node3 rng1, rng2 are new, the other replicas are old\n"
            "  the rest: the same command with --host node3",
            id="amid the last",
        ),
    ],
)
def test_what_is_new_and_what_is_old_is_told(failed: int, replaced: list[str], said: str) -> None:
    hosts = [Host(f"tcp://{n}:1", name=f"node{n}") for n in (1, 2, 3)]
    done = [Changed("rng1", "replaced", host=hosts[0])]
    done += [Changed(name, "replaced", host=hosts[failed]) for name in replaced]

    assert progress_of(hosts, failed, done) == said
