"""A table of `callcheck.toml` (pydantic, strict), and values that several tables have."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

_EXTENSION = re.compile(r"[0-9A-Za-z*#_.-]{1,40}")


class Table(BaseModel):
    """A table of the file: it accepts only its own keys, and only values of the right type."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True
    )


def filled(text: str) -> str:
    """Text that is not empty."""
    if not text.strip():
        raise ValueError("is empty")
    return text


def file_name(text: str) -> str:
    """The name of a file, relative to the configuration's folder or absolute."""
    if not filled(text).isprintable():
        raise ValueError("has a character that file names cannot have")
    return text


def extension(text: str) -> str:
    """An extension as the PBX knows it."""
    if not _EXTENSION.fullmatch(text):
        raise ValueError(f'"{text}" is not an extension; write it as in the dialplan: "201"')
    return text


def web_address(text: str) -> str:
    """An address of a web server."""
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", text):
        raise ValueError('is not an address; write it as "https://host.example/path"')
    return text


Text = Annotated[str, AfterValidator(filled)]
FileName = Annotated[str, AfterValidator(file_name)]
Extension = Annotated[str, AfterValidator(extension)]
WebAddress = Annotated[str, AfterValidator(web_address)]
