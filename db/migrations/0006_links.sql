-- Links in folders, which are followed only if the user chose that.

ALTER TABLE batches ADD COLUMN links INTEGER NOT NULL DEFAULT 0 CHECK (links IN (0, 1)); -- links are followed
ALTER TABLE batches ADD COLUMN skipped TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(skipped)); -- what is not uploaded of its folders

-- Until now the setting was that of all batches.
UPDATE batches SET links = 1 WHERE
	(SELECT json_extract(value, '$.transfers.links') FROM settings WHERE key = 'settings') = 1;
