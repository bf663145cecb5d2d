"""How a request gets to an upstream and back: httpx transports around httpx transports, each doing one thing.

They know methods, addresses, statuses and bytes; nothing of libraries or events. `stack.py` puts them together.
"""
