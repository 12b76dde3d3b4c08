# prom/prometheus: Debian's, with the image's user and paths.
FROM stand-in/debian
RUN ln -s /bin/busybox /usr/local/bin/wget && mkdir /prometheus && chown 65534:65534 /prometheus
USER 65534
WORKDIR /prometheus
VOLUME ["/prometheus"]
ENTRYPOINT ["prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
