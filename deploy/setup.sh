#!/bin/sh
# Makes what docker-compose.yml asks for: .env with new passwords, and the token's file for
# Prometheus. What is there already is kept, so it can be run again.
set -eu
cd "$(dirname "$0")/.."
umask 077

new() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

if [ ! -e .env ]; then
    {
        sed '/=$/d' deploy/env.example
        for name in $(sed -n 's/^\([A-Z_]*\)=$/\1/p' deploy/env.example); do
            echo "$name=$(new)"
        done
    } >.env.new
    mv .env.new .env
    echo "made .env; put the AMI secret of your PBX there, and CALLCHECK_TOML"
fi

# the folder is closed; the file in it must be readable to the user of Prometheus's container
mkdir -p deploy/secrets
rm -f deploy/secrets/metrics_token
sed -n 's/^CALLCHECK_METRICS_TOKEN=//p' .env | tr -d '\n' >deploy/secrets/metrics_token
chmod 0444 deploy/secrets/metrics_token
