"""Entry point of `callcheck` and `python -m callcheck`; imports nothing heavy."""

import sys


def main() -> None:
    """Answers `--version` at once and leaves everything else to the command line."""
    if sys.argv[1:] == ["--version"]:
        from callcheck import __version__

        print(f"callcheck {__version__}")
        return
    from callcheck.commands.cli import main as cli

    cli()


if __name__ == "__main__":
    main()
