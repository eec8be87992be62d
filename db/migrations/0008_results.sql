-- What the server returned about a finished file.

ALTER TABLE transfers ADD COLUMN result_id TEXT NOT NULL DEFAULT '';     -- its ID, from a header of a response
ALTER TABLE transfers ADD COLUMN result_answer TEXT NOT NULL DEFAULT ''; -- the body of a response
