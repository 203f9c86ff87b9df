#!/bin/sh
# Writes the image of a release into a copy of the chart or of kustomize.
#
#   release/image.sh chart VALUES.YAML IMAGE
#   release/image.sh kustomize FOLDER IMAGE
#
# IMAGE is REPOSITORY[:TAG][@DIGEST].
set -eu

what=$1 place=$2 image=$3
digest=
case $image in *@*) digest=${image#*@} image=${image%@*} ;; esac
# A colon after the last slash begins the tag; one before it is a registry's port.
case ${image##*/} in
*:*) tag=${image##*:} repository=${image%:*} ;;
*) tag='' repository=$image ;;
esac

edit() { # edit FILE SCRIPT
    sed "$2" "$1" >"$1.new" && mv "$1.new" "$1"
}

case $what in
chart)
    edit "$place" "/^image:/,/^[^ ]/{
        s|^  repository:.*|  repository: \"$repository\"|
        s|^  tag:.*|  tag: \"$tag\"|
        s|^  digest:.*|  digest: \"$digest\"|
    }"
    grep -q "repository: \"$repository\"" "$place"
    ;;
kustomize)
    name=$repository${tag:+:$tag}${digest:+@$digest}
    files=$(grep -rlE '^ *image: stickler:' "$place")
    for file in $files; do edit "$file" "s|^\( *image:\) stickler:.*|\1 $name|"; done
    ;;
*)
    echo "release/image.sh: unknown target '$what'" >&2
    exit 2
    ;;
esac
