"""Stores: whoever remembers. Each runs plans in batches on a database of its own."""
