"""What upstreams said, kept for a while: bytes by key, bounded, shared over Redis where there is one.

Knows keys, ages and tags; nothing of libraries or events. A broken cache is a slow cache.
"""
