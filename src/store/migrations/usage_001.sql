CREATE TABLE usage (
    -- Days since the epoch, UTC.
    day       INTEGER NOT NULL,
    -- 0 is nobody in particular.
    user_id   INTEGER NOT NULL,
    language  TEXT NOT NULL,
    model     TEXT NOT NULL,
    editor    TEXT NOT NULL,
    requested INTEGER NOT NULL,
    streamed  INTEGER NOT NULL,
    shown     INTEGER NOT NULL,
    accepted  INTEGER NOT NULL,
    rejected  INTEGER NOT NULL,
    PRIMARY KEY (day, user_id, language, model, editor)
) STRICT, WITHOUT ROWID;
