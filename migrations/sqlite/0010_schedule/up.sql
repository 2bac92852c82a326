-- Two first grants to one unit at the same time each made it a home. The first of them stays; phones learn of the rights
-- from the calendars and address books themselves.
DELETE FROM changes WHERE collection_id IN (
    SELECT later.id FROM collections AS later JOIN collections AS first
        ON first.kind = later.kind AND first.owner_id = later.owner_id AND first.id < later.id
    WHERE later.kind IN ('home', 'shared-home')
);
DELETE FROM collections WHERE id IN (
    SELECT later.id FROM collections AS later JOIN collections AS first
        ON first.kind = later.kind AND first.owner_id = later.owner_id AND first.id < later.id
    WHERE later.kind IN ('home', 'shared-home')
);
CREATE UNIQUE INDEX collections_home ON collections (owner_id, kind) WHERE kind IN ('home', 'shared-home');
