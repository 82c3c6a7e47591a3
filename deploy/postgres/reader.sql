-- What callcheck_reader (reports.sql) needs to log in, and what it must not: its password is
-- $READER_PASSWORD, it is nothing but a reader of `reports`, and it does not use up connections.
\getenv password READER_PASSWORD

ALTER ROLE callcheck_reader LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    CONNECTION LIMIT 20 PASSWORD :'password';
REVOKE ALL ON SCHEMA public FROM PUBLIC;
