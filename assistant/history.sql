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

-- What a chat model did for an answer: also for one that the extractive answerer gave in the end.
CREATE TABLE IF NOT EXISTS generations (
  answer_id     TEXT PRIMARY KEY,
  model         TEXT NOT NULL,           -- <provider>:<model>
  calls         INTEGER NOT NULL,
  input_tokens  INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  shown         INTEGER NOT NULL,        -- sentences that passed every check
  repaired      INTEGER NOT NULL,        -- of these, at the second try
  dropped       TEXT NOT NULL,           -- the check that each dropped sentence failed, by commas
  failure       TEXT                     -- why the model was of no use, if it was not
) STRICT;
