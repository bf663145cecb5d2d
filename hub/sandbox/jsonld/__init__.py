"""The stand-in of a partner's web pages with schema.org events."""
