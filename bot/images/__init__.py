"""Pillow: read a person's photo, prepare it for the provider, fit the result to the photo's exact size.

Bytes in, values out. What strangers made is read in worker processes with limits (`image_pool`, `worker`);
the rest is synchronous functions that keep no state. Nothing here knows Telegram, HTTP or the database.
"""
