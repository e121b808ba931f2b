-- What argon2 made of the password; without one only a link signs the user in.
ALTER TABLE users ADD COLUMN password TEXT;
-- The user's own switch, besides the administrator's.
ALTER TABLE users ADD COLUMN wants_suggestions INTEGER NOT NULL DEFAULT 1;

CREATE TABLE sign_in_links (
    digest     BLOB PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sign_in_links_by_user ON sign_in_links (user_id);

CREATE TABLE sessions (
    digest     BLOB PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE applications (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    uid           TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    -- One per line.
    redirect_uris TEXT NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;

-- What a user has allowed an application once; everything issued for it ends with it.
CREATE TABLE oauth_grants (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    application_id INTEGER NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    user_id        INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    scopes         TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    -- When the last thing issued for it expires.
    expires_at     INTEGER NOT NULL,
    revoked_at     INTEGER
) STRICT;

CREATE INDEX oauth_grants_by_user ON oauth_grants (user_id);
CREATE INDEX oauth_grants_by_expiry ON oauth_grants (expires_at);

CREATE TABLE oauth_codes (
    digest       BLOB PRIMARY KEY,
    grant_id     INTEGER NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    redirect_uri TEXT NOT NULL,
    challenge    TEXT NOT NULL,
    expires_at   INTEGER NOT NULL,
    used_at      INTEGER
) STRICT;

CREATE INDEX oauth_codes_by_grant ON oauth_codes (grant_id);

CREATE TABLE refresh_tokens (
    digest     BLOB PRIMARY KEY,
    grant_id   INTEGER NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;

CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (grant_id);

ALTER TABLE tokens ADD COLUMN grant_id INTEGER REFERENCES oauth_grants (id) ON DELETE SET NULL;
CREATE INDEX tokens_by_grant ON tokens (grant_id);
