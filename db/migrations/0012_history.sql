-- The history: what finished and is not in the list any more. The columns are those of
-- transfers that a finished one needs, to be shown, to be recognised when its file is added
-- again, and to be put back into the list.

CREATE TABLE history (
	id            INTEGER PRIMARY KEY CHECK (id > 0), -- of the transfer
	batch         INTEGER NOT NULL,
	server        INTEGER NOT NULL,
	path          BLOB NOT NULL,
	rel_path      BLOB NOT NULL,
	size          INTEGER NOT NULL,
	mod_seconds   INTEGER NOT NULL,
	mod_nanos     INTEGER NOT NULL,
	volume        INTEGER NOT NULL,
	file_index    INTEGER NOT NULL,
	fingerprint   BLOB NOT NULL,
	rank          INTEGER NOT NULL,
	url           TEXT NOT NULL,
	added         INTEGER,
	started       INTEGER,
	finished      INTEGER NOT NULL, -- 0 if it is not known
	active        INTEGER NOT NULL,
	resumed       INTEGER NOT NULL,
	sha256        BLOB CHECK (length(sha256) = 32),
	result_id     TEXT NOT NULL,
	result_answer TEXT NOT NULL,
	on_exists     TEXT NOT NULL,
	name_number   INTEGER NOT NULL,
	search        BLOB NOT NULL -- the path in lower case and in Unicode's composed form (NFC)
) STRICT;

-- The order in which the history is shown. A search reads only this index.
CREATE INDEX history_order ON history (finished, id, server, search);

CREATE INDEX history_previous ON history (fingerprint, id);

-- The history begins with the finished transfers of the list.
CREATE INDEX transfers_done ON transfers (finished, id) WHERE phase = 'done';
