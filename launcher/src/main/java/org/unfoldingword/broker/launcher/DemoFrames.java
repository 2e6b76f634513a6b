package org.unfoldingword.broker.launcher;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.unfoldingword.broker.message.Json;

/** One stream in the worker's dialect: {@code data: {…}} and an empty line, nothing else. For one thread. */
final class DemoFrames {

    private static final Duration KEEPALIVE = Duration.ofSeconds(30);

    private final OutputStream out;
    private final Sleeper sleeper;
    private boolean left;

    DemoFrames(OutputStream out, Sleeper sleeper) {
        this.out = out;
        this.sleeper = sleeper;
    }

    void status(String message) {
        write(frame("status").put("message", message));
    }

    void progress(String text) {
        write(frame("progress").put("text", text));
    }

    void error(String error) {
        write(frame("error").put("error", error));
    }

    void complete(ObjectNode response) {
        ObjectNode frame = frame("complete");
        frame.set("response", response);
        write(frame);
    }

    /** Passes the time, with a keepalive each 30 s. */
    void keepAliveFor(Duration time) throws InterruptedException {
        Duration rest = time;
        while (rest.compareTo(KEEPALIVE) >= 0) {
            sleeper.sleep(KEEPALIVE);
            write(frame("keepalive"));
            rest = rest.minus(KEEPALIVE);
        }
        if (rest.isPositive()) {
            sleeper.sleep(rest);
        }
    }

    private static ObjectNode frame(String type) {
        return Json.object().put("type", type);
    }

    private void write(ObjectNode frame) {
        if (left) {
            return;
        }
        try {
            out.write(("data: " + frame + "\n\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException gone) {
            // As with the real worker, the turn goes on without its client.
            left = true;
        }
    }
}
