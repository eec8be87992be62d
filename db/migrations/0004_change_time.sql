-- The change time (ctime) of a file, at which all that was sent of it is known to be of
-- it: nanoseconds since 1970, 0 if not known. Transfers of earlier versions have none, so
-- what they sent is compared before they resume.

ALTER TABLE transfers ADD COLUMN change_time INTEGER NOT NULL DEFAULT 0;
