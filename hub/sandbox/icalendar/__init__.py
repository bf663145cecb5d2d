"""The stand-in of a partner's calendar feed."""
