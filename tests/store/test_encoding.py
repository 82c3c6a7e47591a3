"""A PostgreSQL database that keeps bytes and no text is refused when callcheck starts."""

from __future__ import annotations

import pytest

from callcheck.store import Store, StoreError
from tests.store.conftest import EDGES
from tests.store.postgres import Server


@pytest.mark.postgres
def test_a_database_in_sql_ascii_is_refused_in_one_sentence(postgres: Server) -> None:
    postgres.admin(
        "CREATE DATABASE bytes ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0"
    )  # fmt: skip
    url = postgres.url("bytes")
    try:
        for _ in range(2):  # the second start meets an engine of its own
            with pytest.raises(StoreError) as refused:
                Store(url, EDGES).open()
            assert str(refused.value) == (
                "the database bytes is in SQL_ASCII, which keeps no names: create another with "
                "createdb --encoding UTF8 --template template0"
            )
    finally:
        postgres.drop(url)
