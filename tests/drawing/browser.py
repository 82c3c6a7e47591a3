"""Dashboards and their answers in, a picture and the text that stands in it out.

The page is made of Grafana's own components (tools/draw) and drawn by a headless Chromium.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Literal

from tests.dashboards.reading import Json

SOURCE = Path(__file__).parents[2] / "tools" / "draw"
CHROMIUM = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--hide-scrollbars", "--virtual-time-budget=1500")  # fmt: skip
BUNDLING = ("--bundle", "--minify", "--loader:.js=jsx", "--loader:.svg=dataurl",
            "--loader:.woff2=dataurl", "--loader:.ttf=empty", "--log-level=error",
            '--define:process.env.NODE_ENV="production"')  # fmt: skip
CELL, GAP, NARROW = 30, 8, 769
"""As in page.jsx."""
Mode = Literal["light", "dark"]


def lacking() -> list[str]:
    """Programs that are not installed."""
    return [name for name in ("npm", "node", "chromium") if shutil.which(name) is None]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A dashboard to draw: with what answers, over how many seconds, how many pixels wide."""

    board: Json
    answers: dict[str, Any]
    span: int
    width: int = 1280

    @property
    def height(self) -> int:
        """As page.jsx makes it."""
        places: list[dict[str, int]] = [panel["gridPos"] for panel in self.board["panels"]]
        if self.width >= NARROW:
            return GAP + max(p["y"] + p["h"] for p in places) * (CELL + GAP)
        return GAP + sum(p["h"] * (CELL + GAP) for p in places)


@dataclass(frozen=True)
class Page:
    """What was drawn: texts by sheet and panel's id, as they follow each other, and the picture."""

    texts: dict[tuple[int, int], list[str]]
    failed: list[str]
    """Errors of components, and of the page."""
    picture: Path

    def of(self, sheet: int) -> dict[int, list[str]]:
        """The texts of one sheet."""
        return {panel: texts for (at, panel), texts in self.texts.items() if at == sheet}


def drawn(folder: Path, sheets: Sequence[Sheet], now: int, mode: Mode = "light") -> Page:
    """Draws dashboards one under the other into `folder`: a browser takes long to begin."""
    script = _bundle()
    told = [{"board": one.board, "answers": one.answers, "width": one.width,
             "range": [now - one.span, now]} for one in sheets]  # fmt: skip
    given = {"sheets": told, "timeZone": "Europe/Riga", "mode": mode}
    width, height = max(one.width for one in sheets), sum(one.height for one in sheets)
    page = folder / "page.html"
    data = json.dumps(given).replace("</", "<\\/")
    page.write_text(
        '<!doctype html><meta charset="utf-8">'
        f'<link rel="stylesheet" href="{script.with_suffix(".css")}">'
        '<style>body{margin:0;font-family:Inter,"DejaVu Sans",sans-serif}</style>'
        '<div id="root"></div>'
        "<script>window.onerror=(m)=>{const e=document.createElement('div');"
        "e.setAttribute('data-error','');e.textContent=m;document.body.append(e)}</script>"
        f'<script>window.callcheck={data}</script><script src="{script}"></script>',
        encoding="utf-8",
    )
    picture = folder / "page.png"
    ended = _browsed(
        "--dump-dom", f"--screenshot={picture}", f"--window-size={width},{height}", page.as_uri(),
        folder=folder,
    )  # fmt: skip
    assert picture.exists(), ended.stderr[-2000:]
    reader = _Reader()
    reader.feed(ended.stdout)
    return Page(reader.texts, reader.failed, picture)


def _browsed(*words: str, folder: Path, attempts: int = 2) -> subprocess.CompletedProcess[str]:
    """What the browser says. It takes some 15 s; at times it hangs, and then another is asked."""
    profile = tempfile.mkdtemp(prefix="profile-", dir=folder)
    try:
        return subprocess.run(
            ["chromium", *CHROMIUM, f"--user-data-dir={profile}", *words],
            capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        if attempts == 1:
            raise
        return _browsed(*words, folder=folder, attempts=attempts - 1)


@cache
def _bundle() -> Path:
    """The script of the page; npm brings what it is made of, at the locked versions."""
    modules = SOURCE / "node_modules"
    done = modules / ".package-lock.json"
    if not done.exists() or done.stat().st_mtime < (SOURCE / "package-lock.json").stat().st_mtime:
        _run("npm", "ci", "--ignore-scripts", "--no-progress", "--prefer-offline")
        done.touch()
    script = modules / ".callcheck" / "page.js"
    _run(str(modules / ".bin" / "esbuild"), "page.jsx", *BUNDLING, f"--outfile={script}")
    return script


def _run(*command: str) -> None:
    ended = subprocess.run(
        command, cwd=SOURCE, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 0, f"{command[0]}: {ended.stdout[-1500:]}{ended.stderr[-1500:]}"


class _Reader(HTMLParser):
    """Texts by panel: panels do not lie in each other, and follow each other."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[tuple[int, int], list[str]] = {}
        self.failed: list[str] = []
        self._panel, self._silent, self._failing = (-1, -1), 0, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._silent += tag in ("script", "style")
        if place := given.get("data-panel"):
            sheet, _, panel = place.partition(":")
            self._panel = int(sheet), int(panel)
            self.texts[self._panel] = []
        self._failing = "data-error" in given

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        text = re.sub(r"\s+", " ", data).strip()
        if self._silent or not text:
            return
        if self._failing:
            self.failed.append(text)
        elif self._panel in self.texts:
            self.texts[self._panel].append(text)
