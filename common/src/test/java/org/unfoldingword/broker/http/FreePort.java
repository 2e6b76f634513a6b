package org.unfoldingword.broker.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports on loopback for servers that tests start. */
public final class FreePort {

    private FreePort() {}

    /** Below those that systems give to outgoing connections: until it is used, and between two starts, nobody else takes it. */
    public static int any() {
        while (true) {
            try (ServerSocket any = new ServerSocket(
                    ThreadLocalRandom.current().nextInt(10_000, 32_000), 1, InetAddress.getLoopbackAddress())) {
                return any.getLocalPort();
            } catch (BindException taken) {
                // The next one.
            } catch (IOException none) {
                throw new UncheckedIOException(none);
            }
        }
    }
}
