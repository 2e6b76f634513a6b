package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.unfoldingword.broker.BrokerClient.message;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.TestRedis;

/** Live streams and cancelling over processes that share nothing but one Redis: two entries, one dispatcher at a time. */
class StreamIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String ASYNC = "respond-async";

    private static String redisUrl;
    private static StubWorker worker;
    private static CallbackReceiver receiver;
    private static BrokerProcess one;
    private static BrokerProcess other;
    private static BrokerProcess dispatcher;
    private static BrokerProcess deliverer;

    @BeforeAll
    static void start() {
        redisUrl = TestRedis.emptied().url();
        worker = StubWorker.answeringWithin(5, 35);
        receiver = new CallbackReceiver();
        one = plan("ingest-api").launch();
        // A watcher that takes nothing is let go sooner here.
        other = plan("ingest-api")
                .with("SERVER_JETTY_CONNECTION_IDLE_TIMEOUT", "20s")
                .launch();
        dispatcher = plan("dispatcher").launch();
        deliverer = plan("callback-deliverer").launch();
        List.of(one, other, dispatcher, deliverer).forEach(BrokerProcess::awaitReady);
    }

    @AfterAll
    static void stop() {
        List.of(one, other, dispatcher, deliverer).forEach(BrokerProcess::close);
        receiver.close();
        worker.close();
    }

    @Test
    void resumesOnTheOtherInstanceWithNothingLostOrRepeated() {
        String id = accepted("resuming", "say 30 every 60");
        List<Events.Event> seen = new ArrayList<>();
        try (Events first = one.client().stream(path("resuming", id)).awaitFrames(11)) {
            // The worker's status, and ten frames.
            seen.addAll(first.all().subList(0, first.all().indexOf(frameOf(first, 11)) + 1));
            assertThat(first.faults()).isEmpty();
        }
        Events rest = other.client().stream(
                        path("resuming", id), "Last-Event-ID", seen.getLast().id())
                .awaitEnd();
        seen.addAll(rest.all());

        assertThat(seen.stream().filter(event -> event.name().isEmpty()).map(Events.Event::data))
                .containsExactlyElementsOf(frames("say 30 every 60", 30));
        assertThat(seen).extracting(Events.Event::id).doesNotHaveDuplicates();
        assertThat(rest.faults()).isEmpty();
        assertThat(rest.all().getLast().name()).isEqualTo("done");
        assertThat(worker.messagesOf("resuming")).containsExactly("say 30 every 60");
    }

    private static Events.Event frameOf(Events events, int number) {
        return events.all().stream()
                .filter(event -> event.name().isEmpty())
                .skip(number - 1)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void streamsTheSecondMessageStrictlyAfterTheFirstAndReplaysBoth() {
        Events first = one.client().streamed(message("pair", "say 5 every 60 held"));
        first.awaitFrames(6);
        Events second = other.client().streamed(message("pair", "say 3 every 20"));
        second.awaitEvent(event -> event.name().equals("queued"));
        assertThat(second.all().getFirst().data()).contains("\"queue_position\":2");
        assertThat(second.frames()).isEmpty();
        worker.release(1);
        first.awaitEnd();
        second.awaitEnd();

        assertThat(first.status()).isEqualTo(200);
        assertThat(first.header("Content-Type")).isEqualTo("text/event-stream");
        assertThat(first.header("Cache-Control")).isEqualTo("no-cache");
        assertThat(first.header("X-Accel-Buffering")).isEqualTo("no");
        assertThat(first.milestones()).containsExactly("queued", "processing", "done");
        assertThat(second.milestones()).containsExactly("queued", "processing", "done");
        assertThat(first.frames()).isEqualTo(frames("say 5 every 60 held", 5));
        assertThat(second.frames()).isEqualTo(frames("say 3 every 20", 3));
        assertThat(worker.overlaps()).isZero();
        for (Events live : List.of(first, second)) {
            String id = live.header("Location").substring("/api/v1/message/".length());
            List<Events.Event> journal = live.all().stream()
                    .filter(event -> !event.id().contains("."))
                    .toList();
            for (BrokerProcess any : List.of(one, other)) {
                Events replay = any.client().stream(path("pair", id)).awaitEnd();
                assertThat(replay.all()).isEqualTo(journal);
                assertThat(replay.faults()).isEmpty();
            }
        }
    }

    @Test
    void givesAWatcherWhoComesInMidRunAllFromTheStart() {
        // By callback: nobody has asked for its frames so far.
        String id = one.client()
                .post(message("late", "say 10 every 20 held").put("callback_url", receiver.url()))
                .messageId();
        await().atMost(PATIENCE).until(() -> worker.messagesOf("late").size() == 1);
        Events events = other.client().stream(path("late", id)).awaitFrames(11);
        assertThat(events.ended()).isFalse();
        worker.release(1);
        events.awaitEnd();

        assertThat(events.frames()).isEqualTo(frames("say 10 every 20 held", 10));
        assertThat(events.milestones()).containsExactly("queued", "processing", "done");
    }

    @Test
    void tellsTheAnswerOfAMessageThatNobodyStreamed() {
        String id = one.client().post(message("unwatched", "say 3 every 1")).messageId();
        Events events = other.client().stream(path("unwatched", id)).awaitEnd();

        assertThat(events.milestones()).containsExactly("queued", "processing", "done");
        assertThat(events.frames()).isEqualTo(List.of(frames("say 3 every 1", 3).getLast()));
    }

    /** Each frame of such a message was once kept for a reader who does not come: half of what a message cost in Redis. */
    @Test
    void keepsNoFramesForWhoeverIsCalledBack() {
        String id = one.client()
                .post(message("called", "say 3 every 1").put("callback_url", receiver.url()), "Prefer", ASYNC)
                .messageId();
        await().atMost(PATIENCE).until(() -> receiver.callbacksTo("called").size() == 1);
        Events events = other.client().stream(path("called", id)).awaitEnd();

        assertThat(events.milestones()).containsExactly("queued", "processing", "done");
        assertThat(events.frames()).isEqualTo(List.of(frames("say 3 every 1", 3).getLast()));
    }

    @Test
    void passesEveryFrameOnByteForByte() {
        Events events = one.client()
                .streamed(message("odd", "say 1 every 1 " + StubWorker.ODD))
                .awaitEnd();

        assertThat(events.faults()).isEmpty();
        assertThat(events.frames().subList(2, 2 + StubWorker.ODD_FRAMES.size())).isEqualTo(StubWorker.ODD_FRAMES);
    }

    @Test
    void staysConnectedOverTheDeathOfTheDispatcher() {
        Events events = one.client().streamed(message("killed", "say 4 every 10 held"));
        events.awaitFrames(5);
        dispatcher.kill();
        dispatcher = plan("dispatcher").launch().awaitReady();
        events.awaitEvent(event -> event.name().equals("retrying"));
        // The turn of the dead one goes on in the worker, which refuses a second one beside it.
        worker.release(2);
        events.awaitEnd();

        assertThat(events.faults()).isEmpty();
        assertThat(events.milestones())
                .startsWith("queued", "processing", "retrying", "processing")
                .endsWith("done");
        assertThat(events.milestones()).containsOnlyOnce("done");
        assertThat(events.frames().stream().filter(frame -> frame.contains("complete")))
                .hasSize(1);
        assertThat(events.frames()).startsWith(frames("", 4).subList(0, 5).toArray(String[]::new));
        assertThat(events.all()).extracting(Events.Event::id).doesNotHaveDuplicates();
    }

    @Test
    void cancelsAWaitingAndARunningMessage() {
        Events running = one.client().streamed(message("cancelling", "say 3 every 10 held"));
        running.awaitFrames(4);
        Events waiting = other.client().streamed(message("cancelling", "never").put("callback_url", receiver.url()));
        waiting.awaitEvent(event -> event.name().equals("queued"));
        String next = accepted("cancelling", "held next");

        BrokerClient.Answer removed = one.client().delete(waiting.header("Location"));
        waiting.awaitEnd();
        BrokerClient.Answer stopped = other.client().delete(running.header("Location"));
        running.awaitEnd();

        assertThat(removed.status()).isEqualTo(200);
        assertThat(removed.body().path("status").asText()).isEqualTo("cancelled");
        assertThat(waiting.milestones()).containsExactly("queued", "error");
        assertThat(waiting.all().getLast().data()).contains("\"code\":\"cancelled\"");
        assertThat(stopped.status()).isIn(200, 202);
        assertThat(running.milestones()).containsExactly("queued", "processing", "error");
        assertThat(running.all().getLast().data()).contains("\"code\":\"cancelled\"");
        assertThat(running.frames()).hasSize(4);
        assertThat(one.client().delete(running.header("Location")).status()).isEqualTo(409);
        assertThat(one.client().delete(waiting.header("Location")).status()).isEqualTo(409);
        await().atMost(PATIENCE).until(() -> receiver.callbacksTo("cancelling").size() == 1);

        // The turn that was broken off goes on in the worker, which refuses the next one meanwhile.
        Events after = other.client().stream(path("cancelling", next));
        after.awaitEvent(event -> event.name().equals("processing"));
        worker.release(2);
        after.awaitEnd();
        assertThat(after.milestones()).endsWith("done");
        assertThat(worker.messagesOf("cancelling")).containsExactly("say 3 every 10 held", "held next");
        assertThat(worker.overlaps()).isZero();
    }

    @Test
    void letsASlowWatcherGoAndHoldsUpNobody() throws IOException {
        String text = "say 300 every 1 of 60000";
        String id = accepted("slow", text + " held");
        try (Socket slow = new Socket(
                InetAddress.getLoopbackAddress(),
                URI.create(other.client().url()).getPort())) {
            slow.setReceiveBufferSize(4096);
            OutputStream request = slow.getOutputStream();
            request.write(("GET " + path("slow", id) + " HTTP/1.1\r\nHost: x\r\nX-API-Key: " + BrokerProcess.API_KEY
                            + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            Events quick = other.client().stream(path("slow", id)).awaitFrames(301);
            assertThat(quick.ended()).isFalse();
            assertThat(new String(slow.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 200");
            await("the slow one is let go while the message runs")
                    .atMost(PATIENCE)
                    .until(() -> other.err().stream().anyMatch(line -> line.contains("was too slow")));
            worker.release(1);
            quick.awaitEnd();
            assertThat(quick.faults()).isEmpty();
            assertThat(quick.milestones()).endsWith("done");
            assertThat(quick.frames().size()).isEqualTo(302);
        }
        Events again =
                other.client().stream(path("slow", id), "Last-Event-ID", "0-0").awaitEnd();
        assertThat(again.frames().size()).isEqualTo(302);
    }

    @Test
    void streamsAWholeConversationAndResumesItOnTheOtherInstance() {
        Events all = one.client().stream("/api/v1/stream?user_id=both&org_id=" + BrokerClient.ORG);
        assertThat(all.status()).isEqualTo(200);
        String first = accepted("both", "say 3 every 10 held");
        String second = accepted("both", "say 2 every 10");
        all.awaitEvent(event -> event.data().contains(second));
        worker.release(1);
        all.awaitEvent(event -> event.name().equals("done") && event.data().contains(second));

        assertThat(all.ended()).isFalse();
        assertThat(all.faults()).isEmpty();
        List<String> expected = new ArrayList<>(frames("say 3 every 10 held", 3));
        expected.addAll(frames("say 2 every 10", 2));
        assertThat(all.frames()).isEqualTo(expected);
        List<Events.Event> frames =
                all.all().stream().filter(event -> event.name().isEmpty()).toList();
        assertThat(frames.subList(0, 5))
                .allSatisfy(frame -> assertThat(frame.id()).startsWith(first));
        assertThat(frames.subList(5, 9))
                .allSatisfy(frame -> assertThat(frame.id()).startsWith(second));

        String from = frames.get(2).id();
        Events rest =
                other.client().stream("/api/v1/stream?user_id=both&org_id=" + BrokerClient.ORG, "Last-Event-ID", from);
        rest.awaitEvent(event -> event.name().equals("done") && event.data().contains(second));
        assertThat(rest.frames()).isEqualTo(expected.subList(3, expected.size()));
        all.close();
        rest.close();
    }

    /** As the web client of the first broker does it: a percent-encoded user, and one GET right after the POST. */
    @Test
    void servesAUserWhoseNameNeedsEncoding() {
        String user = "a b+c/d?e";
        String id = accepted(user, "say 2 every 5");
        Events events = one.client().stream("/api/v1/stream?user_id=a%20b%2Bc%2Fd%3Fe&message_id=" + id)
                .awaitEnd();
        assertThat(events.milestones()).containsExactly("queued", "processing", "done");
        assertThat(events.frames()).isEqualTo(frames("say 2 every 5", 2));
    }

    @Test
    void knowsNothingOfAnotherUsersMessage() {
        String id = accepted("owner", "text");
        for (String path : List.of(
                path("thief", id),
                path("owner", id) + "&org_id=other",
                path("owner", "nonsense"),
                path("owner", id.substring(0, 35) + (id.endsWith("0") ? "1" : "0")))) {
            assertThat(one.client().get(path).status()).as(path).isEqualTo(404);
        }
        assertThat(one.client().get("/api/v1/message/" + id + "?user_id=thief").status())
                .isEqualTo(404);
        assertThat(one.client()
                        .delete("/api/v1/message/" + id + "?user_id=thief")
                        .status())
                .isEqualTo(404);
        assertThat(one.client().get("/api/v1/stream?message_id=" + id).status()).isEqualTo(400);
    }

    private static BrokerProcess.Plan plan(String command) {
        return BrokerProcess.Plan.of(command)
                .with("REDIS_URL", redisUrl)
                .with("WORKER_BASE_URL", worker.url())
                .with("BROKER_LEASE", "6s");
    }

    private static String accepted(String user, String text) {
        BrokerClient.Answer answer = one.client().post(message(user, text), "Prefer", ASYNC);
        assertThat(answer.status()).isEqualTo(202);
        return answer.messageId();
    }

    private static String path(String user, String id) {
        return "/api/v1/stream?user_id=" + user + "&message_id=" + id;
    }

    /** What the stub says about a message, from the first status to the answer. */
    private static List<String> frames(String text, int parts) {
        List<String> frames = new ArrayList<>();
        frames.add("{\"type\":\"status\",\"message\":\"thinking\"}");
        IntStream.rangeClosed(1, parts).forEach(i -> frames.add("{\"type\":\"progress\",\"text\":\"part " + i + "\"}"));
        frames.add("{\"type\":\"complete\",\"response\":{\"responses\":[\"answer to " + text
                + "\"],\"response_language\":\"en\",\"voice_audio_base64\":null,\"voice_audio_url\":null}}");
        return frames;
    }
}
