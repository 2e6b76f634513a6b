package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.unfoldingword.broker.BrokerClient.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.DoublePredicate;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.unfoldingword.broker.http.FreePort;
import org.unfoldingword.broker.lane.RedisProcess;

/**
 * Twelve ways in which the broker fares badly. Each is told by all four that an operator may ask, the console, the command line,
 * the meters and the health, and by none of them before. What cannot be undone comes last.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BadStatesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int ANY_STATUS = -1;

    @TempDir
    static Path data;

    private static RedisProcess redis;
    private static RedisClient redisClient;
    private static StatefulRedisConnection<String, String> redisConnection;
    private static StubWorker worker;
    private static BrokerProcess broker;
    private static BrokerClient client;
    private static Chromium chromium;
    private static Console console;

    @BeforeAll
    static void start() {
        redis = RedisProcess.start(data, FreePort.any(), "--dbfilename", "taken.rdb");
        redisClient = RedisClient.create(redis.url());
        redisConnection = redisClient.connect();
        worker = StubWorker.answeringWithin(5, 35);
        chromium = Chromium.start();
        PlaywrightAssertions.setDefaultAssertionTimeout((double) PATIENCE.toMillis());
        startBroker(whole());
    }

    private static BrokerProcess.Plan whole() {
        return BrokerProcess.Plan.of("start")
                .with("BROKER_DATA_DIR", data.resolve("broker"))
                .with("WORKER_BASE_URL", worker.url())
                .with("BROKER_QUEUE_LIMIT", 3)
                .with("BROKER_LEASE", "3s")
                .with("BROKER_DISPATCH_DELIVERIESMAX", 1)
                .with("BROKER_CALLBACK_RETRY_SCHEDULE", "0s,1s")
                .with("BROKER_HEALTH_STUCKAFTER", "2s");
    }

    private static void startBroker(BrokerProcess.Plan plan) {
        broker = plan.with("REDIS_URL", redis.url()).start();
        client = broker.client();
        console = new Console(chromium.page(ColorScheme.LIGHT, 1360, 900), broker.port());
        console.logIn();
    }

    @AfterAll
    static void stop() {
        chromium.close();
        worker.close();
        broker.close();
        redisClient.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        redis.kill();
    }

    @Test
    @Order(1)
    void oneConversationIsStuck() {
        Signs signs = new Signs(
                () -> console.shows("/conversations?state=stuck&head_for=2", "tbody tr", "stuck", "running"),
                () -> commandSays(
                        List.of("explain", BrokerClient.ORG + "/stuck"),
                        ANY_STATUS,
                        "is running",
                        "1 message waits behind it"),
                () -> meter("broker_lane_head_age_seconds{lane=\"messages\"", age -> age > 2),
                () -> health(json -> reasons(json).contains("stood still")));
        signs.areAbsent();

        send("stuck", StubWorker.HELD);
        send("stuck", "behind");

        signs.appear();
    }

    @Test
    @Order(2)
    void aQueueIsFull() {
        Signs signs = new Signs(
                () -> console.shows(
                        "/conversation/user:" + BrokerClient.ORG + ":stuck", ".explain", "3 messages wait behind it"),
                () -> commandSays(
                        List.of("queue", "--org", BrokerClient.ORG, "--user", "stuck"),
                        ANY_STATUS,
                        "3 messages wait behind it"),
                () -> meter("broker_messages_refused_total{code=\"queue_full\"", refused -> refused >= 1),
                () -> health(json -> json.path("queued_messages").asInt() >= 3));
        signs.areAbsent();

        // One runs, one waits already.
        send("stuck", "3");
        send("stuck", "4");
        assertThat(client.post(message("stuck", "5"), "Prefer", "respond-async").status())
                .isEqualTo(429);

        signs.appear();
        worker.release(1);
        await().atMost(PATIENCE).until(() -> client.queueLength("stuck") == 0);
    }

    @Test
    @Order(3)
    void everythingIsPaused() {
        Signs signs = new Signs(
                () -> console.shows("/overview", ".verdict", "Everything is paused."),
                () -> commandSays(List.of("status"), 1, "paused", "a drill"),
                () -> meter("broker_lane_pauses{lane=\"messages\"", pauses -> pauses > 0),
                () -> health(json -> reasons(json).contains("everything is paused")));
        signs.areAbsent();

        assertThat(run("pause", "--all", "--reason", "a drill").status()).isZero();

        signs.appear();
        assertThat(run("resume", "--all").status()).isZero();
    }

    /** It costs each dispatcher that takes it its life; here one may die of it. */
    @Test
    @Order(4)
    void aMessageIsPoison() {
        Signs signs = new Signs(
                () -> console.shows("/dead-letters", "tbody tr", "poisoned", "poison_message"),
                () -> commandSays(List.of("dead-letters"), ANY_STATUS, "poisoned", "poison_message"),
                () -> meter("broker_lane_dead{lane=\"messages\"", dead -> dead == 1),
                () -> health(json -> json.path("dead_letters").asInt() == 1));
        signs.areAbsent();

        send("poisoned", StubWorker.HELD);
        await().atMost(PATIENCE).until(() -> worker.calls().stream().anyMatch(call -> call.user.equals("poisoned")));
        broker.kill();
        worker.release(1);
        startBroker(whole());

        signs.appear();
    }

    @Test
    @Order(5)
    void aCallbackEndpointIsDead() {
        Signs signs = new Signs(
                () -> console.shows("/dead-letters?lane=callbacks", "tbody tr", "called"),
                () -> commandSays(List.of("dead-letters", "--lane", "callbacks"), ANY_STATUS, "called"),
                () -> meter("broker_callbacks_seconds_count{outcome=\"unreached\"", posts -> posts >= 2),
                () -> health(json -> json.path("dead_letters").asInt() == 2));
        signs.areAbsent();

        int nobody = FreePort.any();
        client.post(message("called", "back").put("callback_url", "http://127.0.0.1:" + nobody + "/cb"));

        signs.appear();
    }

    @Test
    @Order(6)
    void redisIsSlow() throws InterruptedException {
        Signs signs = new Signs(
                () -> console.shows("/overview", ".verdict", "Redis is slow"),
                () -> commandSays(List.of("status"), ANY_STATUS, "slow"),
                () -> meter("broker_redis_latency_seconds_max", slowest -> slowest > 1),
                () -> health(json -> reasons(json).contains("slow")));
        signs.areAbsent();

        AtomicBoolean over = new AtomicBoolean();
        Thread slowing = Thread.ofVirtual().start(() -> {
            while (!over.get()) {
                redisConnection.sync().clientPause(1200);
            }
        });
        try {
            signs.appear();
        } finally {
            over.set(true);
            slowing.join();
        }
    }

    @Test
    @Order(7)
    void redisHasNoMemoryLeft() {
        Signs signs = new Signs(
                () -> console.shows("/overview", ".verdict", "close to the memory at which it refuses writes"),
                () -> commandSays(List.of("status"), 1, "of its memory"),
                () -> meter("broker_redis_memory_max_bytes", most -> most == 1 << 20),
                () -> health(json -> reasons(json).contains("of its memory")));
        signs.areAbsent();

        redisConnection.sync().configSet("maxmemory", "1mb");

        signs.appear();
        assertThat(client.post(message("nobody", "taken"), "Prefer", "respond-async")
                        .status())
                .isEqualTo(503);
        redisConnection.sync().configSet("maxmemory", "0");
    }

    /** A snapshot that cannot be written makes Redis refuse writes (MISCONF), as a full disk does. */
    @Test
    @Order(8)
    void redisCannotWriteToItsDisk() throws IOException {
        Signs signs = new Signs(
                () -> console.shows("/overview", ".verdict", "cannot write to its disk"),
                () -> commandSays(List.of("status"), 1, "disk"),
                () -> meter("broker_redis_disk_failing", failing -> failing == 1),
                () -> health(json -> reasons(json).contains("disk")));
        signs.areAbsent();

        Path folder = data.resolve("taken.rdb");
        Files.createDirectory(folder);
        redisConnection.sync().configSet("save", "3600 1");
        redisConnection.sync().bgsave();
        await().atMost(PATIENCE)
                .until(() -> redisConnection.sync().info("persistence").contains("rdb_last_bgsave_status:err"));

        signs.appear();
        assertThat(client.post(message("nobody", "taken"), "Prefer", "respond-async")
                        .status())
                .isEqualTo(503);
        redisConnection.sync().configSet("save", "");
        Files.delete(folder);
        redisConnection.sync().bgsave();
        await().atMost(PATIENCE)
                .until(() -> redisConnection.sync().info("persistence").contains("rdb_last_bgsave_status:ok"));
    }

    @Test
    @Order(9)
    void theWorkerIsDown() {
        Signs signs = new Signs(
                () -> console.shows("/overview", ".verdict", "The worker does not answer"),
                () -> commandSays(List.of("status"), 1, "circuit to the worker"),
                () -> meter("broker_circuits_open{lane=\"messages\"", open -> open == 1)
                        && meter("broker_holders_ailing{lane=\"messages\"", ailing -> ailing == 1),
                () -> health(json -> !json.path("worker_connected").asBoolean(true)));
        signs.areAbsent();

        worker.close();
        for (int user = 0; user < 12; user++) {
            send("down-" + user, "anybody there?");
        }

        signs.appear();
    }

    @Test
    @Order(10)
    void nobodyDispatchesAndNobodyDelivers() {
        Signs signs = new Signs(
                () -> console.shows("/overview", ".verdict", "No dispatcher is alive", "No deliverer is alive"),
                () -> commandSays(List.of("status"), 1, "no dispatcher", "no deliverer"),
                () -> meter("broker_holders{lane=\"messages\"", alive -> alive == 0)
                        && meter("broker_holders{lane=\"callbacks\"", alive -> alive == 0),
                () -> health(json -> json.path("dispatchers").asInt(-1) == 0
                        && json.path("deliverers").asInt(-1) == 0));
        signs.areAbsent();

        broker.kill();
        startBroker(BrokerProcess.Plan.of("ingest-api"));

        signs.appear();
    }

    @Test
    @Order(11)
    void redisIsDown() {
        Signs signs = new Signs(
                () -> console.shows("/overview", ".lost", "Redis does not answer"),
                () -> commandSays(List.of("status"), 1, "unhealthy"),
                () -> meter("broker_redis_up", up -> up == 0),
                () -> health(json -> json.path("status").asText().equals("unhealthy")));
        signs.areAbsent();

        redis.kill();

        signs.appear();
        assertThat(client.get("/api/v1/operator/overview").status()).isEqualTo(503);
    }

    /** Its meters and its health then tell by their absence; Prometheus makes {@code up == 0} of it. */
    @Test
    @Order(12)
    void theBrokerIsDown() {
        Signs signs = new Signs(
                () -> console.shows("/overview", ".lost", "Connection lost"),
                () -> commandSays(List.of("status"), 3, "expected: a running broker"),
                () -> refused("/actuator/prometheus", broker.managementPort()),
                () -> refused("/health", broker.port()));
        signs.areAbsent();

        broker.kill();

        signs.appear();
    }

    /**
     * Where an operator may look, each with whether a bad state is told there now. To be absent before it has come: a check that
     * always holds proves nothing.
     */
    private record Signs(
            BooleanSupplier console, BooleanSupplier command, BooleanSupplier meters, BooleanSupplier health) {

        void areAbsent() {
            all((where, told) -> await("no sign yet: " + where)
                    .atMost(PATIENCE)
                    .pollInSameThread()
                    .until(() -> !told.getAsBoolean()));
        }

        void appear() {
            all((where, told) -> await("a sign: " + where)
                    .atMost(PATIENCE)
                    .pollInSameThread()
                    .until(told::getAsBoolean));
        }

        private void all(BiConsumer<String, BooleanSupplier> look) {
            look.accept("the console", console);
            look.accept("the command line", command);
            look.accept("the meters", meters);
            look.accept("the health", health);
        }
    }

    private static String send(String user, String text) {
        BrokerClient.Answer answer = client.post(message(user, text), "Prefer", "respond-async");
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(202);
        return answer.messageId();
    }

    private static boolean health(Predicate<JsonNode> expected) {
        return expected.test(client.get("/health").body());
    }

    private static String reasons(JsonNode health) {
        return health.path("reasons").toString();
    }

    /** Any of the meter's values, by the beginning of its line. */
    private static boolean meter(String line, DoublePredicate expected) {
        return ask("/actuator/prometheus", broker.managementPort())
                .orElse("")
                .lines()
                .filter(told -> told.startsWith(line))
                .mapToDouble(told -> Double.parseDouble(told.substring(told.lastIndexOf(' ') + 1)))
                .anyMatch(expected);
    }

    private static boolean refused(String path, int port) {
        return ask(path, port).isEmpty();
    }

    /** Empty if nobody listens there. */
    private static Optional<String> ask(String path, int port) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .build();
            return Optional.of(
                    HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body());
        } catch (IOException nobody) {
            return Optional.empty();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(hurried);
        }
    }

    /** @param status that it ends with, or {@link #ANY_STATUS} */
    private static boolean commandSays(List<String> arguments, int status, String... words) {
        CommandRun told = run(arguments.toArray(String[]::new));
        return (status == ANY_STATUS || told.status() == status)
                && List.of(words).stream().allMatch((told.out() + told.err())::contains);
    }

    private static CommandRun run(String... arguments) {
        return CommandRun.against(broker.port(), arguments);
    }
}
