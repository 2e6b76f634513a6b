package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unfoldingword.broker.message.MessageId;

/** A script's reply: nested lists of bytes and numbers, read by place. Nobody outside this package sees one. */
record Answer(List<?> items) {

    int size() {
        return items.size();
    }

    String text(int at) {
        return new String(bytes(at), UTF_8);
    }

    byte[] bytes(int at) {
        return item(at) instanceof byte[] bytes ? bytes : item(at).toString().getBytes(UTF_8);
    }

    long number(int at) {
        return item(at) instanceof Long number ? number : Long.parseLong(text(at));
    }

    MessageId id(int at) {
        return MessageId.parse(text(at)).orElseThrow();
    }

    Answer list(int at) {
        return new Answer((List<?>) item(at));
    }

    /** The list at a place as field-value pairs. */
    Fields fields(int at) {
        Answer pairs = list(at);
        Map<String, byte[]> fields = HashMap.newHashMap(pairs.size() / 2);
        for (int i = 0; i < pairs.size(); i += 2) {
            fields.put(pairs.text(i), pairs.bytes(i + 1));
        }
        return new Fields(fields);
    }

    /** Likewise as names and numbers. */
    Map<String, Long> counts(int at) {
        Answer pairs = list(at);
        Map<String, Long> counts = HashMap.newHashMap(pairs.size() / 2);
        for (int i = 0; i < pairs.size(); i += 2) {
            counts.put(pairs.text(i), pairs.number(i + 1));
        }
        return counts;
    }

    private Object item(int at) {
        @Nullable Object item = items.get(at);
        if (item == null) {
            throw new IllegalStateException("script answer: nothing at " + at + " of " + items.size());
        }
        return item;
    }
}
