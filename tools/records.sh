#!/usr/bin/env bash
# Prints every record, finding and story of every recording, to compare before and after a change:
#   tools/records.sh > before.txt; …; tools/records.sh | diff before.txt -
# CALLCHECK names the program (default: that of .venv).
set -euo pipefail
cd "$(dirname "$0")/.."
program=${CALLCHECK:-.venv/bin/callcheck}
config=tests/live/lab/config/callcheck.toml
for version in tests/recordings/*/; do
    "$program" replay --json --config "$config" "$version"*.ami.gz
    "$program" replay --explain --config "$config" "$version"*.ami.gz
done
