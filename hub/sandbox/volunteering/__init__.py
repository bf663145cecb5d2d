"""The stand-in of the register of volunteer clean-ups."""
