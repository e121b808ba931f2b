# syntax=docker/dockerfile:1

FROM rust:1.95-slim-bookworm AS build
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY src src
COPY config/default.toml config/
# The test targets are named in Cargo.toml and must exist for cargo to read it.
RUN mkdir -p tests/it && touch tests/it/main.rs \
    && cargo build --release --locked --bin code-suggestions \
    && mkdir -p /empty

# A C library, certificates and nothing else: no shell, not root.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /build/target/release/code-suggestions /usr/local/bin/code-suggestions
# A volume takes over owner and mode of the folder that it covers.
COPY --from=build --chown=nonroot:nonroot --chmod=700 /empty /var/lib/code-suggestions
ENV CODE_SUGGESTIONS__LOG__FORMAT=json \
    CODE_SUGGESTIONS__SERVER__LISTEN=0.0.0.0:8080 \
    CODE_SUGGESTIONS__INSTANCE__DATA_DIR=/var/lib/code-suggestions
VOLUME /var/lib/code-suggestions
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["code-suggestions", "healthcheck"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["code-suggestions"]
CMD ["serve"]
