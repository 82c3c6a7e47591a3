"""Reads and checks `callcheck.toml`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import phonenumbers

from callcheck import privacy
from callcheck.config import checks, values
from callcheck.config.absence_sources import source_tables
from callcheck.config.building import absences_of, homes_of, parties_of, settings_of, site_of
from callcheck.config.hours import calendar_of, hours_of, warn_of_moved_days
from callcheck.config.lines import Loc, read_source
from callcheck.config.model import (
    Config,
    Http,
    Pbx,
    Privacy,
    Site,
    StoreSettings,
    TokenSettings,
    Unit,
)
from callcheck.config.notes import Notes
from callcheck.config.problems import ConfigErrors, ConfigProblem
from callcheck.config.schema import PbxTable, TokenTable
from callcheck.config.secret_files import env_secret, read_secret
from callcheck.config.shaping import shape
from callcheck.settings.table import web_address
from callcheck.sources.base import LoginTable, SourceSettings, SourceTable

_SQLITE = "sqlite:///"
_SHORTEST_TOKEN = 16


def load(path: Path, environ: Mapping[str, str], *, secrets: bool = True) -> Config:
    """The configuration, with its secrets unless `secrets` is False.

    Raises ConfigErrors with all errors. Only `check_config` returns warnings.
    """
    return _Reading(path, environ, secrets).config()


def load_for_replay(path: Path | None) -> Config:
    """The configuration to replay a recording: without secrets, and [[pbx]] may be missing.

    Without a file it is a Latvian house, always open, with no directory. Raises ConfigErrors.
    """
    if path is not None:
        return load(path, {}, secrets=False)
    base = Path.cwd()
    store = StoreSettings(_SQLITE + str(base / "callcheck.db"))
    keys = Privacy(base / "callers.key")
    file = base / "callcheck.toml"
    return Config(file, Site(), None, (), (), (), store, Http(), keys)


def check_config(
    path: Path, environ: Mapping[str, str], today: date | None = None
) -> list[ConfigProblem]:
    """All errors and warnings in file order; with warnings alone the file is usable."""
    try:
        reading = _Reading(path, environ, secrets=True)
    except ConfigErrors as error:
        return list(error.problems)
    reading.look_ahead(today or datetime.now(UTC).date())
    return reading.problems


class _Reading:
    """Reads one file, and notes its problems."""

    def __init__(self, path: Path, environ: Mapping[str, str], secrets: bool) -> None:
        self._path = path
        self._base = path.absolute().parent
        self._environ = environ
        self._secrets = secrets
        raw, lines = read_source(path)
        self._notes = Notes(str(path), raw, lines)
        self._file = shape(raw, self._notes)
        self._calendar = calendar_of(self._file, self._base, self._notes)
        self._code = str(phonenumbers.country_code_for_region(self._file.site.country))
        self._read()

    @property
    def problems(self) -> list[ConfigProblem]:
        """The problems so far, in file order."""
        return sorted(set(self._notes.problems), key=lambda p: (p.file, p.line or 0, p.text))

    def config(self) -> Config:
        """The configuration; raises ConfigErrors."""
        errors = [p for p in self.problems if not p.warning]
        if errors:
            raise ConfigErrors(errors)
        return self._config

    def look_ahead(self, today: date) -> None:
        """Warns about years whose moved working days are not known yet."""
        warn_of_moved_days(self._file, self._calendar, today, self._notes)

    def _read(self) -> None:
        for loc, text, warning in checks.check(self._file, self._code):
            self._notes.add(loc, text, warning=warning)
        if self._secrets:
            self._need_somebody()
            self._check_key()
            self._check_trusted()
        file = self._file
        self._config = Config(
            path=self._path,
            site=site_of(file, self._code),
            hours=hours_of(file, self._calendar, self._notes),
            pbxs=tuple(self._pbx(n, pbx) for n, pbx in enumerate(file.pbx)),
            units=tuple(Unit(unit.id, unit.title or unit.id) for unit in file.unit),
            parties=parties_of(file),
            homes=homes_of(file),
            rules=settings_of(file),
            store=StoreSettings(self._store_url()),
            http=self._http(),
            privacy=self._privacy(),
            absences=absences_of(file, self._base, self._webhook(), self._sources()),
        )

    def _need_somebody(self) -> None:
        if not self._file.pbx and not self._notes.has_any("pbx"):
            self._notes.add(("pbx",), "is missing; name the Asterisk to listen to in a [[pbx]]")
        if not self._file.unit and not self._notes.has_any("unit"):
            self._notes.add(("unit",), "is missing; list whose phones these are in a [[unit]]")

    def _check_key(self) -> None:
        key_file = self._base / self._file.privacy.key_file
        try:
            if key_file.exists():
                privacy.read_key(key_file)
            elif not key_file.parent.is_dir():
                raise privacy.KeyFileError(f"its folder {key_file.parent} does not exist")
        except privacy.KeyFileError as error:
            self._notes.add(("privacy", "key_file"), str(error))

    def _pbx(self, n: int, pbx: PbxTable) -> Pbx:
        loc: Loc = ("pbx", n)
        secret = self._one_secret(loc, "secret", pbx.secret_file, pbx.secret_env)
        ca_file = self._base / pbx.ca_file if pbx.ca_file else None
        if self._secrets and ca_file and not ca_file.is_file():
            self._notes.add((*loc, "ca_file"), f"{ca_file} does not exist")
        same = pbx.model_dump(exclude={"secret_file", "secret_env", "ca_file", "trunks"})
        return Pbx(**same, secret=secret, ca_file=ca_file, trunks=tuple(pbx.trunks))

    def _one_secret(self, loc: Loc, key: str, file: str | None, env: str | None) -> str:
        """The secret in `<key>_file` or `<key>_env`; empty if secrets are not read."""
        if not self._secrets:
            return ""
        try:
            if file is not None and env is not None:
                raise ValueError(f"give either {key}_file or {key}_env, not both")
            if file is not None:
                return read_secret(self._base / file)
            if env is not None:
                return env_secret(env, self._environ)
            raise ValueError(f"is missing; give either {key}_file or {key}_env")
        except ValueError as error:
            used = f"{key}_env" if env is not None and file is None else f"{key}_file"
            if not self._notes.has(loc, key, f"{key}_file", f"{key}_env", "sha256"):
                self._notes.add((*loc, used), str(error))
            return ""

    def _http(self) -> Http:
        host, port = values.split_listen(self._file.http.listen)
        tokens = tuple(self._token(n, token) for n, token in enumerate(self._file.http.token))
        return Http(host, port, tokens)

    def _token(self, n: int, token: TokenTable) -> TokenSettings:
        loc: Loc = ("http", "token", n)
        if token.sha256 is not None:
            if token.token_file or token.token_env:
                self._notes.add(
                    (*loc, "sha256"), "give only one of sha256, token_file and token_env"
                )
            return TokenSettings(token.role, token.sha256)
        text = self._one_secret(loc, "token", token.token_file, token.token_env)
        if text and len(text) < _SHORTEST_TOKEN:
            say = (
                f"is shorter than {_SHORTEST_TOKEN} characters; make one with: openssl rand -hex 24"
            )
            self._notes.add((*loc, "token_file" if token.token_file else "token_env"), say)
        return TokenSettings(token.role, hashlib.sha256(text.encode()).hexdigest())

    def _webhook(self) -> str | None:
        """Where to post tomorrow's list; the address may be in a file, like a secret."""
        table, loc = self._file.absences.tomorrow, ("absences", "tomorrow")
        if table.webhook_file is None or not self._secrets:
            return table.webhook
        try:
            if table.webhook is not None:
                raise ValueError("give either webhook or webhook_file, not both")
            return web_address(read_secret(self._base / table.webhook_file))
        except ValueError as error:
            self._notes.add((*loc, "webhook_file"), str(error))
            return None

    def _sources(self) -> list[SourceSettings]:
        """The sources of absences, with their passwords."""
        extensions = {party.extension for _, party in checks.parties(self._file)}
        tables = source_tables(self._file.absences.calendar, extensions, self._notes)
        return [SourceSettings(table, self._base, self._password(n, table))
                for n, table in tables.items()]  # fmt: skip

    def _password(self, n: int, table: SourceTable) -> str:
        """Of a source; empty if it needs none."""
        if not isinstance(table, LoginTable) or table.user is None:
            return ""
        loc: Loc = ("absences", "calendar", n)
        return self._one_secret(loc, "password", table.password_file, table.password_env)

    def _check_trusted(self) -> None:
        ca_file = self._file.absences.ca_file
        if ca_file and not (self._base / ca_file).is_file():
            self._notes.add(("absences", "ca_file"), f"{self._base / ca_file} does not exist")

    def _store_url(self) -> str:
        url = self._file.store.url
        if url.startswith(_SQLITE):
            return _SQLITE + str(self._base / url.removeprefix(_SQLITE))
        if re.match(r"[^/]+//[^/@]*:[^/@]+@", url):
            text = "contains a password; keep it in ~/.pgpass or PGPASSFILE instead"
            self._notes.add(("store", "url"), text, warning=True)
        return url

    def _privacy(self) -> Privacy:
        table = self._file.privacy
        key_file = self._base / table.key_file
        return Privacy(key_file, table.callers, table.keep_calls_days, table.keep_absence_kind)
