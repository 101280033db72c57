"""The tables of the ledger, and the steps by which those of an older version become today's.

Whatever is released stays: from version 1 on, a change of the tables raises SCHEMA_VERSION and adds a step to STEPS. A
ledger of a newer version is set aside, never read.

Device and inode are text: SQLite's integers have 64 bits with a sign, file systems' have none. Names are text, and
bytes where they are no text.
"""

SCHEMA_VERSION = 1

STEPS: dict[int, str] = {}  # SQL by the version it leads away from, each to the next

SCHEMA = """
CREATE TABLE jobs (
  arrival INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  inbox NOT NULL, name NOT NULL, device TEXT NOT NULL, inode TEXT NOT NULL,
  state TEXT NOT NULL, since REAL NOT NULL,
  backend TEXT NOT NULL,
  prompt TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  is_complete INTEGER NOT NULL DEFAULT 0,
  is_held INTEGER NOT NULL DEFAULT 0,
  cancel_asked INTEGER NOT NULL DEFAULT 0,
  due_at REAL, attempts INTEGER NOT NULL DEFAULT 0, failing_since REAL,
  stage TEXT, progress REAL,
  problem TEXT, parked_by TEXT,
  films TEXT NOT NULL DEFAULT '[]',
  glance TEXT, newest_ctime TEXT,
  road TEXT NOT NULL
);
CREATE UNIQUE INDEX jobs_by_name ON jobs (inbox, name);
CREATE INDEX jobs_by_state ON jobs (state, arrival);
CREATE TABLE inboxes (path PRIMARY KEY, owner TEXT NOT NULL, device TEXT NOT NULL, first_seen_at REAL NOT NULL);
CREATE TABLE left_alone (inbox NOT NULL, name NOT NULL, inode TEXT NOT NULL, PRIMARY KEY (inbox, name));
CREATE TABLE pauses (backend TEXT PRIMARY KEY, cause TEXT NOT NULL, problem TEXT NOT NULL, since REAL NOT NULL);
CREATE TABLE requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT, verb TEXT NOT NULL, path NOT NULL, asked_at REAL NOT NULL, answer TEXT
);
CREATE TABLE facts (name PRIMARY KEY, value TEXT NOT NULL);
"""


def to_today(version: int) -> str:
    """PURE: one transaction that makes tables of `version` (0: none yet) those of today."""
    changes = SCHEMA if version == 0 else "".join(STEPS[older] for older in range(version, SCHEMA_VERSION))
    return f"BEGIN IMMEDIATE; {changes} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;"
