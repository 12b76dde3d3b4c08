# Kafka UI and Grafana: a page for the health check, and the user of the image.
FROM stand-in/debian
ARG HEALTH PORT UID
RUN ln -s /bin/busybox /usr/local/bin/wget && mkdir -p /www/$(dirname $HEALTH) && echo ok >/www/$HEALTH && \
    mkdir -p /var/lib/grafana && chown $UID /var/lib/grafana
ENV PORT=$PORT
USER $UID
CMD ["sh", "-c", "exec busybox httpd -f -h /www -p $PORT"]
