"""What the commands do that are more than a line of `hub/cli.py`: one file a command."""
