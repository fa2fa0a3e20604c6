#!/bin/sh
# Puts the Redis of this machine and the libraries that it is linked to into an image. No registry is needed.
set -eu
cd "$(dirname "$0")"
redis=$(command -v redis-server)
# Debian packages that were only unpacked have their libraries beside their programs.
export LD_LIBRARY_PATH="${redis%/bin/*}/lib/$(uname -m)-linux-gnu"
if ldd "$redis" | grep 'not found'; then exit 1; fi
install -D "$redis" root/bin/redis-server
for library in $(ldd "$redis" | grep -o '/[^ ]*'); do install -D "$library" "root/lib/$(basename "$library")"; done
install -D root/lib/ld-linux-* -t root/lib64
docker build --tag "$1" .
