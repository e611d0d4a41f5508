# One image is command line and worker:
#   docker build -t blobforge .
#   docker run --rm -v "$PWD/library:/library:ro" -e BLOBFORGE_S3_BUCKET=... blobforge ingest /library
#   docker run --rm -e BLOBFORGE_S3_BUCKET=... blobforge worker
FROM denoland/deno:debian-2.9.6 AS build
WORKDIR /src
# The packages, in a layer that only changes with the lock file.
COPY deno.json deno.lock ./
RUN deno install --frozen
COPY main.ts ./
COPY src src
COPY scripts scripts
# There is no .git here: `--build-arg REVISION=$(git rev-parse --short=10 HEAD)` names the sources.
ARG REVISION="no git"
RUN BLOBFORGE_REVISION="$REVISION" deno task build

FROM debian:13-slim
# tini: as process 1 a program ignores signals that it has no handler for, and its children's ends pile up.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git git-lfs tini \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --uid 10001 --create-home --home-dir /home/blobforge blobforge \
  && install --directory --owner=blobforge --group=blobforge /data
COPY --from=build /src/dist/blobforge /usr/local/bin/blobforge
USER 10001:10001
WORKDIR /data
# Where the embedded store and the worker's id are kept; with a bucket nothing here needs to outlive the container.
ENV XDG_DATA_HOME=/data DENO_TLS_CA_STORE=system,mozilla
VOLUME /data
ENTRYPOINT ["tini", "--", "blobforge"]
CMD ["--help"]
