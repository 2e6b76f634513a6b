package org.unfoldingword.broker.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP server on loopback that answers as a test says, each request on a virtual thread. It serves as soon as it is there. */
public final class LoopbackServer implements AutoCloseable {

    static {
        // Else the kernel holds small pieces back for 40 ms.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    /** On a free port. */
    public LoopbackServer() {
        this(/* port= */ 0);
    }

    public LoopbackServer(int port) {
        try {
            server = HttpServer.create(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), /* backlog= */ 512);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        server.setExecutor(threads);
        server.start();
    }

    /** Answers all paths that begin so, and that no longer path has. An answer ends with its handler; if that throws, in its midst. */
    public LoopbackServer on(String path, HttpHandler handler) {
        server.createContext(path, exchange -> {
            handler.handle(exchange);
            exchange.close();
        });
        return this;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public String url() {
        return "http://127.0.0.1:" + port();
    }

    /** Answers with this, whole. */
    public static void answer(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        close(/* graceSeconds= */ 0);
    }

    /** Takes no more connections; what runs may end within so many seconds. */
    public void close(int graceSeconds) {
        server.stop(graceSeconds);
        threads.shutdownNow();
    }
}
