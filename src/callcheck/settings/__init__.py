"""The base of every table of `callcheck.toml`, and the types of value that several tables share.

It stands below the rooms that bring a table of their own, and below `config`, which gathers them.
"""

from __future__ import annotations

from callcheck.settings.table import Extension, FileName, Table, Text, WebAddress

__all__ = ["Extension", "FileName", "Table", "Text", "WebAddress"]
