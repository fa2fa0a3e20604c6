#!/bin/sh
# skaffold calls this with IMAGE and PUSH_IMAGE (skaffold.dev, "Custom Build Script"). It packs lastcall as npm
# would publish it, and builds the example with that package. A hook before the build would be too late: skaffold
# lists the files of the context before it.
set -eu
cd "$(dirname "$0")/../../.."
[ -d node_modules ] || npm ci
mv "$(npm pack --silent)" examples/fastify/lastcall.tgz
docker build --tag "$IMAGE" examples/fastify
if [ "${PUSH_IMAGE:-false}" = true ]; then docker push "$IMAGE"; fi
