-- What came from Slack, remembered before it is acknowledged, so that one message gets one answer.
CREATE TABLE IF NOT EXISTS slack_events (
  event_id    TEXT PRIMARY KEY,       -- as Slack numbers it: the same whenever it is sent again
  message     TEXT NOT NULL UNIQUE,   -- one message is answered once, though two events may tell of it
  thread      TEXT,                   -- the conversation it belongs to, if it has one
  asked       TEXT,                   -- JSON of what is to be done; NULL once it is
  owner       TEXT NOT NULL,          -- host and process id of the server that works on it
  starts      INTEGER NOT NULL,       -- how many servers began to work on it
  posted      TEXT,                   -- time stamp of the message in Slack that becomes the answer
  received_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS slack_events_of_thread ON slack_events (thread);
CREATE INDEX IF NOT EXISTS slack_events_open ON slack_events (event_id) WHERE asked IS NOT NULL;
