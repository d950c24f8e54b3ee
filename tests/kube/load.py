"""Clients in a pod that ask one after the other, and what became of each request."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.kube.kubectl import Kubectl
from tests.lab import bases
from tests.lab.waiting import until

POD = "clients"
# Begins when somebody answers: it takes a moment until each node knows the way to what is new. Says
# twice a second what became of all requests so far; SIGTERM lets each client finish.
SCRIPT = """
import collections, http.client, json, signal, sys, threading, time
host, clients, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
served, failed = [], collections.Counter()
over = threading.Event()
def answers():
    try:
        connection = http.client.HTTPConnection(host, 80, timeout=2)
        connection.request("GET", path, headers={"Connection": "close"})
        return connection.getresponse().status == 200
    except OSError:
        return False
while not answers(): time.sleep(0.1)
began = time.monotonic()
def ask():
    while not over.is_set():
        connection, step = http.client.HTTPConnection(host, 80, timeout=15), "connect"
        at = time.monotonic()
        try:
            connection.connect()
            step = "answer"
            connection.request("GET", path, headers={"Connection": "close"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            served.append(time.monotonic())
        except Exception as error:
            name = f"{step}: {type(error).__name__} {error}"[:60]
            failed[f"{name} at {at - began:.0f} s"] += 1
            time.sleep(0.02)
        connection.close()
        over.wait(0.005)
threads = [threading.Thread(target=ask) for _ in range(clients)]
for thread in threads: thread.start()
def say(): print(json.dumps({"served": len(served), "failed": dict(failed)}), flush=True)
signal.signal(signal.SIGTERM, lambda *_: over.set())
while not over.wait(0.5): say()
for thread in threads: thread.join()
say()
print("over", flush=True)
signal.pause()
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of requests: how many were *served*, and the others by what went wrong."""

    served: int
    failed: dict[str, int]

    @property
    def lost(self) -> int:
        """Return how many were not answered with 200."""
        return sum(self.failed.values())

    @property
    def verdict(self) -> str:
        """Return ``0 of 2000 lost``, with the first failures if there are any."""
        first = [f"{count} x {what}" for what, count in list(self.failed.items())[:6]]
        return "; ".join([f"{self.lost} of {self.served + self.lost} lost", *first])


@dataclass(slots=True)
class Clients:
    """Clients that run in a pod."""

    kubectl: Kubectl

    def now(self) -> Outcome:
        """Return what became of all requests so far."""
        said = self.kubectl(f"logs --tail 2 {POD}").split("\n")
        found = [line for line in said if line.startswith("{")]
        return Outcome(**json.loads(found[-1])) if found else Outcome(0, {})

    def more(self, requests: int, deadline_s: float = 90) -> None:
        """Return once so many more requests have been answered."""
        goal = self.now().served + requests
        until(lambda: self.now().served >= goal, f"{requests} more answers", deadline_s)

    def end(self) -> Outcome:
        """Let each client finish its request; return what became of all."""
        self.kubectl(f"exec {POD} -- sh -c", "kill -TERM 1")
        until(lambda: "over" in self.kubectl(f"logs --tail 1 {POD}"), "the clients end")
        return self.now()


@contextmanager
def clients(kubectl: Kubectl, host: str, number: int = 20, path: str = "/") -> Iterator[Clients]:
    """Give *number* clients that ask *host* for *path*, each time over a new connection."""
    container = {
        "name": POD,
        "image": bases.python(),
        "imagePullPolicy": "Never",
        "command": ["python", "-uc", SCRIPT, host, str(number), path],
    }
    spec = {
        "containers": [container],
        "restartPolicy": "Never",
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 0,
    }
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": POD}, "spec": spec}
    kubectl.apply(json.dumps(pod))
    try:
        kubectl(f"wait --for=condition=Ready pod/{POD} --timeout=60s", timeout_s=70)
        made = Clients(kubectl)
        until(lambda: made.now().served > 0, "the clients are answered")
        yield made
    finally:
        kubectl(f"delete pod {POD} --wait")
