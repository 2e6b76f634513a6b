package org.unfoldingword.broker.settings;

import java.time.Duration;

/**
 * The settings below one prefix, as their record checks them when it is made. What is refused stops the start in one line that
 * names the setting, its value and what is expected.
 *
 * @param prefix as in {@code application.yml}, such as {@code broker.lane}
 */
public record Settings(String prefix) {

    /**
     * @param name of the setting below the prefix, as in {@code application.yml}
     * @param expected what would be taken, and the environment variable if the setting has one of its own
     * @throws IllegalArgumentException unless it is kept
     */
    public void expect(boolean kept, String name, Object value, String expected) {
        if (!kept) {
            throw refused(name, value, expected);
        }
    }

    /** @throws IllegalArgumentException unless it is more than nothing */
    public void positive(String name, Duration value) {
        expect(value.isPositive(), name, value, "> 0");
    }

    /** @throws IllegalArgumentException unless it is 1 or more */
    public void atLeastOne(String name, long value) {
        expect(value >= 1, name, value, ">= 1");
    }

    /** To be thrown. */
    public IllegalArgumentException refused(String name, Object value, String expected) {
        return new IllegalArgumentException(prefix + "." + name + ": " + value + " (expected: " + expected + ")");
    }
}
