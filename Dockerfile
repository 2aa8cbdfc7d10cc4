# The bot and nothing else, as a user without rights. Its data is one volume.
FROM python:3.12-slim AS build
WORKDIR /app
COPY requirements.lock .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.12-slim
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin bot && install -d -o bot -g bot -m 700 /data
WORKDIR /app
COPY --from=build /venv /venv
COPY alembic alembic
COPY bot bot
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data WEB_HOST=0.0.0.0
USER bot
VOLUME /data
EXPOSE 8080
# The bot stops cleanly within ten seconds; a container runtime's usual grace is ten, so allow a little more.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
