-- Who can notice a change: 0 everybody, 1 who sees more than busy time, 2 who sees the object though it is secret.
ALTER TABLE changes ADD COLUMN audience INTEGER NOT NULL DEFAULT 0;

-- The version of what those see who see only when an event takes time.
ALTER TABLE events ADD COLUMN busy_version BIGINT NOT NULL DEFAULT 0;
UPDATE events SET busy_version = version;

-- Every group has a home from its first member on, so that a sync token can name it before anything is granted.
INSERT INTO collections (kind, owner_id)
SELECT DISTINCT 'shared-home', g.group_id FROM person_groups AS g
WHERE g.group_id <> g.person_id
AND NOT EXISTS (SELECT 1 FROM collections AS c WHERE c.owner_id = g.group_id AND c.kind = 'shared-home');

-- Tokens from before do not name those homes: a change in each person's own home has them look.
UPDATE collections SET modseq = modseq + 1 WHERE kind = 'home';
INSERT INTO changes (collection_id, modseq, object_type, object_id, gone, at)
SELECT id, modseq, 1, owner_id, FALSE, CAST(strftime('%s', 'now') AS INTEGER) * 1000000 FROM collections WHERE kind = 'home';
