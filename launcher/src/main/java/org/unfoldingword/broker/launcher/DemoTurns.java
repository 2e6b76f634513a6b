package org.unfoldingword.broker.launcher;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.unfoldingword.broker.message.Json;

/** Who is being answered now, and what was answered so far. Safe for threads; bounded, forgetting the longest silent user. */
final class DemoTurns {

    private static final int USERS_MAX = 10_000;
    private static final int ENTRIES_MAX = 100;

    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    // All below: guarded by lock.
    private final Set<String> running = new HashSet<>();
    private final Map<String, Integer> failures = new HashMap<>();
    private final Map<String, Past> pasts = new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true);

    DemoTurns(InstantSource clock) {
        this.clock = clock;
    }

    /** False while the scope has a turn under way; every true is followed by one {@link #end}. */
    boolean tryBegin(DemoRequest request) {
        lock.lock();
        try {
            return running.add(request.scope());
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the scope to be free. */
    void begin(DemoRequest request) throws InterruptedException {
        lock.lock();
        try {
            while (!running.add(request.scope())) {
                ended.await();
            }
        } finally {
            lock.unlock();
        }
    }

    void end(DemoRequest request) {
        lock.lock();
        try {
            running.remove(request.scope());
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether this call is one of those that the message wants to fail. */
    boolean failsNow(DemoRequest request) {
        int times = request.script().failTimes();
        if (times == 0) {
            return false;
        }
        lock.lock();
        try {
            String same = request.scope() + " " + request.content();
            boolean fails = failures.merge(same, 1, Integer::sum) <= times;
            if (!fails || failures.size() > USERS_MAX) {
                failures.remove(same);
            }
            return fails;
        } finally {
            lock.unlock();
        }
    }

    /** Answers, and remembers it. */
    Answer answer(DemoRequest request) {
        lock.lock();
        try {
            Past past = pasts.computeIfAbsent(request.org() + "/" + request.userId(), user -> new Past());
            if (pasts.size() > USERS_MAX) {
                pasts.remove(pasts.keySet().iterator().next());
            }
            if (request.ambient()) {
                return new Answer(List.of());
            }
            String text = text(request, past.count + 1);
            past.add(new Entry(request.content(), text, clock.instant()));
            return new Answer(List.of(text));
        } finally {
            lock.unlock();
        }
    }

    ObjectNode history(String org, String userId) {
        lock.lock();
        try {
            Past past = pasts.getOrDefault(org + "/" + userId, new Past());
            ObjectNode page = Json.object().put("user_id", userId);
            ArrayNode entries = page.putArray("entries");
            past.entries.forEach(entry -> entries.add(entry.json()));
            return page.put("total_count", past.entries.size())
                    .put("limit", ENTRIES_MAX)
                    .put("offset", 0);
        } finally {
            lock.unlock();
        }
    }

    private static String text(DemoRequest request, int number) {
        String spoken = DemoScript.spoken(request.content());
        String heard = request.audio()
                ? "I listened to " + request.content() + "."
                : spoken.isEmpty() ? "You told me only what to do, and I did." : "You said: " + spoken;
        return heard + "\n\nThis is answer " + number + " for " + request.userId()
                + ", from the demo worker that came with the broker.";
    }

    /** One turn that ended well. */
    private record Entry(String asked, String answered, Instant at) {

        ObjectNode json() {
            return Json.object()
                    .put("user_message", asked)
                    .put("assistant_response", answered)
                    .put("timestamp", at.toEpochMilli())
                    .put("created_at", at.toString())
                    .putNull("voice_audio_url")
                    .putNull("inbound_voice_audio_url");
        }
    }

    /** One user's turns. Guarded by the lock of their owner. */
    private static final class Past {

        private final Deque<Entry> entries = new ArrayDeque<>();
        private int count;

        void add(Entry entry) {
            count++;
            entries.add(entry);
            if (entries.size() > ENTRIES_MAX) {
                entries.remove();
            }
        }
    }

    /**
     * What the worker says.
     *
     * @param responses none for ambient talk
     */
    record Answer(List<String> responses) {

        /** As the stream's last frame holds it. */
        ObjectNode response() {
            return filled(Json.object());
        }

        /** As the body of a chat. */
        ObjectNode asChat() {
            return filled(Json.object().put("message_id", UUID.randomUUID().toString()));
        }

        /** The words with the space after each. */
        List<String> tokens() {
            List<String> tokens = new ArrayList<>();
            responses.forEach(response -> tokens.addAll(Arrays.asList(response.split("(?<=\\s)(?=\\S)"))));
            return tokens;
        }

        private ObjectNode filled(ObjectNode object) {
            ArrayNode texts = object.putArray("responses");
            responses.forEach(texts::add);
            return object.put("response_language", "en")
                    .putNull("voice_audio_base64")
                    .putNull("voice_audio_url");
        }
    }
}
