# gcr.io/distroless/base-debian12:nonroot: a C library, certificates, time zones, a user; no shell.
FROM stand-in/debian AS debian
RUN mkdir -p /out/usr/lib /out/usr/lib64 /out/etc/ssl/certs && ln -s usr/lib /out/lib && ln -s usr/lib64 /out/lib64 && \
    dpkg -L base-files libc6 netbase openssl tzdata | sort -u | tar -c --no-recursion -T - | tar -x -C /out && \
    rm -rf /out/usr/bin /out/usr/sbin && \
    cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ && \
    echo 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' >/out/etc/passwd && \
    echo 'nonroot:x:65532:' >/out/etc/group

FROM scratch
COPY --from=debian /out /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
USER 65532
