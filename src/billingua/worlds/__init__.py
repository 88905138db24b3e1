"""Worlds: files that fill workspaces, the demo, and the sandbox that goes back to where it began."""
