"""Wording that several features share, and the languages that it is spoken in."""
