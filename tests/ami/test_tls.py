"""The listener over TLS, with a private certificate authority."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from callcheck.ami.client import Listener, State
from tests.ami.fake_pbx import FakePbx, event, running
from tests.ami.listening import Address, Seen, listening, until


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `ca.pem`, `other.pem`, and `pbx.pem`/`pbx.key` for 127.0.0.1."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: it makes the certificates of this test")
    folder = tmp_path_factory.mktemp("tls")
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for ca in ("ca", "other"):
        name = ("-subj", f"/CN={ca}", "-keyout", f"{ca}.key", "-out", f"{ca}.pem")
        openssl(folder, "req", "-x509", *new, *name, "-days", "2")
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(folder, "req", *new, "-subj", "/CN=pbx", "-keyout", "pbx.key", "-out", "pbx.csr")
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2")
    openssl(folder, "x509", "-req", "-in", "pbx.csr", *signed, "-extfile", "san", "-out", "pbx.pem")
    return folder


@pytest.fixture
def served(house: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(house / "pbx.pem", house / "pbx.key")
    return context


async def test_a_pbx_with_a_certificate_of_the_own_ca(house: Path, served: ssl.SSLContext) -> None:
    sink = Seen()
    async with (
        running(FakePbx(after_login=event("Hangup")), served) as pbx,
        listening(pbx, sink, tls=True, ca_file=house / "ca.pem"),
    ):
        await until(lambda: sink.events and b"pong" in sink.told)


async def test_a_certificate_of_another_ca_is_not_trusted(
    house: Path, served: ssl.SSLContext
) -> None:
    async with running(FakePbx(), served) as pbx:
        async with listening(pbx, Seen(), tls=True, ca_file=house / "other.pem") as listener:
            await until(lambda: listener.trouble)
            assert "certificate verify failed" in str(listener.trouble)
        assert pbx.asked == []


async def test_a_pbx_that_speaks_no_tls_gets_no_secret(house: Path) -> None:
    async with running(FakePbx()) as pbx:
        async with listening(pbx, Seen(), tls=True, ca_file=house / "ca.pem") as listener:
            await until(lambda: listener.trouble)
            assert listener.state is not State.CONNECTED
        assert pbx.asked == []


def test_a_ca_file_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="CA file"):
        Listener(Address(1, tls=True, ca_file=tmp_path / "none.pem"), Seen())
