-- Debts written off. The charge stays declined and may still be paid.
ALTER TABLE charges ADD COLUMN written_off INTEGER; -- when, NULL if it was not

CREATE INDEX charges_given_up ON charges (first_decline)
    WHERE state = 4 AND next_attempt IS NULL AND written_off IS NULL;
