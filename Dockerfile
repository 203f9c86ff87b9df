# stickler as one static program in an otherwise empty image.
#
#     docker build -t stickler:0.1.0 .
#     docker buildx build --platform linux/amd64,linux/arm64 -t stickler:0.1.0 .
#
# Every platform is built natively (under emulation where there is no machine
# of its kind): ring's assembly and glibc's static parts come from the builder.
ARG BUILDER=docker.io/library/rust:1.95-slim-bookworm

FROM ${BUILDER} AS build
ARG CARGO_NET_OFFLINE=false
WORKDIR /stickler
COPY . .
# `crt-static` is for the program, not for what runs while building it: naming
# the target keeps the two apart.
RUN target=$(rustc -vV | sed -n 's/^host: //p') && \
    RUSTFLAGS='-C target-feature=+crt-static -C link-arg=-Wl,-z,pack-relative-relocs' \
    cargo build --release --locked --bin stickler --target "$target" && \
    mv "target/$target/release/stickler" /usr/local/bin/stickler

FROM scratch
LABEL org.opencontainers.image.title=stickler \
      org.opencontainers.image.description="A validating admission webhook for the sticky-cookie annotation of NGINX Ingress Controller" \
      org.opencontainers.image.licenses=Apache-2.0
COPY --from=build /usr/local/bin/stickler /stickler
# A number, so that `runAsNonRoot` can tell.
USER 65532:65532
EXPOSE 8443 8080
ENTRYPOINT ["/stickler"]
CMD ["serve"]
