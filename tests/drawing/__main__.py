"""`python -m tests.drawing FOLDER [LANGUAGE]`: each dashboard as a picture, wide and on a phone."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tests.dashboards.reading import ROOT, load
from tests.drawing.answers import SPANS, answering
from tests.drawing.browser import Sheet, drawn
from tests.store.postgres import Server

WIDTHS = {"": 1280, "-phone": 390}

if __name__ == "__main__":
    into = Path(sys.argv[1])
    languages = sys.argv[2:] or ["en", "lv"]
    into.mkdir(parents=True, exist_ok=True)
    with closing(Server()) as server, answering(int(time.time()), server.new_database()) as answers:
        for path in sorted(path for one in languages for path in (ROOT / one).glob("*.json")):
            board = load(path)
            found = answers.of(board)
            for ending, width in WIDTHS.items():
                with tempfile.TemporaryDirectory() as folder:
                    span = SPANS[board["time"]["from"]]
                    sheet = Sheet(board=board, answers=found, span=span, width=width)
                    page = drawn(Path(folder), [sheet], answers.month.now)
                    name = f"{path.stem}-{path.parent.name}{ending}.png"
                    shutil.copy(page.picture, into / name)
                    print(name, *page.failed)
