-- What was uploaded on each day to each server, for the statistics. The server may have
-- been removed since. The columns have no conditions: progress is saved with them, and
-- must not fail because of them.

CREATE TABLE usage (
	day     INTEGER NOT NULL, -- local date, as the number 20260301
	server  INTEGER NOT NULL,
	bytes   INTEGER NOT NULL, -- acknowledged by the server
	files   INTEGER NOT NULL, -- finished
	active  INTEGER NOT NULL, -- nanoseconds that transfers were active
	resumes INTEGER NOT NULL, -- uploads that continued after what the server had
	PRIMARY KEY (day, server)
) STRICT, WITHOUT ROWID;
