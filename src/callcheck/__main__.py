"""The program's door: `callcheck` and `python -m callcheck`; nothing heavy is imported here."""

import sys


def main() -> None:
    """Answer `--version` at once; leave everything else to the command line."""
    if sys.argv[1:] == ["--version"]:
        from callcheck import __version__

        print(f"callcheck {__version__}")
        return
    from callcheck.commands.cli import main as cli

    cli()


if __name__ == "__main__":
    main()
