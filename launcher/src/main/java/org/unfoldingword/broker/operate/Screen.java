package org.unfoldingword.broker.operate;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Where a command writes: plain, or with colours and as wide as the window where a person looks on. */
final class Screen {

    private final PrintWriter out;
    private final boolean colours;
    private final int width;

    /** @param width of a line; what is not shown to a person has no end of it */
    Screen(PrintWriter out, boolean colours, int width) {
        this.out = out;
        this.colours = colours;
        this.width = width;
    }

    int width() {
        return width;
    }

    void line(String text) {
        out.println(text);
        out.flush();
    }

    /** Sentences, broken between words. */
    void prose(String text) {
        wrapped(text, width).forEach(this::line);
    }

    void json(JsonNode json) {
        line(json.toString());
    }

    String paint(Tone tone, String text) {
        return colours && tone != Tone.PLAIN ? "\u001b[" + tone.code + "m" + text + "\u001b[0m" : text;
    }

    /** Lines of at most so many characters; a word that is longer is broken. */
    static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        String rest = text;
        while (rest.length() > width) {
            int space = rest.lastIndexOf(' ', width);
            int end = space > 0 ? space : width;
            lines.add(rest.substring(0, end));
            rest = rest.substring(end).stripLeading();
        }
        lines.add(rest);
        return lines;
    }

    /** A state's word in the colour that fits it. */
    static Tone toneOf(String state) {
        return switch (state) {
            case "healthy", "completed", "delivered", "ok", "redriven", "dropped" -> Tone.GOOD;
            case "delayed", "retry", "retrying", "paused", "degraded", "pending", "circuit-open", "back" -> Tone.WARN;
            case "failed", "dead", "lapsed", "unhealthy", "undelivered", "overtaken", "gone", "busy", "not_dead" ->
                Tone.BAD;
            default -> state.startsWith("circuits-open:") ? Tone.WARN : Tone.PLAIN;
        };
    }

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
}
