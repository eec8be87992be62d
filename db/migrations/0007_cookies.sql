-- The cookies that servers set, which uploads need to be resumed, and the message of a
-- server beside a fault.

CREATE TABLE cookies (
	id  INTEGER PRIMARY KEY CHECK (id > 0), -- of the server
	jar TEXT NOT NULL CHECK (json_valid(jar))
) STRICT;

CREATE TRIGGER cookies_go_with_the_server AFTER DELETE ON servers
BEGIN
	DELETE FROM cookies WHERE id = old.id;
END;

ALTER TABLE transfers ADD COLUMN fault_message TEXT; -- NULL when there is no fault
ALTER TABLE events ADD COLUMN fault_message TEXT;
