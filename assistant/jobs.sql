CREATE TABLE IF NOT EXISTS jobs (
  job_id     TEXT PRIMARY KEY,
  state      TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
  owner      TEXT NOT NULL,              -- host and process id of the server that works on it
  total      INTEGER NOT NULL,           -- files to do; of an address 1 until it was fetched
  outcomes   TEXT NOT NULL,              -- JSON list, one for each file that is done
  error      TEXT,                       -- what ended it before its time
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
