package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;

/** What a handler says on its way to the journal, and what is asked of a handler, on a real redis-server. Leases last for hours. */
class JournalWriterTest {

    private static final Conversation ANN = Conversation.ofUser("acme", "ann");

    /** What the handler says before it waits for its go. */
    private final List<byte[]> first = new ArrayList<>();
    /** What it says after. */
    private final List<byte[]> second = new ArrayList<>();

    private final LinkedBlockingQueue<Held> handled = new LinkedBlockingQueue<>();
    private final Semaphore go = new Semaphore(0);
    private final Lanes lanes = LaneFixture.open(
            TestRedis.emptied().properties(), Map.of("broker.lane.lease", "12h", "broker.lane.frame-buffer", "1KB"));
    private final LaneWorker worker = new LaneWorker(
            lanes, Lane.MESSAGES, "holder", 10, new Speaker(), System::nanoTime, new SimpleMeterRegistry());

    @AfterEach
    void close() {
        go.release(100);
        worker.stop(Duration.ofSeconds(10));
        lanes.close();
    }

    @Test
    void writesFramesWhileTheWorkGoesOnAndTheEndLast() throws InterruptedException {
        say(first, "one", "two");
        say(second, "three");
        MessageId id = append(Watching.FRAMES);
        worker.start();
        begun();
        await().until(() -> frames(id), frames -> frames.equals(List.of("one", "two")));

        go.release();
        await().until(() -> ended(id));
        assertThat(frames(id)).containsExactly("one", "two", "three");
        assertThat(entries(id).getLast()).isInstanceOf(JournalEntry.Done.class);
        assertThat(((JournalEntry.Done) entries(id).getLast()).told()).isTrue();
    }

    @Test
    void givesAWatcherWhoComesLateAllFromTheStart() throws InterruptedException {
        say(first, "one", "two");
        MessageId id = append(Watching.NOTHING);
        worker.start();
        begun();
        assertThat(entries(id)).isEmpty();

        // The keeper would tell only after hours.
        lanes.find(id, Watching.FRAMES);
        await().until(() -> frames(id), frames -> frames.equals(List.of("one", "two")));
    }

    @Test
    void keepsNothingOfWhatNobodyAskedFor() throws InterruptedException {
        say(first, "one");
        MessageId id = append(Watching.NOTHING);
        worker.start();
        begun();
        go.release();
        await().until(() -> ended(id));

        assertThat(entries(id)).isEmpty();
    }

    /** The buffer is small, so that thousands of calls fit into one process: what it cannot hold goes to Redis unasked. */
    @Test
    void writesDownWhatTheBufferCannotHold() throws InterruptedException {
        String large = "x".repeat(300);
        say(first, large, large, large, large, large);
        say(second, "end");
        MessageId id = append(Watching.NOTHING);
        worker.start();
        begun();
        await().until(() -> frames(id).size() == 5);

        go.release();
        await().until(() -> ended(id));
        assertThat(frames(id)).containsExactly(large, large, large, large, large, "end");
    }

    @Test
    void cutsALongFrameIntoPartsThatMakeItAgain() throws InterruptedException {
        byte[] odd = "😀\r\"\\r\\n\u2028".repeat(20_000).getBytes(UTF_8);
        first.add("before".getBytes(UTF_8));
        first.add(odd);
        first.add(new byte[0]);
        MessageId id = append(Watching.FRAMES);
        worker.start();
        begun();
        go.release();
        await().until(() -> ended(id));

        List<JournalEntry.Said> said = said(id);
        assertThat(said.stream().filter(entry -> !entry.goesOn()).count()).isEqualTo(3);
        assertThat(said).allSatisfy(entry -> assertThat(entry.length()).isLessThanOrEqualTo(64 * 1024));
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        said.subList(1, said.size()).forEach(entry -> whole.writeBytes(entry.data()));
        assertThat(whole.toByteArray()).isEqualTo(odd);
    }

    @Test
    void stopsTheHandlerOfACancelledMessageAtOnce() throws InterruptedException {
        MessageId id = append(Watching.NOTHING);
        worker.start();
        Held held = begun();

        // The keeper would tell only after hours.
        lanes.cancel(lanes.find(id, Watching.NOTHING).orElseThrow());
        await().until(() -> held.stopped().isPresent());
        assertThat(held.stopped()).contains(Held.Stop.CANCELLED);
    }

    private final class Speaker implements LaneHandler {
        @Override
        public Verdict handle(Held held) {
            first.forEach(held::say);
            handled.add(held);
            go.acquireUninterruptibly();
            second.forEach(held::say);
            return new Verdict.Answered("{\"responses\":[]}".getBytes(UTF_8));
        }

        @Override
        public Verdict afterFault(Held held, RuntimeException fault) {
            throw new AssertionError(fault);
        }
    }

    private Held begun() throws InterruptedException {
        Held held = handled.poll(30, TimeUnit.SECONDS);
        assertThat(held).isNotNull();
        return held;
    }

    private static void say(List<byte[]> when, String... frames) {
        for (String frame : frames) {
            when.add(frame.getBytes(UTF_8));
        }
    }

    private boolean ended(MessageId id) {
        return lanes.find(id, Watching.NOTHING).orElseThrow().record().state().ended();
    }

    private List<JournalEntry> entries(MessageId id) {
        return lanes.journal(id, Optional.empty(), 1000);
    }

    private List<JournalEntry.Said> said(MessageId id) {
        return entries(id).stream()
                .filter(JournalEntry.Said.class::isInstance)
                .map(JournalEntry.Said.class::cast)
                .toList();
    }

    private List<String> frames(MessageId id) {
        return said(id).stream().map(said -> new String(said.data(), UTF_8)).toList();
    }

    private MessageId append(Watching watching) {
        return TestMessage.to(ANN, "{}").watchedFor(watching).appendTo(lanes);
    }
}
