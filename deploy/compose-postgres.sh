#!/bin/sh
# Makes the database of the school at the first start of PostgreSQL, and the role that nodes and judges sign in with. It owns this database,
# and may do nothing else: whoever gets hold of a node does not rule the server.
set -eu
psql -v ON_ERROR_STOP=1 --username postgres --no-psqlrc <<'SQL'
\getenv password GYOSIL_PASSWORD
create role gyosil login password :'password';
create database gyosil owner gyosil;
revoke all on database gyosil, postgres from public;
SQL
