"""Alembic's scripts: each revision brings an older database one step further."""
