# The Go modules of this repository, for a build without the internet. Its context is a module proxy's folder.
FROM golang:1.26-bookworm
COPY . /modules
ENV GOPROXY=file:///modules GOSUMDB=off
