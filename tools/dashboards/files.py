"""Boards in, the text of their files out.

`lv` and `en` take their lists from callcheck's API, whatever the store; `lv-postgresql` and
`en-postgresql` are the same dashboards with the lists asked of PostgreSQL itself. Provision one
of the two kinds: a dashboard has the same address in both.
"""

from __future__ import annotations

import json

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from tools.dashboards import admin, institution, unit_head, wallboard
from tools.dashboards.board import built
from tools.dashboards.sources import Flavour
from tools.dashboards.words import LANGUAGES, sayer

BOARDS = (unit_head.board, institution.board, wallboard.board, admin.board)
FOLDERS: tuple[tuple[Flavour, str], ...] = (("api", ""), ("sql", "-postgresql"))


def everything() -> dict[str, str]:
    """Text by file name, for both languages and both kinds."""
    found = {}
    for language in LANGUAGES:
        say = sayer(language)
        for flavour, ending in FOLDERS:
            for make in BOARDS:
                board = make(say, flavour)
                made = built(board, language, say).build()
                text = json.dumps(
                    made, cls=JSONEncoder, ensure_ascii=False, indent=2, sort_keys=True
                )
                found[f"{language}{ending}/{board.name}.json"] = text + "\n"
    return found
