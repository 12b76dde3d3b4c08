# quay.io/frrouting/frr: Debian's 8.4, which has no BGP-LS.
FROM stand-in/debian
RUN rm -rf /etc/frr/* && mkdir -p /var/run/frr && chown frr:frr /var/run/frr && \
    printf '%s\n' '#!/bin/sh' '. /usr/lib/frr/frrcommon.sh' 'exec /usr/lib/frr/watchfrr $(daemon_list)' >/usr/lib/frr/docker-start && \
    chmod +x /usr/lib/frr/docker-start
