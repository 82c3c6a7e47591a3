"""How long a listener waits before it reconnects."""

from __future__ import annotations

from callcheck.ami.backoff import Allowance, Backoff


def test_waits_double_up_to_the_cap_and_never_beyond() -> None:
    longest = Backoff(0.5, 30, chance=lambda: 1.0)
    assert [longest.next() for _ in range(9)] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert max(longest.next() for _ in range(2000)) == 30


def test_jitter_takes_off_up_to_a_half() -> None:
    assert Backoff(4, 30, chance=lambda: 0.0).next() == 2
    waits = {Backoff(4, 30).next() for _ in range(50)}
    assert len(waits) > 10
    assert all(2 <= wait <= 4 for wait in waits)


def test_a_good_connection_begins_anew() -> None:
    backoff = Backoff(1, 30, chance=lambda: 1.0)
    assert [backoff.next(), backoff.next()] == [1, 2]
    backoff.reset()
    assert backoff.next() == 1


def test_an_allowance_is_spent_at_once_and_comes_back_one_by_one() -> None:
    logins = Allowance(3, 5.0)
    assert logins.wait(100.0) == 0
    for _ in range(3):
        assert logins.wait(100.0) == 0
        logins.take(100.0)
    assert logins.wait(100.0) == 5
    assert logins.wait(103.0) == 2
    assert logins.wait(105.0) == 0
    logins.take(105.0)
    assert logins.wait(105.0) == 5
    assert [logins.wait(at) for at in (110.0, 10_000.0)] == [0, 0]
