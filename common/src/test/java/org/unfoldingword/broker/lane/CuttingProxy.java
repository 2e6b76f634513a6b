package org.unfoldingword.broker.lane;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** A TCP proxy on loopback that breaks its connections after so many more bytes of one direction, or is slow. Safe for threads. */
public final class CuttingProxy implements AutoCloseable {

    /** A direction, seen from the client. */
    public enum Way {
        THERE,
        BACK
    }

    private final ServerSocket server;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    /** The direction of the next cut, and the bytes that still pass; none is armed if negative. */
    private Way way = Way.THERE;

    private long bytesLeft = -1;
    private int cuts;
    private volatile boolean refusing;
    private volatile long delayMillis;

    public CuttingProxy(int target) {
        this.target = target;
        try {
            this.server = new ServerSocket(0, /* backlog= */ 50, InetAddress.getLoopbackAddress());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Once so many more bytes have gone that way, all connections break. */
    public void cutAfter(long bytes, Way direction) {
        lock.lock();
        try {
            way = direction;
            bytesLeft = bytes;
        } finally {
            lock.unlock();
        }
    }

    /** All connections break, and no new one is let through until {@link #mend}. */
    public void cutOff() {
        refusing = true;
        breakAll();
    }

    /** Whatever passes is held up for so long, in both directions. */
    public void slowDown(Duration delay) {
        delayMillis = delay.toMillis();
    }

    /** Nothing more breaks, or is slow. */
    public void mend() {
        refusing = false;
        delayMillis = 0;
        cutAfter(-1, Way.THERE);
    }

    /** Armed cuts that have come about. */
    public int cuts() {
        lock.lock();
        try {
            return cuts;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        breakAll();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (refusing) {
                    client.close();
                    continue;
                }
                Socket beyond = connect(client);
                open.add(client);
                open.add(beyond);
                Thread.ofVirtual().start(() -> pump(client, beyond, Way.THERE));
                Thread.ofVirtual().start(() -> pump(beyond, client, Way.BACK));
            } catch (IOException closed) {
                // This one does not come about; the next may.
            }
        }
    }

    private Socket connect(Socket client) throws IOException {
        try {
            return new Socket(InetAddress.getLoopbackAddress(), target);
        } catch (IOException away) {
            client.close();
            throw away;
        }
    }

    private void pump(Socket from, Socket to, Way direction) {
        byte[] buffer = new byte[16 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (delayMillis > 0) {
                    Thread.sleep(delayMillis);
                }
                int passing = passing(read, direction);
                out.write(buffer, 0, passing);
                out.flush();
                if (passing < read) {
                    breakAll();
                }
            }
        } catch (IOException broken) {
            // That is what it is for.
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    /** How many of these bytes may pass; fewer than all if this is where it is cut. */
    private int passing(int bytes, Way direction) {
        lock.lock();
        try {
            if (bytesLeft < 0 || direction != way) {
                return bytes;
            }
            if (bytes <= bytesLeft) {
                bytesLeft -= bytes;
                return bytes;
            }
            int passing = (int) bytesLeft;
            bytesLeft = -1;
            cuts++;
            return passing;
        } finally {
            lock.unlock();
        }
    }

    private void breakAll() {
        for (Socket socket : open) {
            try {
                socket.close();
            } catch (IOException closed) {
                // Closed is closed.
            }
        }
    }
}
