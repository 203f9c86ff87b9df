#!/bin/sh
# Makes a throw-away CA (ca.crt) and a certificate signed by it (tls.crt,
# tls.key), good for 30 days. The CA's key is deleted: nobody can sign with it.
#
#   certs/make.sh [DIRECTORY] [NAME]...
set -eu

directory=${1:-$(dirname "$0")/out}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- localhost 127.0.0.1 stickler.stickler.svc stickler.stickler.svc.cluster.local

# `subjectAltName` wants addresses and names told apart.
alternatives() {
    for name; do
        case $name in
            *:* | *[!0-9.]*) kind=DNS ;;
            *) kind=IP ;;
        esac
        case $name in *:*) kind=IP ;; esac
        printf '%s%s:%s' "${separator-}" "$kind" "$name"
        separator=,
    done
}

command -v openssl >/dev/null || {
    echo "certs/make.sh: openssl is missing; install OpenSSL 3" >&2
    exit 1
}
umask 077
mkdir -p "$directory"
key=$(mktemp)
trap 'rm -f "$key"' EXIT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 \
    -subj '/CN=stickler throw-away CA' \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' \
    -addext 'keyUsage=critical,keyCertSign,cRLSign' \
    -keyout "$key" -out "$directory/ca.crt" 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 \
    -CA "$directory/ca.crt" -CAkey "$key" \
    -subj '/CN=stickler' \
    -addext 'basicConstraints=critical,CA:FALSE' \
    -addext 'keyUsage=critical,digitalSignature' \
    -addext 'extendedKeyUsage=serverAuth' \
    -addext "subjectAltName=$(alternatives "$@")" \
    -keyout "$directory/tls.key" -out "$directory/tls.crt" 2>/dev/null
chmod 644 "$directory/ca.crt" "$directory/tls.crt"
echo "$directory: ca.crt, tls.crt and tls.key for $*"
