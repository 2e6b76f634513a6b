package org.unfoldingword.broker.launcher;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.unfoldingword.broker.message.Json;

/** Shows callbacks: for people a head line and the text below it, for scripts a JSON object a line. Safe for threads. */
final class CallbackPrinter {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

    private final PrintWriter out;
    private final boolean json;

    CallbackPrinter(PrintWriter out, boolean json) {
        this.out = out;
        this.json = json;
    }

    void listening(String url) {
        String line = "listening on " + url;
        lines(List.of(json ? Json.object().put("listening", url).toString() : line));
    }

    void print(Callback callback, int attempt, String verdict, int status) {
        lines(
                json
                        ? List.of(object(callback, attempt, verdict, status))
                        : forPeople(callback, attempt, verdict, status));
    }

    private static List<String> forPeople(Callback callback, int attempt, String verdict, int status) {
        List<String> lines = new ArrayList<>();
        String user = callback.json().path("user_id").asText("?");
        lines.add(TIME.format(callback.at()) + "  " + callback.kind() + "  " + user + "  "
                + (callback.id().isEmpty() ? "no webhook-id" : callback.id()) + "  attempt " + attempt + "  " + verdict
                + "  -> " + status);
        callback.text().lines().map(line -> "    " + line).forEach(lines::add);
        return lines;
    }

    private static String object(Callback callback, int attempt, String verdict, int status) {
        ObjectNode object = Json.object()
                .put("at", callback.at().toString())
                .put("webhook_id", callback.id())
                .put("webhook_timestamp", callback.timestamp())
                .put("attempt", attempt)
                .put("signature", verdict)
                .put("engine_token", !callback.engineToken().isEmpty())
                .put("answered", status);
        object.set("body", callback.json());
        return object.toString();
    }

    /** Together, whatever else arrives meanwhile. */
    private synchronized void lines(List<String> lines) {
        lines.forEach(out::println);
        out.flush();
    }
}
