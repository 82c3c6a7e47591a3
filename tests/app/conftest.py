"""Fixtures: `house` is a household on a fake PBX."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.ami.fake_pbx import FakePbx, running
from tests.app.household import Household


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Household]:
    async with running(FakePbx()) as pbx:
        yield Household(tmp_path, pbx)
