-- The first schema.
--
-- Times are INTEGER milliseconds since 1970 in UTC, NULL if not set or unknown;
-- durations are milliseconds. A file's modification time is exact, in seconds and
-- nanoseconds, because 64 bits of nanoseconds do not hold every date. Names from the
-- file system are BLOBs: they need not be UTF-8.
--
-- Transfers and batches refer to their server without a foreign key: the history stays
-- readable after its server is removed.

CREATE TABLE servers (
	id       INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
	name     TEXT NOT NULL,
	endpoint TEXT NOT NULL
) STRICT;

INSERT INTO servers (id, name, endpoint) VALUES (1, 'This computer', '');

CREATE TRIGGER servers_keep_builtin BEFORE DELETE ON servers WHEN old.id = 1
BEGIN
	SELECT RAISE(ABORT, 'the built-in server cannot be removed');
END;

CREATE TABLE batches (
	id          INTEGER PRIMARY KEY CHECK (id > 0),
	server      INTEGER NOT NULL,
	roots       BLOB NOT NULL, -- each path after its length as a varint
	added       INTEGER,
	expanded    INTEGER NOT NULL CHECK (expanded IN (0, 1)),
	intent      TEXT NOT NULL,
	connections INTEGER NOT NULL,
	chunk       INTEGER NOT NULL, -- bytes
	pace        INTEGER NOT NULL  -- bytes per second
) STRICT;

-- AUTOINCREMENT keeps the highest ID ever saved, so that no ID is reused.
CREATE TABLE transfers (
	id            INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
	batch         INTEGER NOT NULL,
	server        INTEGER NOT NULL,
	path          BLOB NOT NULL,
	rel_path      BLOB NOT NULL,
	size          INTEGER NOT NULL,
	mod_seconds   INTEGER NOT NULL,
	mod_nanos     INTEGER NOT NULL,
	volume        INTEGER NOT NULL, -- the bits of an unsigned number
	file_index    INTEGER NOT NULL, -- the bits of an unsigned number
	fingerprint   BLOB NOT NULL,
	rank          INTEGER NOT NULL,
	intent        TEXT NOT NULL,
	phase         TEXT NOT NULL,
	url           TEXT NOT NULL,
	parts         INTEGER NOT NULL,
	upload_offset INTEGER NOT NULL,
	sent          INTEGER NOT NULL,
	expires       INTEGER,
	attempt       INTEGER NOT NULL,
	next_try      INTEGER,
	fault_kind    TEXT, -- NULL when there is no fault
	fault_op      TEXT,
	fault_status  INTEGER,
	fault_code    TEXT,
	fault_retry   INTEGER,
	fault_detail  TEXT,
	added         INTEGER,
	started       INTEGER,
	finished      INTEGER,
	active        INTEGER NOT NULL,
	resumed       INTEGER NOT NULL,
	sha256        BLOB CHECK (length(sha256) = 32) -- NULL until the file is uploaded
) STRICT;

CREATE INDEX transfers_order ON transfers (rank, id);

CREATE INDEX transfers_previous ON transfers (fingerprint, id)
	WHERE phase NOT IN ('done', 'cancelled');

CREATE INDEX transfers_history ON transfers (finished, id)
	WHERE phase IN ('done', 'failed', 'cancelled');

-- The proofs of content: the state of one hash of the file at the end of each block. A
-- proof is removed with the session of its transfer.
CREATE TABLE marks (
	transfer INTEGER NOT NULL,
	at       INTEGER NOT NULL CHECK (at > 0),
	state    BLOB NOT NULL,
	PRIMARY KEY (transfer, at)
) STRICT, WITHOUT ROWID;

-- The parts of files that are uploaded in parts.
CREATE TABLE parts (
	transfer    INTEGER NOT NULL,
	part        INTEGER NOT NULL CHECK (part >= 0),
	url         TEXT NOT NULL,
	start       INTEGER NOT NULL,
	length      INTEGER NOT NULL,
	part_offset INTEGER NOT NULL,
	expires     INTEGER,
	PRIMARY KEY (transfer, part)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER marks_go_with_the_session AFTER UPDATE ON transfers
	WHEN new.phase = 'done' OR (new.url = '' AND new.parts = 0)
BEGIN
	DELETE FROM marks WHERE transfer = new.id;
END;

CREATE TRIGGER parts_go_with_the_session AFTER UPDATE ON transfers
	WHEN new.phase = 'done' OR new.parts = 0
BEGIN
	DELETE FROM parts WHERE transfer = new.id;
END;

CREATE TRIGGER all_goes_with_the_transfer AFTER DELETE ON transfers
BEGIN
	DELETE FROM marks WHERE transfer = old.id;
	DELETE FROM parts WHERE transfer = old.id;
END;

CREATE TABLE settings (
	key   TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL CHECK (json_valid(value))
) STRICT, WITHOUT ROWID;
