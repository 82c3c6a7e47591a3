#!/usr/bin/env bash
# Pins every dependency, with hashes, into requirements*.txt; for every platform and Python >= 3.11.
# Usage: tools/lock.sh PATH-OF-UV [--upgrade]. `make lock` calls it.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$1
shift

lock() { # lock OUTPUT ARGUMENT…
    local output=$1
    shift
    # The old file stays in place while uv works: it keeps the versions that are still allowed.
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
        --no-emit-index-url --no-emit-find-links --no-emit-build-options \
        --system-certs --output-file "$output" "$@" >/dev/null
    { echo "# Made by \`make lock\` from pyproject.toml; not edited by hand."; cat "$output"; } >"$output.new"
    mv "$output.new" "$output"
    if grep -nE '://|file:|^-' "$output" || grep -nE '(^|[ "=])/[a-z]' "$output"; then
        echo "tools/lock.sh: $output names an address or a path (see above)" >&2
        exit 1
    fi
}

lock requirements.txt pyproject.toml "$@"
lock requirements-exchange.txt pyproject.toml --extra exchange --constraint requirements.txt "$@"
lock requirements-dev.txt pyproject.toml --extra dev --extra exchange --constraint requirements-exchange.txt "$@"
lock requirements-build.txt --group build --constraint requirements-dev.txt "$@"
lock requirements-compile.txt --group compile --constraint requirements-dev.txt "$@"
