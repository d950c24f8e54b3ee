"""Whether a test failed, for what is to be kept of one: a conftest imports the hook."""

from collections.abc import Generator

import pytest

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note on the test itself that it failed."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report
