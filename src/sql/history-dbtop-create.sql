-- Schema dbtop, layout 1. Sent as one message, so it is one transaction. Made by the first run that writes.
-- First runs of several projects meet here: one at a time, for the few milliseconds this takes, since IF NOT EXISTS and
-- GRANT break on each other ("tuple concurrently updated"). The key lies outside those of the projects (24 bits).
SELECT pg_catalog.pg_advisory_xact_lock(7233471971617406976);
CREATE SCHEMA IF NOT EXISTS dbtop;
CREATE TABLE IF NOT EXISTS dbtop.meta (
  key pg_catalog.text PRIMARY KEY,
  value pg_catalog.text NOT NULL);
INSERT INTO dbtop.meta (key, value) VALUES ('layout', '1') ON CONFLICT (key) DO NOTHING;
CREATE TABLE IF NOT EXISTS dbtop.revision (
  project pg_catalog.text NOT NULL,
  rev pg_catalog.text NOT NULL,
  name pg_catalog.text NOT NULL,
  parents pg_catalog.text[],
  state pg_catalog.text NOT NULL CHECK (state IN ('applied', 'partial', 'failed', 'stamped')),
  direction pg_catalog.text NOT NULL CHECK (direction IN ('up', 'down')),
  sha256 pg_catalog.text,
  sha256_norm pg_catalog.text,
  tx_mode pg_catalog.text,
  steps_total pg_catalog.int4,
  steps_done pg_catalog.int4,
  started_at pg_catalog.timestamptz NOT NULL,
  finished_at pg_catalog.timestamptz,
  actor pg_catalog.text,
  client pg_catalog.text,
  run_id pg_catalog.uuid,
  backend_pid pg_catalog.int4,
  backend_start pg_catalog.timestamptz,
  source_tool pg_catalog.text,
  catalog_fp pg_catalog.text,
  sqlstate pg_catalog.text,
  error pg_catalog.text,
  PRIMARY KEY (project, rev));
CREATE TABLE IF NOT EXISTS dbtop.step (
  project pg_catalog.text NOT NULL,
  rev pg_catalog.text NOT NULL,
  direction pg_catalog.text NOT NULL CHECK (direction IN ('up', 'down')),
  ord pg_catalog.int4 NOT NULL,
  sha256 pg_catalog.text,
  kind pg_catalog.text NOT NULL CHECK (kind IN ('group', 'lone')),
  state pg_catalog.text NOT NULL CHECK (state IN ('intent', 'done', 'failed', 'skipped')),
  attempt pg_catalog.int4 NOT NULL DEFAULT 1,
  started_at pg_catalog.timestamptz NOT NULL,
  finished_at pg_catalog.timestamptz,
  rows pg_catalog.int8,
  resume_key pg_catalog.text,
  sqlstate pg_catalog.text,
  error pg_catalog.text,
  PRIMARY KEY (project, rev, direction, ord));
CREATE TABLE IF NOT EXISTS dbtop.event (
  id pg_catalog.int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  project pg_catalog.text NOT NULL,
  rev pg_catalog.text,
  name pg_catalog.text,
  event pg_catalog.text NOT NULL,
  actor pg_catalog.text NOT NULL DEFAULT session_user,
  client pg_catalog.text,
  run_id pg_catalog.uuid,
  took_ms pg_catalog.int8,
  detail pg_catalog.jsonb);
GRANT USAGE ON SCHEMA dbtop TO pg_monitor;
GRANT SELECT ON ALL TABLES IN SCHEMA dbtop TO pg_monitor
