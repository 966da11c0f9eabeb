-- The items of a user are looked up by their owner.
CREATE INDEX ix_items_owner_id ON items (owner_id);
