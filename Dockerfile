# One image for every part; the command says which part it is.
FROM python:3.13-slim AS build
WORKDIR /build
RUN python -m venv /opt/paperround
COPY requirements-server.lock ./
RUN /opt/paperround/bin/python -m pip install --no-cache-dir --require-hashes -r requirements-server.lock
COPY pyproject.toml README.md LICENSE ./
COPY service service
COPY workers workers
COPY templates templates
COPY alembic alembic
RUN /opt/paperround/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation . \
 && /opt/paperround/bin/python -m pip uninstall --yes hatchling pathspec pluggy trove-classifiers pip

FROM python:3.13-slim
RUN useradd --system --create-home --home-dir /var/lib/paperround paperround
COPY --from=build /opt/paperround /opt/paperround
ENV PATH=/opt/paperround/bin:$PATH PYTHONUNBUFFERED=1 PAPERROUND_STATE_DIR=/var/lib/paperround
USER paperround
WORKDIR /var/lib/paperround
ENTRYPOINT ["paperround"]
CMD ["--help"]
