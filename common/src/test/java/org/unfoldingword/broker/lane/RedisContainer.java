package org.unfoldingword.broker.lane;

import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** A redis-server, or what is made like it, out of an image. */
final class RedisContainer {

    private static final int PORT = 6379;

    private RedisContainer() {}

    /** Starts one, which ends with the JVM; tells its URL. */
    @SuppressWarnings("resource") // Testcontainers ends it.
    static String start(String image) {
        GenericContainer<?> server = new GenericContainer<>(DockerImageName.parse(image))
                // The images' entry points put their own server before options.
                .withCommand("--appendonly", "yes")
                .withExposedPorts(PORT)
                .waitingFor(Wait.forLogMessage(".*Ready to accept connections.*", 1));
        server.start();
        return "redis://" + server.getHost() + ":" + server.getMappedPort(PORT);
    }
}
