"""The lists: where each comes from in the API and in PostgreSQL, and its columns.

Both give the same fields. The SQL reads the views of deploy/postgres/reports.sql, whose times
are whole microseconds (`started_us`), so that the indexes of the store serve.
"""

from __future__ import annotations

from dataclasses import replace

from tools.dashboards.outcomes import absence_states, dispositions, vias
from tools.dashboards.panels import (
    COUNT,
    GOOD_SHARE,
    GREEN,
    RED,
    SHARE,
    YELLOW,
    Column,
    Listing,
    Look,
    Steps,
)
from tools.dashboards.words import Say

SPAN = {"from": "${__from:date:iso}", "to": "${__to:date:iso}"}
DAYS = {"from": "${__from:date:YYYY-MM-DD}", "to": "${__to:date:iso}"}
"""From midnight, so that whole hours are counted, which are kept ready."""
UNIT = {"unit": "${unit}"}
SECONDS = Look(unit="s", decimals=3)
"""To the millisecond: Grafana rounds, and 14.96 s is not the limit of 15."""
TENTHS = Look(unit="s", decimals=1)
"""Of what comes in tenths, rounded down."""
HEAT = Look(unit="percentunit", decimals=0, steps=GOOD_SHARE, low=0, high=1)
RINGING: Steps = ((None, GREEN), (3, YELLOW), (4, RED))
_IN_SPAN = (
    "started_us >= $__unixEpochFrom()::bigint * 1000000"
    " AND started_us < $__unixEpochTo()::bigint * 1000000"
)
_OF_UNIT = f"unit = ${{unit:sqlstring}} AND {_IN_SPAN}"


def missed(say: Say) -> Listing:
    """Calls from outside that nobody answered, newest first."""
    return Listing(
        path="/api/v1/tables/missed",
        params={**UNIT, **SPAN, "limit": "100"},
        sql=(
            "SELECT started_at, extension, disposition, rings, ring_seconds, caller, reason"
            f" FROM reports.missed WHERE {_OF_UNIT} ORDER BY started_us DESC LIMIT 100"
        ),
        columns=(
            Column(name="started_at", title=say("Kad", "When"), kind="timestamp", width=145),
            Column(name="extension", title=say("Tālrunis", "Phone"), width=80),
            Column(name="name", title=say("Kam", "For"), width=110, api_only=True),
            Column(name="disposition", title=say("Kas notika", "What happened"), width=180,
                   words=dispositions(say)),
            Column(name="rings", title=say("Zvani", "Rings"), kind="number", width=80,
                   look=COUNT),
            Column(name="ring_seconds", title=say("Zvanīja", "Rang for"), kind="number", width=100,
                   look=SECONDS),
            Column(name="caller", title=say("Zvanītājs", "Caller"), width=130),
            Column(name="reason", title=say("Vērtējums", "Verdict"), least=260, wrapped=True),
        ),
    )  # fmt: skip


def hours(say: Say, *, one_unit: bool) -> Listing:
    """Compliance by hour of the day and day of the week."""
    days = (("mon", "P", "Mon"), ("tue", "O", "Tue"), ("wed", "T", "Wed"), ("thu", "C", "Thu"),
            ("fri", "Pk", "Fri"), ("sat", "S", "Sat"), ("sun", "Sv", "Sun"))  # fmt: skip
    by_day = ", ".join(
        f"sum(met) FILTER (WHERE weekday = {n})::float8"
        f" / nullif(sum(judged) FILTER (WHERE weekday = {n}), 0) AS {day}"
        for n, (day, _, _) in enumerate(days, start=1)
    )
    whose = "unit = ${unit:sqlstring} AND " if one_unit else "unit <> '' AND "
    return Listing(
        path="/api/v1/tables/hours",
        params={**(UNIT if one_unit else {}), **DAYS},
        sql=(
            f"SELECT to_char(hour, 'FM00') || ':00' AS hour, {by_day}, sum(judged) AS n"
            f" FROM reports.hours WHERE {whose}{_IN_SPAN} GROUP BY hours.hour"
            " HAVING sum(judged) > 0 ORDER BY hours.hour"
        ),
        columns=(
            Column(name="hour", title=say("Stunda", "Hour"), width=70),
            *(
                Column(name=day, title=say(lv, en), kind="number", look=HEAT, least=55)
                for day, lv, en in days
            ),
            Column(name="n", title="n", kind="number", width=60, look=COUNT),
        ),
    )


def helped(say: Say) -> Listing:
    """Who took calls for whom."""
    return Listing(
        path="/api/v1/tables/helped",
        params={**UNIT, **SPAN},
        sql=(
            "SELECT helper, helped, via, count(*) AS calls FROM reports.helped"
            f" WHERE {_OF_UNIT} GROUP BY helper, helped, via ORDER BY calls DESC, helper, helped"
            " LIMIT 50"
        ),
        columns=(
            Column(name="helper", title=say("Palīdzēja", "Helper"), width=130),
            Column(name="helper_name", title=say("Kas", "Who"), api_only=True),
            Column(name="helped", title=say("Kam zvanīja", "Called"), width=110),
            Column(name="helped_name", title=say("Kam", "For whom"), api_only=True),
            Column(name="via", title=say("Kā", "How"), width=100, words=vias(say)),
            Column(name="calls", title=say("Zvani", "Calls"), kind="number", width=80, look=COUNT),
        ),
    )


def units(say: Say) -> Listing:
    """All units side by side."""
    return Listing(
        path="/api/v1/tables/units",
        params=DAYS,
        sql=(
            "SELECT unit, sum(judged) AS n,"
            " sum(met)::float8 / nullif(sum(judged), 0) AS compliance,"
            " (reports.wilson(sum(met), sum(judged))).low,"
            " (reports.wilson(sum(met), sum(judged))).high,"
            " sum(before)::float8 / nullif(sum(judged), 0) AS before,"
            " sum(within)::float8 / nullif(sum(judged), 0) AS within,"
            " sum(third)::float8 / nullif(sum(judged), 0) AS third,"
            f" sum(missed) AS missed FROM reports.hours WHERE unit <> '' AND {_IN_SPAN}"
            " GROUP BY unit ORDER BY unit"
        ),
        columns=(
            Column(name="unit", title=say("Struktūrvienība", "Unit"), width=130),
            Column(name="title", title=say("Nosaukums", "Title"), least=160, api_only=True),
            Column(name="n", title="n", kind="number", width=80, look=COUNT),
            Column(name="compliance", title=say("Laikus", "In time"),
                   kind="number", width=90, look=SHARE),
            Column(name="low", title=say("no (95 %)", "from (95 %)"), kind="number", width=100,
                   look=Look(unit="percentunit", decimals=1)),
            Column(name="high", title=say("līdz (95 %)", "to (95 %)"), kind="number", width=100,
                   look=Look(unit="percentunit", decimals=1)),
            Column(name="before", title=say("pirms 3. zvana", "before ring 3"),
                   kind="number", width=120, look=SHARE),
            Column(name="within", title=say("3. zvana laikā", "within ring 3"),
                   kind="number", width=120, look=SHARE),
            Column(name="third", title=say("pirms 4. zvana", "before ring 4"),
                   kind="number", width=120, look=SHARE),
            Column(name="missed", title=say("Neatbildēti", "Missed"),
                   kind="number", width=100, look=COUNT),
        ),
    )  # fmt: skip


def again(say: Say) -> Listing:
    """Callers missed more than once."""
    return Listing(
        path="/api/v1/tables/again",
        params={**SPAN, "limit": "50"},
        sql=(
            "SELECT caller, count(*) AS calls, count(DISTINCT unit) AS units,"
            " max(started_at) AS last_at FROM reports.missed"
            f" WHERE caller IS NOT NULL AND {_IN_SPAN}"
            " GROUP BY caller HAVING count(*) > 1 ORDER BY calls DESC, last_at DESC LIMIT 50"
        ),
        columns=(
            Column(name="caller", title=say("Zvanītājs", "Caller")),
            Column(name="calls", title=say("Neatbildēti zvani", "Missed calls"), kind="number",
                   look=Look(decimals=0, steps=((None, GREEN), (2, YELLOW), (4, RED)))),
            Column(name="units", title=say("Struktūrvienības", "Units"), kind="number", look=COUNT),
            Column(name="last_at", title=say("Pēdējoreiz", "Last"), kind="timestamp",
                   least=145),
        ),
    )  # fmt: skip


def sent_around(say: Say) -> Listing:
    """Calls that were transferred more than once."""
    return Listing(
        path="/api/v1/tables/sent-around",
        params={**SPAN, "limit": "50"},
        sql=(
            "SELECT started_at, unit, extension, final_party, transfers FROM reports.sent_around"
            f" WHERE {_IN_SPAN} ORDER BY started_us DESC LIMIT 50"
        ),
        columns=(
            Column(name="started_at", title=say("Kad", "When"), kind="timestamp", width=145),
            Column(name="unit", title=say("Struktūrvienība", "Unit")),
            Column(name="extension", title=say("Kam zvanīja", "Called")),
            Column(name="final_party", title=say("Kur nonāca", "Ended with")),
            Column(name="transfers", title=say("Savienots tālāk", "Transfers"), kind="number",
                   look=Look(decimals=0, steps=((None, YELLOW), (3, RED)))),
        ),
    )  # fmt: skip


def ringing(say: Say) -> Listing:
    """Calls that ring at this moment. No database knows them: always from the API."""
    return Listing(
        path="/api/v1/tables/ringing",
        params={},
        sql="",
        columns=(
            Column(name="extension", title=say("Tālrunis", "Phone")),
            Column(name="name", title=say("Kam", "For")),
            Column(name="unit", title=say("Struktūrvienība", "Unit")),
            Column(name="ring", title=say("Zvans Nr.", "Ring no."), kind="number",
                   look=Look(decimals=0, steps=RINGING)),
            Column(name="ringing_seconds", title=say("Zvana jau", "Ringing for"), kind="number",
                   look=TENTHS),
        ),
    )  # fmt: skip


def ring_numbers(say: Say) -> Listing:
    """The same with no more than the ring number, and for whom it is."""
    few = [c for c in ringing(say).columns if c.name in ("extension", "name", "ring")]
    return replace(ringing(say), columns=few)


def absences(say: Say) -> Listing:
    """Who is away, and whether their calls get to somebody: always from the API, which knows
    how a forward stands now."""
    return Listing(
        path="/api/v1/absences",
        params={**UNIT, "limit": "50"},
        sql="",
        columns=(
            Column(name="extension", title=say("Tālrunis", "Phone"), width=80),
            Column(name="from", title=say("No", "From"), kind="timestamp", width=145),
            Column(name="to", title=say("Līdz", "To"), kind="timestamp", width=145),
            Column(name="state", title=say("Zvani ir", "Calls are"), width=170,
                   words=absence_states(say)),
            Column(name="forward.to", title=say("Uz", "To whom"), width=110),
            Column(name="calls.offered", title=say("Zvani", "Calls"), kind="number", width=70,
                   look=COUNT),
            Column(name="calls.answered", title=say("Atbildēti", "Answered"), kind="number",
                   width=90, look=COUNT),
            Column(name="reason", title=say("Paskaidrojums", "Why"), least=260, wrapped=True),
        ),
    )  # fmt: skip


def tomorrow(say: Say) -> Listing:
    """Who will be away on the next working day with calls that nobody would get: from the API."""
    return Listing(
        path="/api/v1/absences/tomorrow",
        params=UNIT,
        sql="",
        columns=(
            Column(name="extension", title=say("Tālrunis", "Phone"), width=80),
            Column(name="name", title=say("Kas", "Who"), width=130),
            Column(name="at", title=say("No brīža", "As of"), kind="timestamp", width=145),
            Column(name="to", title=say("Līdz", "To"), kind="timestamp", width=145),
            Column(name="state", title=say("Zvani būs", "Calls will be"), width=170,
                   words=absence_states(say)),
            Column(name="reason", title=say("Paskaidrojums", "Why"), least=260, wrapped=True),
        ),
    )  # fmt: skip
