"""A NanoBanana API on loopback. `api` serves it, `wire` knows its words and prices, `uploads` keeps files.

A create call becomes a task (`tasks`); `worker` carries it out, with `effects` and `styles` for a model.
`faults` is the catalogue of what can go wrong, made of `twists`.
"""
