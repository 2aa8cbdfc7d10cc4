"""Builds every object from the settings, once and bottom up; starts them, and stops them in order."""
