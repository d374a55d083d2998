CREATE TABLE IF NOT EXISTS conversations (
  conversation_id TEXT PRIMARY KEY,
  started_at      TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS answers (
  answer_id       TEXT PRIMARY KEY,
  conversation_id TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
  answer          TEXT NOT NULL,          -- the answer contract as JSON
  answered_at     TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS feedback (
  feedback_id INTEGER PRIMARY KEY,
  answer_id   TEXT NOT NULL REFERENCES answers ON DELETE CASCADE,
  verdict     TEXT NOT NULL CHECK (verdict IN ('up', 'down')),
  comment     TEXT,
  created_at  TEXT NOT NULL
) STRICT;
