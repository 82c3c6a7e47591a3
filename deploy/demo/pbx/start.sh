#!/bin/sh
# Starts Asterisk on the configuration beside this file, with everything it writes under $AT.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
at=${AT:-/run/asterisk}
modules=$(dirname "$(find /usr/lib /usr/local/lib -name chan_pjsip.so 2>/dev/null | head -n 1)")
mkdir -p "$at/etc" "$at/run" "$at/log" "$at/db" "$at/spool/outgoing" "$at/spool/tmp"
umask 077
for file in "$here"/*.conf; do
    sed -e "s|@AT@|$at|g" -e "s|@MODULES@|$modules|g" -e "s|@SECRET@|${AMI_SECRET:-}|g" \
        -e "s|@PBX@|${PBX:-asterisk}|g" -e "s|@WORLD@|${WORLD:-callers}|g" \
        -e "s|@BIND@|${BIND:-0.0.0.0}|g" "$file" >"$at/etc/$(basename "$file")"
done
if [ -e "$here/callers" ]; then # a caller every few seconds; the dialplan says who and whom
    (while sleep "${EVERY:-6}"; do
        asterisk -C "$at/etc/asterisk.conf" -rx \
            'channel originate Local/call@public/n application Wait 180' >/dev/null 2>&1 || true
    done) &
fi
exec asterisk -f -C "$at/etc/asterisk.conf"
