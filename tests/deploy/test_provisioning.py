"""What Grafana reads at its first start. Grafana itself cannot be had here, and it passes over
a key that it does not know; so its files are read by the keys of its own sources, and no others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from tests.dashboards.reading import FILES, load
from tests.deploy.programs import ROOT
from tests.deploy.test_compose import house, services

__all__ = ["house"]
PROVISIONING = ROOT / "dashboards" / "provisioning"
SOURCES = PROVISIONING / "datasources" / "callcheck.yml"
PROVIDERS = PROVISIONING / "dashboards" / "callcheck.yml"


class Strict(BaseModel):
    """No other keys, and no text where a number belongs."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)


class PrometheusJson(Strict):
    """Of the built-in data source `prometheus`; here what ours needs."""

    http_method: Literal["POST", "GET"]
    time_interval: str = Field(pattern=r"^\d+s$")


class InfinityJson(Strict):
    """Of the plugin Infinity (pkg/models/settings.go)."""

    auth_method: Literal["bearerToken"] = Field(alias="auth_method")
    allowed_hosts: list[str] = Field(min_length=1)
    timeout_in_seconds: int = 60


class PostgresJson(Strict):
    """Of the built-in data source `grafana-postgresql-datasource`; the database stands here since
    Grafana 10, not beside the url."""

    database: Literal["callcheck"]
    sslmode: Literal["disable", "require", "prefer", "verify-ca", "verify-full"]
    postgres_version: int = Field(ge=900)


class Source(Strict):
    """pkg/services/provisioning/datasources/types.go, version 1."""

    name: str
    uid: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,40}$")
    type: str
    access: Literal["proxy"]
    url: str
    user: str = ""
    is_default: bool = False
    editable: bool = False
    json_data: dict[str, Any]
    secure_json_data: dict[str, str] = {}


class Sources(Strict):
    """A file of data sources."""

    api_version: Literal[1]
    datasources: list[Source]


class Folder(Strict):
    """The options of a provider of the type `file`."""

    path: str = Field(pattern="^/")
    folders_from_files_structure: bool = False


class Provider(Strict):
    """pkg/services/provisioning/dashboards/types.go, version 1."""

    name: str
    org_id: int = 1
    folder: str = ""
    folder_uid: str = ""
    type: Literal["file"]
    disable_deletion: bool = False
    update_interval_seconds: int = Field(10, ge=10)
    allow_ui_updates: bool = False
    options: Folder


class Providers(Strict):
    """A file of providers of dashboards."""

    api_version: Literal[1]
    providers: list[Provider]


KINDS: dict[str, tuple[type[Strict], set[str]]] = {
    "prometheus": (PrometheusJson, set()),
    "yesoreyeram-infinity-datasource": (InfinityJson, {"bearerToken"}),
    "grafana-postgresql-datasource": (PostgresJson, {"password"}),
}
"""What a data source's own settings are, and its secrets, by type."""


def sources(path: Path = SOURCES) -> list[Source]:
    return Sources.model_validate(yaml.safe_load(path.read_text("utf-8"))).datasources


def test_the_data_sources_are_as_grafana_reads_them() -> None:
    found = sources()
    assert [one.type for one in found] == list(KINDS)
    assert [one.name for one in found if one.is_default] == ["callcheck Prometheus"]
    for one in found:
        settings, secrets = KINDS[one.type]
        settings.model_validate(one.json_data)
        assert one.secure_json_data.keys() == secrets, one.name


def test_a_key_that_grafana_would_pass_over_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(SOURCES.read_text("utf-8").replace("isDefault", "is_default"), "utf-8")
    with pytest.raises(ValidationError, match="is_default"):
        sources(wrong)


def test_every_panel_asks_one_of_them() -> None:
    known = {(one.type, one.uid) for one in sources()}
    asked = {
        (target["datasource"]["type"], target["datasource"]["uid"])
        for path in FILES
        for panel in load(path)["panels"]
        for target in panel["targets"]
    }
    assert asked == known


def test_compose_gives_what_they_take(house: Path) -> None:
    """Every variable, the plugin, and the folder of dashboards where the provider looks."""
    grafana = services(house)["grafana"]
    taken = set(re.findall(r"(?m)^[^#\n]*\$(\w+)", SOURCES.read_text("utf-8")))
    given = grafana["environment"]
    assert taken == {name for name in given if name.startswith("CALLCHECK_")}
    assert all(given[name] for name in taken)
    plugins = {one.type for one in sources()} - {"prometheus", "grafana-postgresql-datasource"}
    assert set(given["GF_PLUGINS_PREINSTALL"].split(",")) == plugins

    mounted = {v["target"]: Path(v["source"]) for v in grafana["volumes"] if v["type"] == "bind"}
    assert (mounted["/etc/grafana/provisioning"] / "datasources").is_dir()
    (provider,) = Providers.model_validate(yaml.safe_load(PROVIDERS.read_text("utf-8"))).providers
    found = sorted(path.name for path in mounted[provider.options.path].glob("*.json"))
    assert found == ["admin.json", "institution.json", "unit.json", "wallboard.json"]


def test_compose_reaches_what_they_name(house: Path) -> None:
    """Host and port of each address are a service and what it listens on."""
    found = services(house)
    given = found["grafana"]["environment"]
    ports = {"prometheus": "9090", "callcheck": "9876", "postgres": "5432"}
    for name in ("CALLCHECK_PROMETHEUS_URL", "CALLCHECK_API_URL", "CALLCHECK_POSTGRES_HOST"):
        host, _, port = given[name].removeprefix("http://").partition(":")
        assert found[host], name
        assert port == ports[host], name
