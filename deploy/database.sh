#!/bin/sh
# Run once by the database's container, when its volume is new: the portal owns its database and is no superuser.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$KTPORTAL_DB_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE ktportal LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE ktportal OWNER ktportal;
REVOKE CONNECT ON DATABASE ktportal FROM PUBLIC;
SQL
