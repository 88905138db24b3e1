"""Lists: V1 publishes none of invoices. Those of items (contract §8), with their own paging, stand here once served."""
