# The bot and nothing else, as a user without rights. Its data is one volume.
# Pinned by digest, so that the same build is the same image later. Python 3.11 on Debian 12 is what the tests run on.
ARG BASE=python:3.11.15-slim-bookworm@sha256:b18992999dbe963a45a8a4da40ac2b1975be1a776d939d098c647482bcad5cba

FROM ${BASE} AS build
WORKDIR /app
COPY requirements.lock .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM ${BASE}
RUN groupadd --gid 10001 bot \
    && useradd --uid 10001 --gid bot --no-create-home --home-dir /data --shell /usr/sbin/nologin bot \
    && install -d -o bot -g bot -m 700 /data
WORKDIR /app
COPY --from=build /venv /venv
COPY alembic alembic
COPY bot bot
RUN python -m compileall -q bot alembic
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data WEB_HOST=0.0.0.0 WEB_PORT=8080
USER 10001:10001
VOLUME /data
EXPOSE 8080
# The bot stops cleanly within ten seconds; a container runtime's usual grace is ten, so allow a little more.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:%s/healthz' % (os.environ.get('WEB_PORT') or 8080), timeout=4)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
