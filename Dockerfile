# A static binary, the system's certificate roots, nothing else, and no root.
FROM rust:1-alpine AS build
# Unpinned: what builds is not what is shipped, and a pinned package is soon gone from the mirror.
# hadolint ignore=DL3018
RUN apk add --no-cache musl-dev gcc make perl
WORKDIR /build
COPY . .
RUN rm -f rust-toolchain.toml && cargo build --release --locked

# Holds the certificate roots in /etc/ssl/certs, which verification needs.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /build/target/release/konceal /usr/local/bin/konceal
WORKDIR /repository
# The number of nonroot, since a cluster that demands "not root" cannot tell by a name.
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/konceal"]
CMD ["scan"]
