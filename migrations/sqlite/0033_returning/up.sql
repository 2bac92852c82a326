-- Whoever left and comes back under the same number is the same person.
ALTER TABLE people ADD COLUMN former_staff_number TEXT;

-- By what a roster is told from another: the file that it was read from, and what it changed.
ALTER TABLE rosters ADD COLUMN source TEXT;
ALTER TABLE rosters ADD COLUMN counts TEXT;
