package org.unfoldingword.broker;

import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A client's open stream of events, read as strictly as the pickiest client does: {@code data: } with a space, LF only. */
final class Events implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** One event; {@code name} is empty for what the worker said. */
    record Event(String id, String name, String data) {

        @Override
        public String toString() {
            return name.isEmpty() ? data : name + " " + data;
        }
    }

    private final HttpResponse<InputStream> response;
    // Guarded by this.
    private final List<Event> events = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private boolean ended;

    private Events(HttpResponse<InputStream> response) {
        this.response = response;
    }

    static Events open(HttpClient http, HttpRequest.Builder request) {
        try {
            Events events = new Events(http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
            Thread.ofVirtual().start(events::read);
            return events;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(hurried);
        }
    }

    int status() {
        return response.statusCode();
    }

    String header(String name) {
        return response.headers().firstValue(name).orElse("");
    }

    synchronized List<Event> all() {
        return List.copyOf(events);
    }

    /** What the worker said. */
    List<String> frames() {
        return all().stream()
                .filter(event -> event.name.isEmpty())
                .map(Event::data)
                .toList();
    }

    /** The names of the events, without what the worker said and without repetitions of the place. */
    List<String> milestones() {
        List<String> names = new ArrayList<>();
        for (Event event : all()) {
            boolean again = event.name.equals("queued")
                    && !names.isEmpty()
                    && names.getLast().equals("queued");
            if (!event.name.isEmpty() && !again) {
                names.add(event.name);
            }
        }
        return names;
    }

    String lastId() {
        return all().getLast().id;
    }

    /** Bytes that no client should have to bear. */
    synchronized List<String> faults() {
        return List.copyOf(faults);
    }

    synchronized boolean ended() {
        return ended;
    }

    Events awaitFrames(int count) {
        await("frames: " + count).atMost(PATIENCE).until(() -> frames().size() >= count || ended());
        return this;
    }

    Events awaitEvent(Predicate<Event> wanted) {
        await("an event").atMost(PATIENCE).until(() -> all().stream().anyMatch(wanted) || ended());
        return this;
    }

    Events awaitEnd() {
        await("the end of the stream").atMost(PATIENCE).until(this::ended);
        return this;
    }

    @Override
    public void close() {
        try {
            response.body().close();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private void read() {
        try (InputStream body = response.body()) {
            Optional<String> id = Optional.empty();
            String name = "";
            List<String> data = new ArrayList<>();
            for (Optional<String> line = line(body); line.isPresent(); line = line(body)) {
                String text = line.get();
                if (text.startsWith("id: ")) {
                    id = Optional.of(text.substring(4));
                } else if (text.startsWith("event: ")) {
                    name = text.substring(7);
                } else if (text.startsWith("data: ")) {
                    data.add(text.substring(6));
                } else if (!text.isEmpty()) {
                    faultUnless(text.startsWith(":"), "line: " + text);
                } else if (!data.isEmpty()) {
                    event(new Event(id.orElse("none"), name, String.join("\n", data)));
                    faultUnless(id.isPresent(), "no id: " + data);
                    id = Optional.empty();
                    name = "";
                    data.clear();
                }
            }
        } catch (IOException left) {
            faultUnless(false, "ended by " + left);
        } finally {
            end();
        }
    }

    private Optional<String> line(InputStream body) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = body.read(); b >= 0; b = body.read()) {
            if (b == '\n') {
                return Optional.of(line.toString(StandardCharsets.UTF_8));
            }
            faultUnless(b != '\r', "a carriage return");
            line.write(b);
        }
        return Optional.empty();
    }

    private synchronized void event(Event event) {
        events.add(event);
    }

    private synchronized void faultUnless(boolean good, String what) {
        if (!good) {
            faults.add(what);
        }
    }

    private synchronized void end() {
        ended = true;
    }
}
