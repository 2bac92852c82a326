# syntax=docker/dockerfile:1

# The system's libpq instead of the bundled one, so that TLS to PostgreSQL works.
FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends libpq-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release --package renraku --no-default-features --features system-libpq \
    && cp target/release/renraku /usr/local/bin/renraku

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpq5 ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --user-group --home-dir /var/lib/renraku --create-home renraku
COPY --from=build /usr/local/bin/renraku /usr/local/bin/renraku
COPY LICENSE /usr/share/doc/renraku/LICENSE
USER renraku
WORKDIR /var/lib/renraku
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["renraku"]
CMD ["serve"]
