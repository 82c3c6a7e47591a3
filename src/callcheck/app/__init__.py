"""The one composition root: configuration in, the whole of callcheck running (`house`)."""
