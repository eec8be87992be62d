-- Options per server, the order of batches, and the earlier upload that a transfer asks
-- about.

ALTER TABLE servers ADD COLUMN identity TEXT NOT NULL DEFAULT ''; -- the endpoint it was added with, part of fingerprints
UPDATE servers SET identity = endpoint;
ALTER TABLE servers ADD COLUMN profile TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(profile));
ALTER TABLE servers ADD COLUMN access TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(access)); -- has names of secrets, no secrets

ALTER TABLE batches ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batches ADD COLUMN again INTEGER NOT NULL DEFAULT 0 CHECK (again IN (0, 1));
UPDATE batches SET rank = (SELECT count(*) FROM batches AS earlier WHERE earlier.id < batches.id) + 1;

ALTER TABLE transfers ADD COLUMN prior INTEGER NOT NULL DEFAULT 0;

-- Transfers that are done are found by their fingerprint, too.
DROP INDEX transfers_previous;
CREATE INDEX transfers_previous ON transfers (fingerprint, id)
	WHERE phase <> 'cancelled';

-- The events of a transfer, to be shown: attempts, waits and their reasons.
CREATE TABLE events (
	transfer      INTEGER NOT NULL,
	seq           INTEGER NOT NULL,
	at            INTEGER NOT NULL,
	kind          TEXT NOT NULL,
	upload_offset INTEGER NOT NULL,
	until         INTEGER,
	fault_kind    TEXT, -- NULL when there is no fault
	fault_op      TEXT,
	fault_status  INTEGER,
	fault_code    TEXT,
	fault_retry   INTEGER,
	fault_detail  TEXT,
	PRIMARY KEY (transfer, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER events_are_trimmed AFTER INSERT ON events WHEN new.seq > 100
BEGIN
	DELETE FROM events WHERE transfer = new.transfer AND seq <= new.seq - 100;
END;

CREATE TRIGGER events_go_with_the_transfer AFTER DELETE ON transfers
BEGIN
	DELETE FROM events WHERE transfer = old.id;
END;
