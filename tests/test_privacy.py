"""No outside number leaves `conceal`; the key is made once, guarded, and never made anew."""

import re
import stat
import threading
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcheck.calls.directory import Directory, Party
from callcheck.calls.model import (
    Call,
    Did,
    Direction,
    Disposition,
    HungUpBy,
    Leg,
    LegResult,
    Step,
    TimeSource,
)
from callcheck.privacy import KeyFileError, Pseudonyms, obtain_key, read_key

KEY = bytes(range(32))
HOUSE = Directory(
    (
        Party("201", "registry", numbers=("67000201",), mobile="+37120000001"),
        Party("202", "registry", devices=("PJSIP/desk-6700",)),
    ),
    ("PJSIP/trunk*",),
    "371",
)
PSEUDONYMS = Pseudonyms(KEY, "pseudonym", "371")


def step(did: Did, who: str | None = None, to: str | None = None) -> Step:
    return Step(0, did, who, to)


def leg(device: str, *, extension: str | None = None, number: str | None = None) -> Leg:
    channel = f"{device}-0000000a"
    return Leg(extension, number, device, channel, 0, 0, 0, None, LegResult.ANSWERED)


def call(direction: Direction = Direction.INBOUND, caller: str | None = "29111222") -> Call:
    return Call(
        pbx="main",
        call_id="1.2",
        direction=direction,
        caller=caller,
        dialed="67000201",
        extension="201",
        unit="registry",
        public=True,
        started_at=0,
        ring_started_at=0,
        answered_at=0,
        ringing_ended_at=0,
        ended_at=0,
        disposition=Disposition.ANSWERED,
        complete=True,
        time_source=TimeSource.EVENT,
    )


def everywhere(outside: str, direction: Direction) -> Call:
    """A call with that number in every place where one can be."""
    return replace(
        call(direction, outside),
        dialed=outside if direction is Direction.OUTBOUND else "67000201",
        answered_by=outside,
        picked_up_for=outside,
        forwarded_from=outside,
        forwarded_to=outside,
        final_party=outside,
        legs=(
            replace(leg(f"SIP/provider/{outside}", number=outside), forwarded_to=outside),
            leg("PJSIP/201", extension="201"),
            replace(leg("DAHDI/i1", number=outside), channel=f"DAHDI/i1/{outside}-1"),
        ),
        timeline=(
            step(Did.STARTED, outside, "67000201"),
            *(step(did, outside, outside) for did in Did),
        ),
    )


NATIONAL = st.from_regex(r"\A2\d{7}\Z")
WRITTEN = st.sampled_from(["{}", "+371{}", "00371{}", "371{}", "+49{}", "0049{}"])


@given(NATIONAL, WRITTEN, st.sampled_from(Direction), st.sampled_from(["pseudonym", "masked"]))
def test_no_outside_number_survives(
    national: str, form: str, direction: Direction, mode: str
) -> None:
    pseudonyms = PSEUDONYMS if mode == "pseudonym" else Pseudonyms(KEY, "masked", "371")
    concealed = pseudonyms.conceal(everywhere(form.format(national), direction), HOUSE)
    text = repr(concealed)
    assert national not in text
    assert form.format(national) not in text
    assert "67000201" in text
    assert "extension='201'" in text


def test_extensions_house_numbers_and_words_stay() -> None:
    original = replace(
        call(Direction.INTERNAL, "201"),
        dialed="202",
        answered_by="202",
        forwarded_to="112",
        legs=(leg("PJSIP/desk-6700", extension="202"),),
        timeline=(
            step(Did.STARTED, "201", "*8202"),
            step(Did.HUNG_UP, HungUpBy.CALLER),
            step(Did.HUNG_UP, HungUpBy.PBX),
            step(Did.LOST_SIGHT),
        ),
    )
    assert PSEUDONYMS.conceal(deepcopy(original), HOUSE) == original
    trunk = replace(call(caller=None), legs=(leg("PJSIP/trunk-riga"),))
    assert PSEUDONYMS.conceal(deepcopy(trunk), HOUSE) == trunk


def test_an_outside_caller_that_looks_like_an_extension_is_none() -> None:
    concealed = PSEUDONYMS.conceal(
        replace(call(caller="201"), answered_by="201", timeline=(step(Did.STARTED, "201", "67"),)),
        HOUSE,
    )
    assert concealed.caller == PSEUDONYMS.token("201")
    assert concealed.timeline[0].who == concealed.caller
    assert concealed.answered_by == "201"


def test_the_own_mobile_of_a_member_is_an_outside_number() -> None:
    forwarded = replace(call(), answered_by="+37120000001", forwarded_to="+37120000001")
    concealed = PSEUDONYMS.conceal(forwarded, HOUSE)
    assert concealed.answered_by == concealed.forwarded_to == PSEUDONYMS.token("20000001")


def test_an_incoming_number_that_nobody_configured_is_still_the_house_s() -> None:
    unknown = replace(call(), dialed="67000999", extension=None)
    assert PSEUDONYMS.conceal(unknown, HOUSE).dialed == "67000999"
    out = replace(unknown, direction=Direction.OUTBOUND)
    assert PSEUDONYMS.conceal(out, HOUSE).dialed == PSEUDONYMS.token("67000999")


def test_without_a_configuration_extensions_stay_as_well() -> None:
    bare = replace(
        call(Direction.INTERNAL, "1234"),
        dialed="77001",
        legs=(leg("PJSIP/77001", extension="77001"),),
    )
    assert PSEUDONYMS.conceal(deepcopy(bare), Directory()) == bare


def test_one_number_has_one_pseudonym_however_it_is_written() -> None:
    forms = ("29111222", "+37129111222", "0037129111222", "+371 29 111-222")
    assert len({PSEUDONYMS.token(form) for form in forms}) == 1
    assert PSEUDONYMS.token("+4930111222") == PSEUDONYMS.token("004930111222")
    assert re.fullmatch(r"c-[0-9a-f]{12}", PSEUDONYMS.token("29111222"))


def test_the_pseudonym_depends_on_the_key_and_is_the_same_tomorrow() -> None:
    other = Pseudonyms(bytes(32), "pseudonym", "371")
    assert other.token("29111222") != PSEUDONYMS.token("29111222")
    assert PSEUDONYMS.token("29111222") == "c-ce0da671034e"
    assert KEY.hex() not in repr(PSEUDONYMS)
    with pytest.raises(ValueError, match="16 bytes"):
        Pseudonyms(b"", "pseudonym", "371")


@pytest.mark.parametrize(
    ("number", "masked"),
    [("+37129111222", "2911****"), ("+49301112223", "+49301******"), ("201", "***")],
)
def test_masked(number: str, masked: str) -> None:
    assert Pseudonyms(b"", "masked", "371").token(number) == masked


def test_plain_changes_nothing() -> None:
    plain = Pseudonyms(b"", "plain", "371")
    original = everywhere("29111222", Direction.INBOUND)
    assert plain.conceal(deepcopy(original), HOUSE) == original
    assert plain.token("29111222") == "29111222"


def test_the_key_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "callers.key"
    key = obtain_key(path, store_has_calls=False)
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().strip() == key.hex()
    assert obtain_key(path, store_has_calls=True) == key
    assert list(tmp_path.iterdir()) == [path]


def test_two_first_runs_at_once_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "callers.key"
    keys: list[bytes] = []
    gate = threading.Barrier(8)

    def run() -> None:
        gate.wait()
        keys.append(obtain_key(path, store_has_calls=False))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert set(keys) == {read_key(path)}


def test_a_lost_key_is_never_silently_replaced(tmp_path: Path) -> None:
    path = tmp_path / "callers.key"
    with pytest.raises(KeyFileError, match="restore the file from a backup"):
        obtain_key(path, store_has_calls=True)
    assert not path.exists()


@pytest.mark.parametrize(
    ("mode", "content", "says"),
    [
        (0o600, b"", "is damaged"),
        (0o600, b"ab" * 31, "is damaged"),
        (0o600, b"\xff" * 64, "is damaged"),
        (0o644, b"ab" * 32, "chmod 600"),
    ],
)
def test_a_key_that_cannot_be_used(tmp_path: Path, mode: int, content: bytes, says: str) -> None:
    path = tmp_path / "callers.key"
    path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=says):
        obtain_key(path, store_has_calls=False)
    assert path.read_bytes() == content


def test_no_place_for_the_key(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot be made: No such file"):
        obtain_key(tmp_path / "no" / "callers.key", store_has_calls=False)
