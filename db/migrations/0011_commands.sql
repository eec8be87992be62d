-- Commands for very many transfers. Such a command is saved as one row, and removed when
-- its effect is in the rows of all transfers.

CREATE TABLE commands (
	id         INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0), -- in the order in which they were given
	kind       TEXT NOT NULL,
	everything INTEGER NOT NULL CHECK (everything IN (0, 1)), -- it is for all transfers
	batch      INTEGER NOT NULL, -- it is for all transfers of this batch; 0: of none
	listed     BLOB NOT NULL,    -- and for those with these IDs: ascending, each as its difference to the one before, a varint
	final      INTEGER NOT NULL CHECK (final IN (0, 1)), -- only for the finished, failed and cancelled ones of these
	given      INTEGER
) STRICT;

-- The last command whose effect a row has; all before it are included.
ALTER TABLE transfers ADD COLUMN command INTEGER NOT NULL DEFAULT 0;

-- All transfers are in memory, where the order is and where earlier uploads are looked up.
DROP INDEX transfers_order;
DROP INDEX transfers_previous;
DROP INDEX transfers_history;
