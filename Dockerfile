# tachi in a container: `docker build -t tachi .`, or `docker compose up` for a whole instance.

FROM rust:1.89-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package tachi-server \
    && cp target/release/tachi /usr/local/bin/tachi

FROM debian:bookworm-slim
# For the health check only; the certificates of authorities are compiled into tachi.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/tachi --shell /usr/sbin/nologin tachi
COPY --from=build /usr/local/bin/tachi /usr/local/bin/tachi
USER tachi
WORKDIR /var/lib/tachi
ENV TACHI_BIND=0.0.0.0:8080 TACHI_DATA_DIR=/var/lib/tachi
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:8080/readyz"]
ENTRYPOINT ["tachi"]
CMD ["serve"]
