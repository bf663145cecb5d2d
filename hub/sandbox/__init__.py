"""Stand-ins for the upstreams: the real wire formats, over a made city on real geography. Plainly labelled as made."""
