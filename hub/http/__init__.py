"""The graph over HTTP, and the few pages beside it."""
