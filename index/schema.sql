CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS documents (
  document_id    TEXT PRIMARY KEY,
  origin         TEXT NOT NULL UNIQUE,   -- absolute path or address: one document an origin
  source         TEXT NOT NULL,          -- the path or address as it was given
  title          TEXT,
  publisher      TEXT,
  author         TEXT,
  published      TEXT,
  url            TEXT,
  language       TEXT,                   -- ISO 639-1, told from the text
  based_on       TEXT NOT NULL,          -- JSON list of reports
  text           TEXT NOT NULL,          -- the whole normalised text that citations point into
  pages          TEXT NOT NULL,          -- JSON: [start in `text`, page] each; empty for a file without pages
  content_sha256 TEXT NOT NULL,          -- of `text`
  input_sha256   TEXT NOT NULL,          -- of the file's bytes and the loader's version
  state          TEXT NOT NULL,          -- 'ready': visible; rows are written whole, in one transaction
  added_at       TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS blocks (
  document_id   TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
  ordinal       INTEGER NOT NULL,
  kind          TEXT NOT NULL,
  start         INTEGER NOT NULL,
  end           INTEGER NOT NULL,
  level         INTEGER NOT NULL,
  lead_in_start INTEGER,
  lead_in_end   INTEGER,
  provenance    TEXT,                    -- JSON: event and reports, where the block has its own
  PRIMARY KEY (document_id, ordinal)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: an id is never used twice, so a stale vector can never point to another passage.
CREATE TABLE IF NOT EXISTS chunks (
  chunk_id       INTEGER PRIMARY KEY AUTOINCREMENT,
  document_id    TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
  start          INTEGER NOT NULL,
  end            INTEGER NOT NULL,
  section        TEXT,
  embedded_text  TEXT NOT NULL,
  sentences      TEXT NOT NULL,          -- JSON: [start, end, kind, lead-in start, lead-in end] each
  published      TEXT,
  published_last TEXT,                   -- the last day of `published`, for comparisons
  based_on       TEXT NOT NULL,
  event          TEXT,                   -- the date of what the passage tells of
  vector         BLOB NOT NULL,          -- float32, unit length
  in_store       INTEGER NOT NULL DEFAULT 0  -- 1 once the vector store holds it
) STRICT;
CREATE INDEX IF NOT EXISTS chunks_of_document ON chunks (document_id);
CREATE INDEX IF NOT EXISTS chunks_pending ON chunks (chunk_id) WHERE in_store = 0;

-- Rows that the vector store may still hold although their chunk is gone.
CREATE TABLE IF NOT EXISTS stale_vectors (chunk_id INTEGER PRIMARY KEY) STRICT;
CREATE TRIGGER IF NOT EXISTS chunk_removed AFTER DELETE ON chunks BEGIN
  INSERT OR IGNORE INTO stale_vectors VALUES (old.chunk_id);
  DELETE FROM chunk_words WHERE rowid = old.chunk_id;
END;

CREATE VIRTUAL TABLE IF NOT EXISTS chunk_words USING fts5 (words, tokenize = 'porter unicode61 remove_diacritics 2');

CREATE INDEX IF NOT EXISTS documents_by_content ON documents (content_sha256);

-- Further places where exactly the same document was found. One of them takes its place when its own is gone.
CREATE TABLE IF NOT EXISTS copies (
  origin       TEXT PRIMARY KEY,
  document_id  TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
  source       TEXT NOT NULL,
  input_sha256 TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS copies_of_document ON copies (document_id);

-- Which documents tell the same story: near copies have the same cluster.
CREATE TABLE IF NOT EXISTS sketches (
  document_id TEXT PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
  sketch      BLOB NOT NULL,             -- uint32, MinHash of the quotable text
  cluster     TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS sketches_by_cluster ON sketches (cluster);
CREATE TABLE IF NOT EXISTS sketch_bands (
  band        INTEGER NOT NULL,
  document_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
  PRIMARY KEY (band, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS bands_of_document ON sketch_bands (document_id);
