"""A NanoBanana API on loopback. `api` serves it, `wire` knows its words and prices, `uploads` is the file service.

A create call becomes a task (`tasks`), which `worker` carries out with `effects` and `styles` in the model's place.
`faults` is the catalogue of what can go wrong, made of `twists`.
"""
