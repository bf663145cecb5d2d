"""The stand-in of a partner's RSS feed."""
