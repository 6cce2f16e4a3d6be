"""A bank's window: files of transfers that customers send, carried out on their day."""
