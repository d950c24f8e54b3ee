"""What wrk and redis-benchmark say, as numbers."""

import csv
import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lb.model import Address

_REPORT = """
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\\n{"requests": %d, "seconds": %f, "p99_ms": %f, "failed": %d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""
_CLIENT_TIMEOUT_S = 10
_GRACE_S = 60


@dataclass(frozen=True, slots=True)
class Load:
    """Requests per second, the 99th percentile of their latency, and how many failed."""

    rate: float
    p99_ms: float
    failed: int = 0


def wrk(address: Address, clients: int, seconds: int, *, reconnect: bool) -> Load:
    """Return what *clients* got from *address* in *seconds*, each asking again when answered.

    With *reconnect* each request has a connection of its own.
    """
    with tempfile.TemporaryDirectory(prefix="dcgen-") as folder:
        script = Path(folder, "report.lua")
        script.write_text(_REPORT, encoding="utf-8")
        command = ["wrk", "-t2", f"-c{clients}", f"-d{seconds}s", "-s", str(script)]
        command += ["--timeout", f"{_CLIENT_TIMEOUT_S}s"]
        command += ["-H", "Connection: close"] if reconnect else []
        command.append(f"http://{address}/")
        return parse_wrk(_output(command, seconds + _GRACE_S))


def parse_wrk(output: str) -> Load:
    """Return what the report at the end of wrk's *output* says."""
    found = json.loads(output.splitlines()[-1])
    return Load(found["requests"] / found["seconds"], found["p99_ms"], found["failed"])


def redis_benchmark(address: Address, clients: int, pipeline: int, requests: int) -> Load:
    """Return what *clients* got from the Redis at *address*, *pipeline* requests at a time."""
    command = ["redis-benchmark", "-h", address.host, "-p", str(address.port), "-t", "get", "--csv"]
    command += ["-n", str(requests), "-c", str(clients), "-P", str(pipeline)]
    return parse_redis_benchmark(_output(command, _GRACE_S))


def parse_redis_benchmark(output: str) -> Load:
    """Return the one row of the table that ``redis-benchmark --csv`` writes."""
    lines = [line for line in output.splitlines() if line.startswith('"')]
    (row,) = csv.DictReader(lines)
    return Load(float(row["rps"]), float(row["p99_latency_ms"]))


def _output(command: list[str], timeout_s: float) -> str:
    run = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=True)
    return run.stdout
