"""The one composition root: configuration in, the whole of callcheck running."""

from callcheck.app.house import AppError, House, run

__all__ = ["AppError", "House", "run"]
