-- What Grafana reads from callcheck's PostgreSQL: views for its lists, and a role that sees only
-- these. Run it as the owner of callcheck's tables, after callcheck's first start and after each
-- upgrade (it may be run again at any time):
--   psql -v ON_ERROR_STOP=1 -f reports.sql callcheck
-- and give the role a password:  ALTER ROLE callcheck_reader PASSWORD '…'
-- Its time zone is that of the house; hours and weekdays are local. Callers are as callcheck keeps
-- them: pseudonyms, unless the configuration says otherwise.

BEGIN;

CREATE SCHEMA IF NOT EXISTS reports;
DROP VIEW IF EXISTS reports.missed, reports.helped, reports.sent_around, reports.hours;

-- Calls from outside that nobody answered.
CREATE VIEW reports.missed AS
SELECT
    c.started_at AS started_us,
    to_timestamp(c.started_at / 1e6) AS started_at,
    c.pbx,
    c.call_id,
    c.unit,
    c.extension,
    c.caller,
    c.disposition,
    c.ring_ms / 1000.0::float8 AS ring_seconds,
    -- the second edge of the histogram is the length of a ring
    c.ring_ms / (SELECT split_part(value, ' ', 2)::bigint FROM meta WHERE key = 'ring_edges') + 1
        AS rings,
    (
        SELECT f.reason FROM findings AS f
        WHERE f.pbx = c.pbx AND f.call_id = c.call_id AND f.rule = 'answer_by_ring'
    ) AS reason
FROM calls AS c
WHERE c.direction = 'inbound' AND c.disposition <> 'answered' AND c.disposition <> '';

-- Calls that one took for another.
CREATE VIEW reports.helped AS
SELECT
    started_at AS started_us,
    unit,
    answered_by AS helper,
    coalesce(picked_up_for, forwarded_from) AS helped,
    coalesce(answered_via, '') AS via
FROM calls
WHERE disposition = 'answered' AND (picked_up_for IS NOT NULL OR forwarded_from IS NOT NULL);

-- Calls that were transferred more than once.
CREATE VIEW reports.sent_around AS
SELECT
    started_at AS started_us,
    to_timestamp(started_at / 1e6) AS started_at,
    unit,
    extension,
    final_party,
    transfers
FROM calls
WHERE transfers > 1;

-- Counts by the hour; weekday 1 is Monday. The readings count judged calls.
CREATE VIEW reports.hours AS
SELECT
    hour AS started_us,
    unit,
    extract(hour FROM to_timestamp(hour / 1e6))::int AS hour,
    extract(isodow FROM to_timestamp(hour / 1e6))::int AS weekday,
    calls,
    met + breached AS judged,
    met,
    before,
    within,
    third,
    inbound_abandoned + inbound_no_answer + inbound_busy + inbound_rejected + inbound_unreachable
        + inbound_voicemail + inbound_failed + inbound_unknown AS missed
FROM hour_totals;

-- The Wilson 95 % interval of met / judged; NULL without a judged call.
CREATE OR REPLACE FUNCTION reports.wilson(met numeric, judged numeric, OUT low float8, OUT high float8)
LANGUAGE sql IMMUTABLE AS $$
    SELECT (p + z / (2 * n) - half) / (1 + z / n), (p + z / (2 * n) + half) / (1 + z / n)
    FROM (
        SELECT n, p, z, sqrt(z * (p * (1 - p) / n + z / (4 * n * n))) AS half
        FROM (
            SELECT nullif(judged, 0)::float8 AS n, met::float8 / nullif(judged, 0)::float8 AS p,
                3.841458820694124::float8 AS z
        ) AS given
    ) AS spread
$$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'callcheck_reader') THEN
        CREATE ROLE callcheck_reader LOGIN;
    END IF;
END
$$;
ALTER ROLE callcheck_reader SET timezone = 'Europe/Riga';
ALTER ROLE callcheck_reader SET default_transaction_read_only = on;
ALTER ROLE callcheck_reader SET statement_timeout = '20s';
GRANT USAGE ON SCHEMA reports TO callcheck_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA reports TO callcheck_reader;
GRANT EXECUTE ON FUNCTION reports.wilson TO callcheck_reader;

COMMIT;
