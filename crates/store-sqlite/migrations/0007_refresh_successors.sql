-- Which token a refresh token was given for, and when somebody presented it: a token whose answer was lost may be presented
-- again for as long as nobody has presented what came of it.

ALTER TABLE refresh_tokens ADD COLUMN given_for BLOB;
-- NULL: nobody has. A token also counts as used (used_at) when its predecessor is presented again.
ALTER TABLE refresh_tokens ADD COLUMN presented_at INTEGER;
