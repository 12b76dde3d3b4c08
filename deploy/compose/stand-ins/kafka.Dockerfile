# apache/kafka: the image's own program for its variables (KafkaDockerWrapper), the same folders, user and
# volumes. Its context is .kafka.
FROM stand-in/debian
RUN useradd -u 1000 -m appuser && \
    mkdir -p /etc/kafka/docker /etc/kafka/secrets /mnt/shared/config /opt/kafka/config /opt/kafka/logs /var/lib/kafka/data && \
    echo 'process.roles=broker,controller' >/etc/kafka/docker/server.properties && \
    printf '%s\n' 'Configuration:' '  Appenders: {Console: {name: STDOUT, PatternLayout: {pattern: "[%d] %p %m (%c)%n"}}}' \
        '  Loggers: {Root: {level: WARN, AppenderRef: {ref: STDOUT}}}' | tee /etc/kafka/docker/log4j2.yaml >/etc/kafka/docker/tools-log4j2.yaml && \
    printf '%s\n' '#!/bin/bash -e' 'export CLUSTER_ID=${CLUSTER_ID:-5L6g3nShT-eMCtK--X86sw}' \
        'java -cp "/opt/kafka/libs/*" kafka.docker.KafkaDockerWrapper setup --default-configs-dir /etc/kafka/docker --mounted-configs-dir /mnt/shared/config --final-configs-dir /opt/kafka/config' \
        'exec java $KAFKA_HEAP_OPTS -Xlog:gc:file=/opt/kafka/logs/gc.log -Dlog4j2.configurationFile=/opt/kafka/config/log4j2.yaml -cp "/opt/kafka/libs/*" kafka.Kafka /opt/kafka/config/server.properties' \
        >/etc/kafka/docker/run && chmod +x /etc/kafka/docker/run && \
    chown -R appuser /etc/kafka /mnt/shared /opt/kafka /var/lib/kafka
COPY libs /opt/kafka/libs
USER appuser
VOLUME ["/etc/kafka/secrets", "/var/lib/kafka/data", "/mnt/shared/config"]
CMD ["/etc/kafka/docker/run"]
