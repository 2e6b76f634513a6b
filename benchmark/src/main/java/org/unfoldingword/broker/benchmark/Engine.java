package org.unfoldingword.broker.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.unfoldingword.broker.lane.Appended;
import org.unfoldingword.broker.lane.Held;
import org.unfoldingword.broker.lane.Lane;
import org.unfoldingword.broker.lane.LaneConfiguration;
import org.unfoldingword.broker.lane.LaneHandler;
import org.unfoldingword.broker.lane.LaneWorker;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.NewMessage;
import org.unfoldingword.broker.lane.Verdict;
import org.unfoldingword.broker.lane.Watching;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.telemetry.SystemTime;

/** The ordered lane alone, in this process, on the bench's store: no HTTP, no worker. */
final class Engine implements AutoCloseable {

    private static final int APPENDS_MAX = 64;
    private static final byte[] RESPONSE = "{\"responses\":[\"ok\"]}".getBytes(UTF_8);

    private final ConfigurableApplicationContext context;
    private final Lanes lanes;

    private Engine(ConfigurableApplicationContext context) {
        this.context = context;
        this.lanes = context.getBean(Lanes.class);
    }

    /** On the emptied store. */
    static Engine open(Bench bench) throws IOException {
        bench.store().flush();
        Map<String, Object> settings = new HashMap<>();
        settings.put("broker.redis.url", bench.store().url());
        settings.put("broker.lane.queue-limit", "100000");
        settings.put("logging.level.root", "WARN");
        settings.put("spring.main.keep-alive", "false");
        return new Engine(new SpringApplicationBuilder(Alone.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .run(settings.entrySet().stream()
                        .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                        .toArray(String[]::new)));
    }

    /** Messages of so many conversations, 64 appends at a time; the conversations take turns. */
    void append(int conversations, int each, byte[] body) throws InterruptedException {
        Semaphore places = new Semaphore(APPENDS_MAX);
        try (InParallel appends = new InParallel()) {
            for (int number = 0; number < each; number++) {
                for (int i = 0; i < conversations; i++) {
                    String user = "user-" + i;
                    places.acquire();
                    appends.start(() -> {
                        try {
                            append(user, body);
                        } finally {
                            places.release();
                        }
                        return user;
                    });
                }
                // A conversation's messages are appended in turn.
                appends.join();
            }
        }
    }

    /** Works off what is there, so many at a time, and returns when it has. */
    void drain(int messages, int places) throws InterruptedException {
        Semaphore done = new Semaphore(0);
        LaneWorker worker = new LaneWorker(
                lanes,
                Lane.MESSAGES,
                "bench-" + SystemTime.instants().millis(),
                places,
                new Nothing(done),
                SystemTime.ticker(),
                new SimpleMeterRegistry());
        worker.start();
        done.acquire(messages);
        worker.stop(Duration.ofSeconds(10));
    }

    @Override
    public void close() {
        context.close();
    }

    private void append(String user, byte[] body) {
        Conversation conversation = Conversation.ofUser("bench", user);
        Envelope envelope =
                Envelope.parse(("{\"o\":\"bench\",\"u\":\"" + user + "\",\"c\":\"bench\"}").getBytes(UTF_8));
        Appended appended = lanes.append(new NewMessage(
                lanes.newId(conversation), conversation, envelope, body, Optional.empty(), Watching.NOTHING));
        if (!(appended instanceof Appended.Accepted)) {
            throw new IllegalStateException("append: " + appended + " (expected: accepted)");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(LaneConfiguration.class)
    static class Alone {
        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }

    /** Answers at once. */
    private record Nothing(Semaphore done) implements LaneHandler {

        @Override
        public Verdict handle(Held held) {
            done.release();
            return new Verdict.Answered(RESPONSE);
        }

        @Override
        public Verdict afterFault(Held held, RuntimeException fault) {
            throw fault;
        }
    }
}
