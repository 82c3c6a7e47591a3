"""The houses of the laboratory, as far as no PBX is needed: their versions, files and dialects."""

from __future__ import annotations

import pytest

from tests.live.lab import scenarios
from tests.live.lab.houses import FOREIGN, HOUSES, OVER_SIP, OWN, asterisk_of, house_of
from tests.live.lab.houses.macros import in_macros
from tests.live.lab.runner import names


@pytest.mark.parametrize(
    ("version", "asterisk", "house"),
    [("22", "22", ""), (OVER_SIP, "16", ""), ("16-fpbx", "16", "fpbx"), ("22-ari", "22", "ari")],
)
def test_a_version_is_an_asterisk_and_a_house(version: str, asterisk: str, house: str) -> None:
    assert (asterisk_of(version), house_of(version).name) == (asterisk, house)


def test_a_house_has_the_laboratorys_files_but_for_its_own() -> None:
    own = {path.name: path for path in HOUSES[""].files()}
    theirs = {path.name: path for path in HOUSES["fpbx"].files()}
    assert set(own.values()) == set(OWN.glob("*.conf"))
    assert theirs["pjsip.conf"] == own["pjsip.conf"]
    assert theirs["extensions.conf"] != own["extensions.conf"]
    assert own.keys() <= theirs.keys()


def test_every_house_has_situations_in_every_version_and_shares_none() -> None:
    assert scenarios.__all__
    for version in FOREIGN:
        assert names(version, [])
        assert not set(names(version, [])) & set(names(asterisk_of(version), []))


def test_freepbx_15_has_macros_where_17_has_subroutines() -> None:
    old = in_macros(
        "[sub-vm]\n"
        "exten => s,1,Gosub(sub-dial-one,s,1(${RT},${OPTIONS}U(sub-confirm^^^461),${EXTEN:8}))\n"
        " same => n,ExecIf($[1]?Return)\n"
        " same => n,Return()\n"
        "[followme-sub]\n"
        "exten => _X.,1,Gosub(sub-user-callerid,s,1)\n"
        " same => n,Gosub(followme-sub,${EXTEN},1)\n"
        " same => n,Set(__GOSUB_RESULT=ABORT)\n"
        " same => n,Return()\n"
    )
    assert old == (
        "[macro-vm]\n"
        "exten => s,1,Macro(dial-one,${RT},${OPTIONS}M(confirm^^^461),${EXTEN:8})\n"
        " same => n,ExecIf($[1]?MacroExit)\n"
        " same => n,MacroExit()\n"
        "[followme-sub]\n"
        "exten => _X.,1,Macro(user-callerid,)\n"
        " same => n,Gosub(followme-sub,${EXTEN},1)\n"
        " same => n,Set(__MACRO_RESULT=ABORT)\n"
        " same => n,Return()\n"
    )
