"""A chroot and a number in, a running Asterisk of our own out, on loopback addresses of its own.

Every instance has its own /24 of the loopback net, so that many run side by side.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from . import sample
from .ami import Ami
from .houses import OVER_SIP, asterisk_of, house_of
from .houses.macros import in_macros

NO_CHAN_SIP = ("chan_sip",)
NO_PJSIP = ("chan_pjsip", "res_pjsip", "res_pjsip_session")
SIP_PORT, AMI_PORT = 5060, 5038
SECRET = "laboratory"
STARTS, START_SECONDS = 3, 40
_ALL_PEERS = '${IF($["${ext}"="204"]?SIP/204&SIP/204b:SIP/${ext})}'


class Pbx:
    """One Asterisk process."""

    def __init__(self, version: str, number: int, root: Path) -> None:
        self.version, self.number, self.root = version, number, root
        self.house = house_of(version)
        self.over_sip = version == OVER_SIP
        self.technology = "SIP" if self.over_sip else "PJSIP"
        net = f"127.{int(asterisk_of(version)) + self.house.net + 100 * self.over_sip}.{number}"
        self.host, self.phones, self.world = f"{net}.1", f"{net}.2", f"{net}.3"
        self.home = f"/lab/{version}/{number}"
        self._process: subprocess.Popen[bytes] | None = None
        self.control: Ami

    async def start(self) -> None:
        """Starts it; once in some hundred times an Asterisk hangs in its own start, and another
        is begun."""
        for _ in range(STARTS):
            self._write_config()
            self._launch()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(START_SECONDS):
                    self.control = await self._login()
                    await self._booted()
                    await self._fill_database()
                    return
            self.stop()
        raise RuntimeError(f"Asterisk {self.version} does not start: see {self._console}")

    @property
    def _console(self) -> Path:
        """What Asterisk printed, as seen from outside its chroot."""
        return self.root / self.home.lstrip("/") / "console.log"

    def _launch(self) -> None:
        log = self._console.open("wb")
        dies_with_us = ["setpriv", "--pdeathsig", "KILL"]  # else the next run would meet it
        chrooted = [*dies_with_us, "chroot", str(self.root)]
        self._process = subprocess.Popen(
            [*chrooted, "asterisk", "-f", "-C", f"{self.home}/etc/asterisk.conf"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()

    async def _login(self) -> Ami:
        while True:
            assert self._process is not None
            if self._process.poll() is not None:
                raise RuntimeError(f"Asterisk {self.version} ended: see {self._console}")
            try:
                return await Ami.login(self.host, AMI_PORT, "control", SECRET)
            except (ConnectionError, OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.2)

    async def _booted(self) -> None:
        while True:
            answer = await self.control.action("Command", Command="core waitfullybooted")
            if "fully booted" in str(answer):
                return
            await asyncio.sleep(0.2)

    async def _fill_database(self) -> None:
        for entry, value in self.house.database:
            family, _, key = entry.partition("/")
            await self.control.put(family, key, value)

    async def restart(self, command: str) -> None:
        """Gives this command, which ends Asterisk and begins it anew, and waits for the new one."""
        old = self.control
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(5):
                await old.action("Command", Command=command)
        await old.gone()
        await old.close()
        async with asyncio.timeout(START_SECONDS):
            self.control = await self._login()
            await self._booted()

    async def idle(self, patience: float = 40) -> None:
        """Returns when no channel is left."""
        async with asyncio.timeout(patience):
            while await self.control.channels():
                await asyncio.sleep(0.15)

    def stop(self) -> None:
        """At once: nothing in there is worth a farewell."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _write_config(self) -> None:
        home = self.root / self.home.lstrip("/")
        shutil.rmtree(home, ignore_errors=True)
        etc = home / "etc"
        for folder in ("etc", "db", "run", "log", "spool", "spool/voicemail/default"):
            (home / folder).mkdir(parents=True)
        names = {"HOST": self.host, "WORLD": self.world, "SECRET": SECRET}
        names |= {"HOME": self.home, "RTP": str(10000 + 200 * self.number)}
        names |= {"RTPEND": str(10000 + 200 * self.number + 198)}
        names |= {"MODULES": self._modules(), "PHONES": "\n".join(self._endpoints())}
        names |= {"PEERS": "\n".join(self._peers()), "NOLOAD": "\n".join(self._left_out())}
        for template in self.house.files():
            text = re.sub(r"@([A-Z]+)@", lambda found: names[found[1]], template.read_text())
            (etc / template.name).write_text(self._dialled(self._in_its_words(text)))
        with (etc / "manager.conf").open("a") as file:
            file.write(sample.users(asterisk_of(self.version), SECRET))
        sounds = self.root / "lab/sounds"
        sounds.mkdir(parents=True, exist_ok=True)
        for seconds in (1, 3, 30):
            (sounds / f"silence{seconds}.ulaw").write_bytes(b"\xff" * 8000 * seconds)

    def _modules(self) -> str:
        for folder in ("usr/lib/asterisk/modules", "usr/lib/x86_64-linux-gnu/asterisk/modules"):
            if (self.root / folder).is_dir():
                return f"/{folder}"
        return f"/usr/lib/{os.uname().machine}-linux-gnu/asterisk/modules"

    def _left_out(self) -> list[str]:
        """The channel driver that is not for this house."""
        modules = NO_PJSIP if self.over_sip else NO_CHAN_SIP
        return [f"noload => {module}.so" for module in modules]

    def _in_its_words(self, text: str) -> str:
        """A dialplan as the generator of its time writes it."""
        old = self.house.name == "fpbx" and asterisk_of(self.version) == "16"
        return in_macros(text) if old else text

    def _dialled(self, text: str) -> str:
        """A configuration with its dial strings as the channel driver wants them."""
        if not self.over_sip:
            return text
        text = text.replace("${PJSIP_DIAL_CONTACTS(${ext})}", _ALL_PEERS)
        text = re.sub(r"PJSIP/(\$\{DB\([^)]*\)\}|[\w${}]+)@trunk", r"SIP/trunk/\1", text)
        return text.replace("PJSIP/", "SIP/")

    def _peers(self) -> list[str]:
        """The phones for chan_sip, which knows one device by one name."""
        lines = []
        for extension, (group, name, ports) in self.house.phones.items():
            for index, port in enumerate(ports or (None,)):
                lines += [f"[{extension}{'b' * index}](phone)", f"callerid={name} <{extension}>"]
                lines += [f"callgroup={group}", f"pickupgroup={group}"]
                lines += [f"host={self.phones}", f"port={port}"] if port else ["host=dynamic"]
        return lines

    def _endpoints(self) -> list[str]:
        lines = []
        for extension, (group, name, ports) in self.house.phones.items():
            lines += [f"[{extension}](phone)", f"aors={extension}"]
            lines += [f"callerid={name} <{extension}>", f"mailboxes={extension}@default"]
            lines += [f"call_group={group}", f"pickup_group={group}"]
            lines += [f"[{extension}]", "type=aor", "max_contacts=3"]
            lines += [f"contact=sip:{extension}@{self.phones}:{port}" for port in ports]
        return lines
