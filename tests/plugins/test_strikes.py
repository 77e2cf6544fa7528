"""When plugins are switched off: after failures in a row, or after so many that cost time."""

from __future__ import annotations

from boilerplate.plugins.strikes import Failure, PageStrikes, RunStrikes

SLOW, RAISED = Failure("a", "it took too long", ended=True), Failure("a", "ValueError")


def off_after(*pages: Failure | None, limit: int = 3) -> list[bool]:
    """For each page, on which the plugin failed or worked, whether it is off after it."""
    strikes = RunStrikes(limit)
    found = []
    for failure in pages:
        page = PageStrikes(strikes.off, [] if failure else ["a"], [failure] if failure else [])
        strikes.count(page)
        found.append("a" in strikes.off)
    return found


def test_failures_in_a_row_switch_off() -> None:
    assert off_after(RAISED, SLOW, RAISED) == [False, False, True]
    assert off_after(RAISED, limit=1) == [True]


def test_success_makes_good_what_cost_no_time() -> None:
    assert off_after(RAISED, RAISED, None, RAISED, RAISED) == [False] * 5


def test_what_cost_time_is_not_made_good() -> None:
    assert off_after(SLOW, None, SLOW, None, None, SLOW) == [False] * 5 + [True]


def test_plugins_are_counted_apart() -> None:
    strikes = RunStrikes(2)
    other = Failure("b", "status 3", ended=True)
    for failures in ([RAISED], [other], [RAISED]):
        strikes.count(PageStrikes(failures=failures))
    assert strikes.off == {"a"}


def test_each_failure_is_told_and_the_first_is_kept() -> None:
    told = []
    strikes = RunStrikes(2, lambda name, problem: told.append((name, problem)))
    for failure in (RAISED, SLOW):
        strikes.count(PageStrikes(failures=[failure]))
    assert [problem for _, problem in told] == [
        "ValueError", "it took too long", "switched off: it failed 2 times in a row",
    ]  # fmt: skip
    assert strikes.to_json() == {"a": {"pages": 2, "first": "ValueError", "switched_off": True}}
