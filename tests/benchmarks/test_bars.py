"""How the bars of the data plane judge what was measured."""

from pathlib import Path

import pytest

from benchmarks.dataplane.bars import BARS, Bar, missed
from benchmarks.dataplane.report import bars, table
from benchmarks.dataplane.samples import Sample, Samples, load, saved


def samples(metric: str, **values: list[float]) -> Samples:
    return Samples(
        tuple(
            Sample("new 32", contestant, metric, turn, value)
            for contestant, measured in values.items()
            for turn, value in enumerate(measured)
        )
    )


def test_ratio_is_the_median_of_the_ratios_of_each_turn() -> None:
    measured = samples("rate", http=[20.0, 30.0, 90.0], hamba=[10.0, 10.0, 10.0])

    bar = Bar(1, "new 32", "http", "rate", "hamba", least=1.4)

    assert bar.value(measured) == 3.0


@pytest.mark.parametrize(
    ("limit", "value", "holds"),
    [
        pytest.param({"least": 0.95}, 0.95, True, id="just enough"),
        pytest.param({"least": 0.95}, 0.94, False, id="too little"),
        pytest.param({"most": 0.25}, 0.25, True, id="just not too much"),
        pytest.param({"most": 0.25}, 0.26, False, id="too much"),
    ],
)
def test_limits_are_inclusive(limit: dict[str, float], value: float, *, holds: bool) -> None:
    assert Bar(1, "new 32", "http", "rate", **limit).holds(value) is holds


def test_a_loss_in_one_turn_misses_a_bar_that_always_holds() -> None:
    measured = samples("failed", http=[0.0, 0.0, 7.0])

    assert Bar(5, "new 32", "http", "failed", most=0, always=True).value(measured) == 7.0
    assert Bar(5, "new 32", "http", "failed", most=0).value(measured) == 0.0


def test_what_was_not_measured_misses_its_bar() -> None:
    faults = missed(Samples(()))

    assert len(faults) == len(BARS)
    assert all(fault.endswith("not measured") for fault in faults)


def test_a_missed_bar_is_named_with_value_and_limit() -> None:
    measured = samples("rate", http=[13.0], hamba=[10.0])

    assert "new 32: requests/s, http, to hamba: 1.3, and the bar is at least 1.4" in missed(
        measured
    )
    assert any("1.3 | **missed**" in line for line in bars(measured))


def test_a_bar_out_of_reach_is_shown_as_such_and_checked_by_its_floor() -> None:
    measured = samples("rate", http=[8.0], direct=[10.0])

    assert not any("to direct" in fault and "0.8," in fault for fault in missed(measured))
    assert any("0.8 | out of reach" in line for line in bars(measured))


def test_a_table_shows_the_middle_and_the_range() -> None:
    measured = samples("rate", http=[20.0, 30.0, 90.0])

    assert "| new 32 | http | 30 (20 to 90) |" in list(table(measured, ["new 32"], ("rate",)))


def test_saved_samples_are_loaded_again(tmp_path: Path) -> None:
    measured = samples("rate", http=[20.5])

    assert tuple(saved(measured.all, tmp_path / "samples")) == measured.all
    assert tuple(load(tmp_path / "samples")) == measured.all
