# syntax=docker/dockerfile:1
# One image for all roles: docker run IMAGE ingest-api | dispatcher | callback-deliverer | start | demo-worker
# How it is used: docs/deployment.md

# ── Build: the runnable jar, taken apart into what changes seldom and what changes often ─────────────────────────────
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    mvn -q -B -ntp -Dquick -pl launcher -am package \
    && java -Djarmode=tools -jar launcher/target/broker.jar extract --layers --destination /layers

# ── Base: a JRE, a user without rights, the layers ───────────────────────────────────────────────────────────────────
FROM eclipse-temurin:25-jre-noble AS base
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin broker \
    && install -d -o broker -g broker /data
WORKDIR /broker
COPY --from=build /layers/dependencies/ ./
COPY --from=build /layers/snapshot-dependencies/ ./
COPY --from=build /layers/application/ ./
# The mode by name: a checkout's follows its owner's umask.
COPY --from=build --chmod=755 /source/ops/docker/run /source/ops/docker/healthy /broker/bin/
ENV BROKER_DATA_DIR=/data

# ── Train: one short run of everything, from which the JVM keeps loaded and linked classes ───────────────────────────
FROM base AS train
COPY --from=build --chmod=755 /source/ops/docker/train /broker/bin/
RUN /broker/bin/train /broker/broker.aot

# ── The image ────────────────────────────────────────────────────────────────────────────────────────────────────────
FROM base
COPY --from=train /broker/broker.aot /broker/broker.aot
# By number, so that Kubernetes can see that it is not root.
USER 10001
# The clients' port and the management port. Only ingest-api and start serve the first.
EXPOSE 8080 9080
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["/broker/bin/healthy"]
ENTRYPOINT ["/broker/bin/run"]
CMD ["--help"]
