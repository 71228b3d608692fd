# syntax=docker/dockerfile:1
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc g++ make && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --locked --profile dist --bin seam && cp target/dist/seam /seam

FROM debian:bookworm-slim
# git fetches what is reviewed; ca-certificates lets it trust GitHub.
RUN apt-get update && apt-get install -y --no-install-recommends git ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin seam \
    && install -d -o seam -g seam -m 0700 /data
COPY --from=build /seam /usr/local/bin/seam
USER seam
WORKDIR /data
VOLUME /data
ENV SEAM_LISTEN=0.0.0.0:8080 SEAM_DATA_DIR=/data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s CMD ["seam", "healthcheck"]
ENTRYPOINT ["seam"]
CMD ["serve"]
