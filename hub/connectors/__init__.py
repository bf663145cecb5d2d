"""One file = one upstream, pure: it says what to ask and what the reply means, and sends nothing.

`markup`, `moments` and `weblinks` are what several of them need to make an outside text, time or address safe.
"""
