"""Texts that several features share, and their languages."""
