"""What the hub tells of itself to those who run it: logs and metrics. No addresses, queries or persons."""
