-- Charges stay in line with the fares of their journey.
--
-- States of a charge, beside those of the first migration: 6 superseded (never to be sent again),
-- 7 collected with another amount (word: the provider's number). A version from 1000000 on is a
-- charge that follows on others of its journey and stands for no fare version.

-- What came in, in minor units; NULL unless the state is 7.
ALTER TABLE charges ADD COLUMN taken INTEGER CHECK (taken > 0);
