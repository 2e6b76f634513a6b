package org.unfoldingword.broker.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Where a process listens: a public port for those that take messages, and the management port for all.
 *
 * @param host as it was written
 */
record Addresses(String host, InetAddress address, int publicPort, int managementPort) {

    static Addresses of(Environment environment, String hostUnlessSet) {
        String host = text(environment, "server.address").orElse(hostUnlessSet);
        return new Addresses(
                host, resolved(host), port(environment, "server.port"), port(environment, "management.server.port"));
    }

    boolean loopbackOnly() {
        return address.isLoopbackAddress();
    }

    /** Fails early, before anything is started, if a port is taken. */
    void check(boolean servesPublic) {
        if (servesPublic) {
            check(publicPort, "PORT");
        }
        if (!servesPublic || managementPort != publicPort) {
            check(managementPort, "MANAGEMENT_PORT");
        }
    }

    /** What Spring is told. A process that serves no public port has only one server, on the management port. */
    Map<String, Object> settings(boolean servesPublic) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("server.address", host);
        if (!servesPublic) {
            settings.put("server.port", managementPort);
            settings.put("management.server.port", "");
        } else if (managementPort == 0 || managementPort != publicPort) {
            settings.put("management.server.address", host);
        }
        return settings;
    }

    /** A setting's text; what is blank counts as unset. */
    static Optional<String> text(Environment environment, String property) {
        return Optional.ofNullable(environment.getProperty(property))
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    private static int port(Environment environment, String property) {
        return Binder.get(environment).bind(property, Integer.class).orElse(8080);
    }

    private static InetAddress resolved(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException unknown) {
            throw new StartFailure(
                    "server.address: " + host + " (expected: an address of this machine; environment: HOST)", unknown);
        }
    }

    private void check(int port, String variable) {
        try (ServerSocket free = new ServerSocket()) {
            free.bind(new InetSocketAddress(address, port));
        } catch (IOException | IllegalArgumentException taken) {
            throw new StartFailure(
                    "port " + port + " of " + host + ": " + taken.getMessage()
                            + " (expected: a free port; environment: " + variable + ")",
                    taken);
        }
    }
}
