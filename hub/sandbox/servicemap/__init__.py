"""The Service Map's stand-in."""
