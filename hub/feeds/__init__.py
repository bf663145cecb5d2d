"""What strangers write is parsed apart: in a process of its own, with limits, that can be killed."""
