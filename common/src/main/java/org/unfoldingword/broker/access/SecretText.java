package org.unfoldingword.broker.access;

import java.util.Objects;

/** Text that must be known in clear, and never shows itself. */
public final class SecretText {

    private final String text;

    public SecretText(String text) {
        this.text = Objects.requireNonNull(text);
    }

    /** The text, for the one place that needs it. */
    public String reveal() {
        return text;
    }

    /** Blank. */
    @Override
    public String toString() {
        return "";
    }
}
