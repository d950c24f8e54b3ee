"""The numbers for Prometheus.

Source: Prometheus, "Writing exporters": a gauge says whether the scrape of Redis worked, and what
is not known is left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import CollectorRegistry

CONTENT_TYPE = CONTENT_TYPE_LATEST
BY_WORKER = ("worker", "host")


def text(latest: Mapping[str, Any], streams: int) -> bytes:
    """Return the page of metrics for the *latest* event and the number of *streams*."""
    registry = CollectorRegistry()
    registry.register(_Families(_families(latest, streams)))
    return generate_latest(registry)


class _Families:
    # What the library collects from.
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def _families(latest: Mapping[str, Any], streams: int) -> Iterator[Metric]:
    is_up = latest["state"]["kind"] in {"live", "idle", "none"}
    yield GaugeMetricFamily("dockercoins_redis_up", "Whether Redis gave numbers.", int(is_up))
    yield GaugeMetricFamily("dockercoins_streams", "Viewers with a live stream.", streams)
    if not is_up:
        return
    yield CounterMetricFamily("dockercoins_hashes", "Units counted.", latest["hashes"])
    yield GaugeMetricFamily("dockercoins_coins", "Coins in the wallet.", latest["coins"])
    if latest["speed"] is not None:
        yield GaugeMetricFamily("dockercoins_hashes_per_second", "Speed.", latest["speed"])
    yield from _by_worker([worker for worker in latest["workers"] if worker["name"]])


def _by_worker(workers: list[dict[str, Any]]) -> Iterator[Metric]:
    units = CounterMetricFamily("dockercoins_worker_units", "Units of a worker.", labels=BY_WORKER)
    lost = CounterMetricFamily("dockercoins_worker_lost", "Units given up.", labels=BY_WORKER)
    speed = GaugeMetricFamily(
        "dockercoins_worker_units_per_second", "Speed of a worker.", labels=BY_WORKER
    )
    for worker in workers:
        labels = (worker["name"], worker["host"])
        units.add_metric(labels, worker["units"])
        lost.add_metric(labels, worker["lost"])
        if worker["speed"] is not None:
            speed.add_metric(labels, worker["speed"])
    yield from (units, lost, speed)
