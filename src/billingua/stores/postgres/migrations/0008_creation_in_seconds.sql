-- Lists by creation go by whole seconds, counted from the year 1, and then by id. The instant itself stands in the index
-- too, so that pages, also those between two instants, are found in it alone.
DROP INDEX invoice_by_creation;
CREATE INDEX invoice_by_creation ON invoice (workspace, ((created_at + 62135596800000000) / 1000000), id)
    INCLUDE (created_at);
