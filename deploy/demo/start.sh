#!/bin/sh
# start.sh pbx: the house's Asterisk. start.sh world: its phones and the public, in another one.
# Runs on the configuration in both/ and in the folder named, with what it writes under $AT.
set -eu
part=$1
here=$(cd "$(dirname "$0")" && pwd)
at=${AT:-/run/asterisk}
modules=$(dirname "$(find /usr/lib /usr/local/lib -name chan_pjsip.so 2>/dev/null | head -n 1)")
mkdir -p "$at/etc" "$at/run" "$at/log" "$at/db" "$at/spool/outgoing" "$at/spool/tmp"
umask 077
for file in "$here"/both/*.conf "$here/$part"/*.conf; do
    sed -e "s|@AT@|$at|g" -e "s|@MODULES@|$modules|g" -e "s|@SECRET@|${AMI_SECRET:-}|g" \
        -e "s|@PBX@|${PBX:-asterisk}|g" -e "s|@WORLD@|${WORLD:-callers}|g" \
        -e "s|@BIND@|${BIND:-0.0.0.0}|g" "$file" >"$at/etc/$(basename "$file")"
done
if [ "$part" = world ]; then # a caller every few seconds; the dialplan says who and whom
    (while sleep "${EVERY:-6}"; do
        asterisk -C "$at/etc/asterisk.conf" -rx \
            'channel originate Local/call@public/n application Wait 180' >/dev/null 2>&1 || true
    done) &
fi
exec asterisk -f -C "$at/etc/asterisk.conf"
