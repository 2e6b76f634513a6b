package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A script's ARGV, added in order. */
final class Arguments {

    private final List<byte[]> values = new ArrayList<>();

    Arguments add(Object value) {
        values.add(value.toString().getBytes(UTF_8));
        return this;
    }

    Arguments add(byte[] value) {
        values.add(value);
        return this;
    }

    Arguments add(Duration value) {
        return add(value.toMillis());
    }

    Arguments add(boolean value) {
        return add(value ? "1" : "");
    }

    byte[][] toArray() {
        return values.toArray(byte[][]::new);
    }
}
