# apicurio/apicurio-registry-kafkasql: the registry that keeps its data in memory. Its context is .kafka.
FROM stand-in/debian
RUN useradd -u 185 jboss
COPY registry /deployments
USER 185
CMD ["sh", "-c", "exec java -XX:+UseSerialGC -Dquarkus.http.host=0.0.0.0 -jar /deployments/*-runner.jar"]
