-- Which kinds of line a company prefers, such as 'sip,twilio'; '' is no preference.

ALTER TABLE companies ADD COLUMN lines TEXT NOT NULL DEFAULT '';
