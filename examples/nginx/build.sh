#!/bin/sh
# Puts the nginx of this machine and the libraries that it is linked to into an image. No registry is needed.
set -eu
cd "$(dirname "$0")"
nginx=$(command -v nginx)
install -D "$nginx" root/nginx
for library in $(ldd "$nginx" | grep -o '/[^ ]*'); do install -D "$library" "root$library"; done
docker build --tag "${1:-lastcall-nginx:example}" .
