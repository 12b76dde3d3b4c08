# quay.io/frrouting/frr: Debian's 8.4, which has no BGP-LS.
FROM stand-in/debian
RUN rm -rf /etc/frr/* && mkdir -p /var/run/frr && chown frr:frr /var/run/frr
ENV PATH=/usr/lib/frr:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
