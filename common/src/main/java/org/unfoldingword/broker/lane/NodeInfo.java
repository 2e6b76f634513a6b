package org.unfoldingword.broker.lane;

import java.util.Optional;

/** What one Redis node answers to {@code INFO}. */
record NodeInfo(String text) {

    Optional<String> field(String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst();
    }

    /** 0 if there is none. */
    long number(String name) {
        return field(name).map(Long::valueOf).orElse(0L);
    }
}
