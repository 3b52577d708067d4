# A static binary, the system's certificate roots, nothing else, and no root.
FROM rust:1-alpine AS build
RUN apk add --no-cache musl-dev gcc make perl
WORKDIR /build
COPY . .
RUN rm -f rust-toolchain.toml && cargo build --release --locked

# Holds the certificate roots in /etc/ssl/certs, which verification needs.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /build/target/release/konceal /usr/local/bin/konceal
WORKDIR /repository
USER nonroot:nonroot
ENTRYPOINT ["/usr/local/bin/konceal"]
CMD ["scan"]
