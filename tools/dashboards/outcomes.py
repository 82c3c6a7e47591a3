"""callcheck's own words in, what people read for them out: how calls end, how they are taken."""

from __future__ import annotations

from tools.dashboards.words import Say

Words = dict[str, tuple[str, str]]
"""(what people read, colour) by callcheck's word."""


def dispositions(say: Say) -> Words:
    """How a call ended. Green was answered; the redder, the more it is ours."""
    return {
        "answered": (say("atbildēts", "answered"), "green"),
        "abandoned": (say("zvanītājs nesagaidīja", "caller gave up"), "dark-yellow"),
        "no_answer": (say("neviens neatbildēja", "no answer"), "red"),
        "busy": (say("aizņemts", "busy"), "orange"),
        "rejected": (say("noraidīts", "rejected"), "dark-orange"),
        "voicemail": (say("balss pasts", "voicemail"), "purple"),
        "unreachable": (say("tālrunis nav sasniedzams", "unreachable"), "blue"),
        "failed": (say("neizdevās savienot", "failed"), "dark-blue"),
        "unknown": (say("nav zināms", "not known"), "#808080"),
    }


def vias(say: Say) -> Words:
    """The way by which a call reached whoever answered it."""
    return {
        "direct": (say("tieši", "directly"), "text"),
        "group": (say("grupā", "in a group"), "text"),
        "queue": (say("rindā", "from a queue"), "text"),
        "forward": (say("pāradresēts", "forwarded"), "text"),
        "pickup": (say("pārtverts", "picked up"), "text"),
        "transfer": (say("savienots", "transferred"), "text"),
    }


def absence_states(say: Say) -> Words:
    """How the calls of an absence are taken care of."""
    return {
        "forwarded": (say("pāradresēts", "forwarded"), "green"),
        "late": (say("pāradresēts par vēlu", "forwarded late"), "#EAB839"),
        "wrong_target": (say("uz nepareizu numuru", "to a wrong number"), "red"),
        "not_forwarded": (say("nav pāradresēts", "not forwarded"), "red"),
        "left_on": (say("palicis pāradresēts", "left on"), "#EAB839"),
    }
