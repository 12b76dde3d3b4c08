# otel/opentelemetry-collector-contrib: the parts that the configuration names, of the same version.
FROM scratch
COPY otelcol-contrib /
USER 10001
ENTRYPOINT ["/otelcol-contrib"]
CMD ["--config", "/etc/otelcol-contrib/config.yaml"]
