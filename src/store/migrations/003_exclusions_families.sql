-- A project may have rules without a switch of its own: the switch of a group above it goes on counting then.
CREATE TABLE projects_with_rules (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    path             TEXT NOT NULL UNIQUE COLLATE NOCASE,
    code_suggestions INTEGER,
    -- One rule a line.
    exclusion_rules  TEXT NOT NULL DEFAULT '',
    created_at       INTEGER NOT NULL
) STRICT;

INSERT INTO projects_with_rules (id, path, code_suggestions, created_at)
    SELECT id, path, code_suggestions, created_at FROM projects;

DROP TABLE projects;

ALTER TABLE projects_with_rules RENAME TO projects;

-- The first token of a chain in which each replaced the one before; one that began a chain has none.
ALTER TABLE tokens ADD COLUMN family INTEGER;

CREATE INDEX tokens_by_family ON tokens (family);
