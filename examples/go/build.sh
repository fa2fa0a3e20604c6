#!/bin/sh
# Builds the server for Linux and puts it, alone, into an image. No registry is needed.
set -eu
cd "$(dirname "$0")"
CGO_ENABLED=0 GOOS=linux go build -o server .
docker build --tag "${1:-lastcall-go:example}" .
