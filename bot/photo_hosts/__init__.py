"""Places where the provider can fetch a prepared photo, one module each: this bot's own web server, S3 and
kie.ai.
"""
