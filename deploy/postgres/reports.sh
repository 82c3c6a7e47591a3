#!/bin/sh
# Run once beside PostgreSQL, when callcheck has made its tables (docker-compose.yml, `reports`):
# the views and the role of reports.sql, then the role's password. Can be run again.
# Needs PGHOST, PGUSER, PGDATABASE, PGPASSWORD and READER_PASSWORD.
set -eu
here=$(dirname "$0")
psql -v ON_ERROR_STOP=1 --quiet --no-psqlrc -f "$here/reports.sql" -f "$here/reader.sql"
