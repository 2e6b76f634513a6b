package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;

/** Where a command writes: plain, or with colours where a person looks on. */
final class Screen {

    /** What a word means, shown as a colour. */
    enum Tone {
        PLAIN(""),
        STRONG("1"),
        FAINT("2"),
        GOOD("32"),
        WARN("33"),
        BAD("31");

        private final String code;

        Tone(String code) {
            this.code = code;
        }
    }

    private final PrintWriter out;
    private final boolean colours;

    Screen(PrintWriter out, boolean colours) {
        this.out = out;
        this.colours = colours;
    }

    void line(String text) {
        out.println(text);
        out.flush();
    }

    void json(JsonNode json) {
        line(json.toString());
    }

    String paint(Tone tone, String text) {
        return colours && tone != Tone.PLAIN ? "\u001b[" + tone.code + "m" + text + "\u001b[0m" : text;
    }

    /** A state's word in the colour that fits it. */
    static Tone toneOf(String state) {
        return switch (state) {
            case "healthy", "completed", "delivered", "ok", "redriven", "dropped" -> Tone.GOOD;
            case "delayed", "retry", "retrying", "paused", "degraded", "pending", "circuit-open", "back" -> Tone.WARN;
            case "failed", "dead", "lapsed", "unhealthy", "undelivered", "overtaken", "gone", "busy", "not_dead" ->
                Tone.BAD;
            default -> Tone.PLAIN;
        };
    }
}
