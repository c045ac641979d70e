-- What a used grant and its message take on PostgreSQL: with indexes of words and ids of text; with lean indexes; with
-- native UUIDs as well, as they are; with numbers for status, channel and proof as well; with one number for account,
-- template, scene and channel as well.
-- Columns, indexes and widths are those of weixin_grant and weixin_message. See docs/decisions/narrow-rows.md.
--
-- createdb types && psql -d types -f bench/types/types.sql, on a server with full_page_writes = off
\set QUIET 1
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS words, text, uuid, numbers, key CASCADE;
CREATE SCHEMA words; CREATE SCHEMA text; CREATE SCHEMA uuid; CREATE SCHEMA numbers; CREATE SCHEMA key;

DROP TABLE IF EXISTS public.facts, public.results;
CREATE TABLE public.results (types text, wal_bytes int, us numeric);
CREATE UNLOGGED TABLE public.facts AS
  SELECT i, i % 7 + 1 AS scene, 4000000000000000 + i % 7 AS scene_key, at, 'oJ' || left(md5((i % 40000)::text), 26) AS openid,
    left(md5(i::text) || md5((i + 1)::text), 43) AS digest,
    (lpad(to_hex(at), 12, '0') || '7' || left(md5(i::text), 3) || '8' || substr(md5(i::text), 4, 15))::uuid AS m,
    (lpad(to_hex(at - 60000), 12, '0') || '7' || substr(md5(i::text), 5, 3) || '8' || substr(md5(i::text), 8, 15))::uuid AS g,
    (lpad(to_hex(at - 90000), 12, '0') || '7' || substr(md5(i::text), 6, 3) || '8' || substr(md5(i::text), 9, 15))::uuid AS intent
  FROM (SELECT i, 1760000000000 + i * 1000 AS at FROM generate_series(1, 300000::bigint) AS s(i)) AS s;
CREATE UNIQUE INDEX ON public.facts (i);
ANALYZE public.facts;

CREATE OR REPLACE PROCEDURE public.fill(types text, grants text, messages text) LANGUAGE plpgsql AS $$
DECLARE
  lsn pg_lsn := pg_current_wal_insert_lsn();
  begun timestamptz := clock_timestamp();
BEGIN
  FOR n IN 0..599 LOOP EXECUTE grants USING n * 500 + 1, n * 500 + 500; END LOOP;
  FOR n IN 0..599 LOOP EXECUTE messages USING n * 500 + 1, n * 500 + 500; END LOOP;
  INSERT INTO public.results
    SELECT types, (pg_current_wal_insert_lsn() - lsn) / 300000, extract(epoch FROM clock_timestamp() - begun) / 0.3;
END $$;

CREATE TABLE words.g (id varchar(36) PRIMARY KEY, granted_at bigint NOT NULL, expires_at bigint, ended_at bigint, rejected_at bigint,
  accept_no int, proof varchar(16) NOT NULL, ended_as varchar(16), app_id varchar(32) NOT NULL, template_id varchar(64) NOT NULL, scene int NOT NULL, channel varchar(16) NOT NULL,
  openid varchar(64) NOT NULL, live_key varchar(43), source varchar(160) NOT NULL, paired_source varchar(160), accept_key varchar(43),
  subject varchar(128));
CREATE TABLE words.m (id varchar(36) PRIMARY KEY, grant_id varchar(36), broadcast_id varchar(36), accepted_at bigint NOT NULL, leased_until bigint,
  settled_at bigint, not_before bigint, deadline_at bigint, due_at bigint, errcode int, attempts int NOT NULL DEFAULT 1,
  resends int NOT NULL DEFAULT 0, status varchar(16) NOT NULL, proof varchar(16), app_id varchar(32) NOT NULL, template_id varchar(64) NOT NULL, scene int NOT NULL, channel varchar(16) NOT NULL,
  openid varchar(64) NOT NULL, content text, content_digest varchar(43) NOT NULL, idempotency_key varchar(128), requested_by varchar(64),
  errmsg varchar(512), rid varchar(64), reason varchar(255), msgid varchar(32));
CREATE INDEX ON words.g (app_id, openid, granted_at);
CREATE INDEX ON words.g (app_id, template_id, scene, granted_at, id);
CREATE UNIQUE INDEX ON words.g (live_key) WHERE live_key IS NOT NULL;
CREATE UNIQUE INDEX ON words.g (source);
CREATE INDEX ON words.m (status, settled_at) WHERE status IN ('sent', 'refused', 'failed');
CREATE INDEX ON words.m (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX ON words.m (app_id, openid, accepted_at);

CREATE TABLE text.g (id varchar(36) PRIMARY KEY, granted_at bigint NOT NULL, expires_at bigint, ended_at bigint, rejected_at bigint,
  accept_no int, proof varchar(16) NOT NULL, ended_as varchar(16), app_id varchar(32) NOT NULL, template_id varchar(64) NOT NULL, scene int NOT NULL, scene_key bigint NOT NULL,
  channel varchar(16) NOT NULL, openid varchar(64) NOT NULL, live_key varchar(36), source varchar(160), intent_id varchar(36), paired_source varchar(160), accept_key varchar(22),
  subject varchar(128));
CREATE TABLE text.m (id varchar(36) PRIMARY KEY, grant_id varchar(36), broadcast_id varchar(36), accepted_at bigint NOT NULL, leased_until bigint,
  settled_at bigint, not_before bigint, deadline_at bigint, due_at bigint, errcode int, attempts int NOT NULL DEFAULT 1,
  resends int NOT NULL DEFAULT 0, status varchar(16) NOT NULL, proof varchar(16), app_id varchar(32) NOT NULL, template_id varchar(64) NOT NULL, scene int NOT NULL, channel varchar(16) NOT NULL,
  openid varchar(64) NOT NULL, content text, content_digest varchar(43) NOT NULL, idempotency_key varchar(128), requested_by varchar(64),
  errmsg varchar(512), rid varchar(64), reason varchar(255), msgid varchar(32));
CREATE INDEX ON text.g (openid, granted_at);
CREATE INDEX ON text.g (scene_key, granted_at);
CREATE UNIQUE INDEX ON text.g (live_key) WHERE live_key IS NOT NULL;
CREATE UNIQUE INDEX ON text.g (source) WHERE source IS NOT NULL;
CREATE UNIQUE INDEX ON text.g (intent_id) WHERE intent_id IS NOT NULL;
CREATE INDEX ON text.m (status, settled_at) WHERE status IN ('sent', 'refused', 'failed');
CREATE INDEX ON text.m (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX ON text.m (openid, accepted_at);

CREATE TABLE uuid.g (id uuid PRIMARY KEY, granted_at bigint NOT NULL, expires_at bigint, ended_at bigint, rejected_at bigint,
  accept_no int, proof varchar(16) NOT NULL, ended_as varchar(16), app_id varchar(32) NOT NULL, template_id varchar(64) NOT NULL, scene int NOT NULL, scene_key bigint NOT NULL,
  channel varchar(16) NOT NULL, openid varchar(64) NOT NULL, live_key varchar(36), source varchar(160), intent_id uuid, paired_source varchar(160), accept_key varchar(22),
  subject varchar(128));
CREATE TABLE uuid.m (id uuid PRIMARY KEY, grant_id uuid, broadcast_id uuid, accepted_at bigint NOT NULL, leased_until bigint,
  settled_at bigint, not_before bigint, deadline_at bigint, due_at bigint, errcode int, attempts int NOT NULL DEFAULT 1,
  resends int NOT NULL DEFAULT 0, status varchar(16) NOT NULL, proof varchar(16), app_id varchar(32) NOT NULL, template_id varchar(64) NOT NULL, scene int NOT NULL, channel varchar(16) NOT NULL,
  openid varchar(64) NOT NULL, content text, content_digest varchar(43) NOT NULL, idempotency_key varchar(128), requested_by varchar(64),
  errmsg varchar(512), rid varchar(64), reason varchar(255), msgid varchar(32));
CREATE INDEX ON uuid.g (openid, granted_at);
CREATE INDEX ON uuid.g (scene_key, granted_at);
CREATE UNIQUE INDEX ON uuid.g (live_key) WHERE live_key IS NOT NULL;
CREATE UNIQUE INDEX ON uuid.g (source) WHERE source IS NOT NULL;
CREATE UNIQUE INDEX ON uuid.g (intent_id) WHERE intent_id IS NOT NULL;
CREATE INDEX ON uuid.m (status, settled_at) WHERE status IN ('sent', 'refused', 'failed');
CREATE INDEX ON uuid.m (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX ON uuid.m (openid, accepted_at);

CREATE TABLE numbers.g (id uuid PRIMARY KEY, granted_at bigint NOT NULL, expires_at bigint, ended_at bigint, rejected_at bigint,
  accept_no int, proof smallint NOT NULL, ended_as smallint, app_id varchar(32) NOT NULL, template_id varchar(64) NOT NULL, scene int NOT NULL, scene_key bigint NOT NULL,
  channel smallint NOT NULL, openid varchar(64) NOT NULL, live_key varchar(36), source varchar(160), intent_id uuid, paired_source varchar(160), accept_key varchar(22),
  subject varchar(128));
CREATE TABLE numbers.m (id uuid PRIMARY KEY, grant_id uuid, broadcast_id uuid, accepted_at bigint NOT NULL, leased_until bigint,
  settled_at bigint, not_before bigint, deadline_at bigint, due_at bigint, errcode int, attempts int NOT NULL DEFAULT 1,
  resends int NOT NULL DEFAULT 0, status smallint NOT NULL, proof smallint, app_id varchar(32) NOT NULL, template_id varchar(64) NOT NULL, scene int NOT NULL, channel smallint NOT NULL,
  openid varchar(64) NOT NULL, content text, content_digest varchar(43) NOT NULL, idempotency_key varchar(128), requested_by varchar(64),
  errmsg varchar(512), rid varchar(64), reason varchar(255), msgid varchar(32));
CREATE INDEX ON numbers.g (openid, granted_at);
CREATE INDEX ON numbers.g (scene_key, granted_at);
CREATE UNIQUE INDEX ON numbers.g (live_key) WHERE live_key IS NOT NULL;
CREATE UNIQUE INDEX ON numbers.g (source) WHERE source IS NOT NULL;
CREATE UNIQUE INDEX ON numbers.g (intent_id) WHERE intent_id IS NOT NULL;
CREATE INDEX ON numbers.m (status, settled_at) WHERE status IN (1, 2, 3);
CREATE INDEX ON numbers.m (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX ON numbers.m (openid, accepted_at);

CREATE TABLE key.g (id uuid PRIMARY KEY, granted_at bigint NOT NULL, expires_at bigint, ended_at bigint, rejected_at bigint,
  accept_no int, proof smallint NOT NULL, ended_as smallint, key_id int NOT NULL,
  openid varchar(64) NOT NULL, live_key varchar(36), source varchar(160), intent_id uuid, paired_source varchar(160), accept_key varchar(22),
  subject varchar(128));
CREATE TABLE key.m (id uuid PRIMARY KEY, grant_id uuid, broadcast_id uuid, accepted_at bigint NOT NULL, leased_until bigint,
  settled_at bigint, not_before bigint, deadline_at bigint, due_at bigint, errcode int, attempts int NOT NULL DEFAULT 1,
  resends int NOT NULL DEFAULT 0, status smallint NOT NULL, proof smallint, key_id int NOT NULL,
  openid varchar(64) NOT NULL, content text, content_digest varchar(43) NOT NULL, idempotency_key varchar(128), requested_by varchar(64),
  errmsg varchar(512), rid varchar(64), reason varchar(255), msgid varchar(32));
CREATE INDEX ON key.g (openid, granted_at);
CREATE INDEX ON key.g (key_id, granted_at);
CREATE UNIQUE INDEX ON key.g (live_key) WHERE live_key IS NOT NULL;
CREATE UNIQUE INDEX ON key.g (source) WHERE source IS NOT NULL;
CREATE UNIQUE INDEX ON key.g (intent_id) WHERE intent_id IS NOT NULL;
CREATE INDEX ON key.m (status, settled_at) WHERE status IN (1, 2, 3);
CREATE INDEX ON key.m (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX ON key.m (openid, accepted_at);

CHECKPOINT;
CALL public.fill('words',
 $$ INSERT INTO words.g (id, openid, app_id, template_id, scene, channel, live_key, source, proof, granted_at)
  SELECT g::text, openid, 'wxaba38c7f163da69b', '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc', scene, 'one-time', digest, 'intent:' || intent, 'bound', at - 60000 FROM public.facts WHERE i BETWEEN $1 AND $2 $$,
 $$ INSERT INTO words.m (id, openid, app_id, template_id, scene, channel, status, content_digest, requested_by, grant_id, proof, errcode, accepted_at, settled_at, broadcast_id)
  SELECT m::text, openid, 'wxaba38c7f163da69b', '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc', scene, 'one-time', 'sent', '', 'courses', g::text, 'bound', 0, at, at + 180, '0199bcf0-0000-7000-8000-000000000000' FROM public.facts WHERE i BETWEEN $1 AND $2 $$);
CHECKPOINT;
CALL public.fill('text',
 $$ INSERT INTO text.g (id, openid, app_id, template_id, scene, scene_key, channel, live_key, intent_id, proof, granted_at)
  SELECT g::text, openid, 'wxaba38c7f163da69b', '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc', scene, scene_key, 'one-time', left(digest, 22), intent::text, 'bound', at - 60000 FROM public.facts WHERE i BETWEEN $1 AND $2 $$,
 $$ INSERT INTO text.m (id, openid, app_id, template_id, scene, channel, status, content_digest, requested_by, grant_id, proof, errcode, accepted_at, settled_at, broadcast_id)
  SELECT m::text, openid, 'wxaba38c7f163da69b', '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc', scene, 'one-time', 'sent', '', 'courses', g::text, 'bound', 0, at, at + 180, '0199bcf0-0000-7000-8000-000000000000' FROM public.facts WHERE i BETWEEN $1 AND $2 $$);
CHECKPOINT;
CALL public.fill('uuid',
 $$ INSERT INTO uuid.g (id, openid, app_id, template_id, scene, scene_key, channel, live_key, intent_id, proof, granted_at)
  SELECT g, openid, 'wxaba38c7f163da69b', '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc', scene, scene_key, 'one-time', left(digest, 22), intent, 'bound', at - 60000 FROM public.facts WHERE i BETWEEN $1 AND $2 $$,
 $$ INSERT INTO uuid.m (id, openid, app_id, template_id, scene, channel, status, content_digest, requested_by, grant_id, proof, errcode, accepted_at, settled_at, broadcast_id)
  SELECT m, openid, 'wxaba38c7f163da69b', '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc', scene, 'one-time', 'sent', '', 'courses', g, 'bound', 0, at, at + 180, '0199bcf0-0000-7000-8000-000000000000' FROM public.facts WHERE i BETWEEN $1 AND $2 $$);
CHECKPOINT;
CALL public.fill('numbers',
 $$ INSERT INTO numbers.g (id, openid, app_id, template_id, scene, scene_key, channel, live_key, intent_id, proof, granted_at)
  SELECT g, openid, 'wxaba38c7f163da69b', '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc', scene, scene_key, 1, left(digest, 22), intent, 1, at - 60000 FROM public.facts WHERE i BETWEEN $1 AND $2 $$,
 $$ INSERT INTO numbers.m (id, openid, app_id, template_id, scene, channel, status, content_digest, requested_by, grant_id, proof, errcode, accepted_at, settled_at, broadcast_id)
  SELECT m, openid, 'wxaba38c7f163da69b', '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc', scene, 1, 1, '', 'courses', g, 1, 0, at, at + 180, '0199bcf0-0000-7000-8000-000000000000' FROM public.facts WHERE i BETWEEN $1 AND $2 $$);
CHECKPOINT;
CALL public.fill('key',
 $$ INSERT INTO key.g (id, openid, key_id, live_key, intent_id, proof, granted_at)
  SELECT g, openid, scene, left(digest, 22), intent, 1, at - 60000 FROM public.facts WHERE i BETWEEN $1 AND $2 $$,
 $$ INSERT INTO key.m (id, openid, key_id, status, content_digest, requested_by, grant_id, proof, errcode, accepted_at, settled_at, broadcast_id)
  SELECT m, openid, scene, 1, '', 'courses', g, 1, 0, at, at + 180, '0199bcf0-0000-7000-8000-000000000000' FROM public.facts WHERE i BETWEEN $1 AND $2 $$);

VACUUM ANALYZE;
SELECT types, bytes_of_heap, bytes_of_indexes, bytes_of_heap + bytes_of_indexes AS bytes, wal_bytes, round(us) AS us
FROM public.results, LATERAL (
  SELECT sum(pg_relation_size(relid)) / 300000 AS heap, sum(pg_indexes_size(relid)) / 300000 AS indexes
  FROM pg_stat_user_tables WHERE schemaname = types) AS sizes, LATERAL (SELECT round(heap) AS bytes_of_heap, round(indexes) AS bytes_of_indexes) AS rounded;
