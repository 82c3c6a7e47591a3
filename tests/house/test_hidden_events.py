"""`tools.hidden_events` refuses what it cannot hide: it would say that nothing is lost."""

from __future__ import annotations

import pytest

from tools.hidden_events import everything, main, unknown


def test_all_that_it_hides_by_default_is_known() -> None:
    assert unknown(everything()) == []


@pytest.mark.parametrize("name", ["Nope", "DialEnd+Nope", "class:nope", "class:call+DialEnd"])
def test_a_name_that_hides_nothing_is_refused(name: str) -> None:
    with pytest.raises(SystemExit, match="no such kind or class: "):
        main([name])
