"""Lists in BigCommerce's way: `offset` and `limit` (contract §1.4)."""
