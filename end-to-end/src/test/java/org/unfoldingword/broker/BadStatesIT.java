package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.unfoldingword.broker.BrokerClient.message;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import redis.embedded.RedisServer;

/**
 * Twelve ways in which the broker fares badly. Each must be told by all four that an operator may ask: the API that the console
 * shows, the command line, the meters and the health. What cannot be undone comes last.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BadStatesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    static Path data;

    private static int redisPort;
    private static RedisServer redis;
    private static RedisClient redisClient;
    private static StatefulRedisConnection<String, String> redisConnection;
    private static StubWorker worker;
    private static BrokerProcess broker;
    private static BrokerClient client;

    @BeforeAll
    static void start() throws IOException {
        redisPort = BrokerProcess.freePort();
        redis = RedisServer.newRedisServer()
                .port(redisPort)
                .setting("bind 127.0.0.1")
                .setting("dir " + data)
                .setting("save \"\"")
                .setting("dbfilename taken.rdb")
                .build();
        redis.start();
        redisClient = RedisClient.create("redis://127.0.0.1:" + redisPort);
        redisConnection = redisClient.connect();
        worker = StubWorker.answeringWithin(5, 35);
        broker = BrokerProcess.Plan.of("start")
                .with("BROKER_DATA_DIR", data.resolve("broker"))
                .with("REDIS_URL", "redis://127.0.0.1:" + redisPort)
                .with("WORKER_BASE_URL", worker.url())
                .with("BROKER_QUEUE_LIMIT", 3)
                .with("BROKER_LEASE", "3s")
                .with("BROKER_CALLBACK_RETRY_SCHEDULE", "0s,1s")
                .with("BROKER_HEALTH_STUCKAFTER", "2s")
                .start();
        client = broker.client();
    }

    @AfterAll
    static void stop() throws IOException {
        worker.close();
        broker.close();
        redisClient.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        redis.stop();
    }

    @Test
    @Order(1)
    void oneConversationIsStuck() {
        send("stuck", StubWorker.HELD);
        send("stuck", "behind");

        told(
                "the conversation's explanation",
                () -> overview("/conversations?state=stuck&head_for=2"),
                json -> json.toString().contains(":stuck"));
        command(List.of("explain", BrokerClient.ORG + "/stuck"), -1, "is running", "1 message waits behind it");
        meter("broker_lane_head_age_seconds{lane=\"messages\"", age -> age > 2);
        health(json -> reasons(json).contains("stood still"));
    }

    @Test
    @Order(2)
    void aQueueIsFull() {
        // One runs, one waits already.
        send("stuck", "3");
        send("stuck", "4");
        assertThat(client.post(message("stuck", "5"), "Prefer", "respond-async").status())
                .isEqualTo(429);

        told(
                "its length",
                () -> overview("/conversations?search=stuck"),
                json -> json.path("conversations").path(0).path("length").asInt() == 4);
        command(List.of("queue", "--org", BrokerClient.ORG, "--user", "stuck"), -1, "waiting");
        meter("broker_messages_refused_total{code=\"queue_full\"", refused -> refused >= 1);
        health(json -> json.path("queued_messages").asInt() >= 3);
        worker.release(1);
        await().atMost(PATIENCE).until(() -> client.queueLength("stuck") == 0);
    }

    @Test
    @Order(3)
    void everythingIsPaused() {
        assertThat(run("pause", "--all", "--reason", "a drill").status()).isZero();

        told("the pause", () -> overview("/overview"), json -> json.path("pauses")
                .toString()
                .contains("a drill"));
        command(List.of("status"), 1, "paused", "a drill");
        meter("broker_lane_pauses{lane=\"messages\"", pauses -> pauses > 0);
        health(json -> reasons(json).contains("everything is paused"));
        assertThat(run("resume", "--all").status()).isZero();
    }

    @Test
    @Order(4)
    void aMessageIsPoison() {
        String id = send("poisoned", StubWorker.REFUSED);

        told("the dead letter", () -> overview("/dead-letters"), json -> json.toString()
                .contains(id));
        command(List.of("dead-letters"), -1, id, "worker_refused");
        meter("broker_lane_dead{lane=\"messages\"", dead -> dead == 1);
        health(json -> json.path("dead_letters").asInt() == 1);
    }

    @Test
    @Order(5)
    void aCallbackEndpointIsDead() {
        int nobody = BrokerProcess.freePort();
        String id = client.post(message("called", "back").put("callback_url", "http://127.0.0.1:" + nobody + "/cb"))
                .messageId();

        told("the dead letter", () -> overview("/dead-letters?lane=callbacks"), json -> json.toString()
                .contains(id));
        command(List.of("dead-letters", "--lane", "callbacks"), -1, id);
        meter("broker_callbacks_seconds_count{outcome=\"unreached\"", posts -> posts >= 2);
        health(json -> json.path("dead_letters").asInt() == 2);
    }

    @Test
    @Order(6)
    void redisIsSlow() throws InterruptedException {
        AtomicBoolean over = new AtomicBoolean();
        Thread slowing = Thread.ofVirtual().start(() -> {
            while (!over.get()) {
                redisConnection.sync().clientPause(600);
            }
        });
        try {
            told(
                    "its answers",
                    () -> overview("/overview"),
                    json -> json.path("redis").path("answered_in_seconds").asDouble() > 0.25);
            command(List.of("status"), -1, "slow");
            meter("broker_redis_latency_seconds_max", slowest -> slowest > 0.25);
            health(json -> reasons(json).contains("slow"));
        } finally {
            over.set(true);
            slowing.join();
        }
    }

    @Test
    @Order(7)
    void redisHasNoMemoryLeft() {
        redisConnection.sync().configSet("maxmemory", "1mb");

        told(
                "its memory",
                () -> overview("/overview"),
                json -> json.path("redis").path("used_memory_bytes").asLong()
                        > json.path("redis").path("max_memory_bytes").asLong(Long.MAX_VALUE));
        command(List.of("status"), 1, "memory");
        meter("broker_redis_memory_max_bytes", most -> most == 1 << 20);
        health(json -> reasons(json).contains("of its memory"));
        assertThat(client.post(message("nobody", "taken"), "Prefer", "respond-async")
                        .status())
                .isEqualTo(503);
        redisConnection.sync().configSet("maxmemory", "0");
    }

    /** A snapshot that cannot be written makes Redis refuse writes (MISCONF), as a full disk does. */
    @Test
    @Order(8)
    void redisCannotWriteToItsDisk() throws IOException {
        Path folder = data.resolve("taken.rdb");
        Files.createDirectory(folder);
        redisConnection.sync().configSet("save", "3600 1");
        redisConnection.sync().bgsave();
        await().atMost(PATIENCE)
                .until(() -> redisConnection.sync().info("persistence").contains("rdb_last_bgsave_status:err"));

        told("its disk", () -> overview("/overview"), json -> !json.path("redis")
                .path("disk_writes")
                .asBoolean(true));
        command(List.of("status"), 1, "disk");
        meter("broker_redis_disk_failing", failing -> failing == 1);
        health(json -> reasons(json).contains("disk"));
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
        worker.close();
        for (int user = 0; user < 12; user++) {
            send("down-" + user, "anybody there?");
        }

        told("the circuit", () -> overview("/overview"), json -> json.path("dispatchers")
                .toString()
                .contains("circuit-open"));
        command(List.of("status"), 1, "circuit");
        meter("broker_circuits_open{lane=\"messages\"", open -> open == 1);
        meter("broker_holders_ailing{lane=\"messages\"", ailing -> ailing == 1);
        health(json -> !json.path("worker_connected").asBoolean(true));
    }

    @Test
    @Order(10)
    void nobodyDispatchesAndNobodyDelivers() {
        broker.kill();
        broker = BrokerProcess.Plan.of("ingest-api")
                .with("REDIS_URL", "redis://127.0.0.1:" + redisPort)
                .start();
        client = broker.client();

        told(
                "that none is alive",
                () -> overview("/overview"),
                json -> json.path("dispatchers").isEmpty()
                        && json.path("deliverers").isEmpty());
        command(List.of("status"), 1, "no dispatcher", "no deliverer");
        meter("broker_holders{lane=\"messages\"", alive -> alive == 0);
        meter("broker_holders{lane=\"callbacks\"", alive -> alive == 0);
        health(json -> json.path("dispatchers").asInt(-1) == 0
                && json.path("deliverers").asInt(-1) == 0);
    }

    @Test
    @Order(11)
    void redisIsDown() throws IOException {
        redis.stop();

        await().atMost(PATIENCE)
                .until(() -> client.get("/api/v1/operator/overview").status() == 503);
        command(List.of("status"), 1, "unhealthy");
        meter("broker_redis_up", up -> up == 0);
        health(json -> json.path("status").asText().equals("unhealthy"));
    }

    @Test
    @Order(12)
    void theBrokerIsDown() {
        broker.kill();

        assertThat(client.isServing()).isFalse();
        command(List.of("status"), 3, "expected: a running broker");
    }

    private static String send(String user, String text) {
        BrokerClient.Answer answer = client.post(message(user, text), "Prefer", "respond-async");
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(202);
        return answer.messageId();
    }

    private static JsonNode overview(String path) {
        return client.get("/api/v1/operator" + path).body();
    }

    private static void told(String what, java.util.function.Supplier<JsonNode> ask, Predicate<JsonNode> expected) {
        await(what).atMost(PATIENCE).until(ask::get, expected);
    }

    private static void health(Predicate<JsonNode> expected) {
        await("the health").atMost(PATIENCE).until(() -> client.get("/health").body(), expected);
    }

    private static String reasons(JsonNode health) {
        return health.path("reasons").toString();
    }

    /** Any of the meter's values, by the beginning of its line. */
    private static void meter(String line, Predicate<Double> expected) {
        await(line).atMost(PATIENCE).until(() -> scrape().lines()
                .filter(told -> told.startsWith(line))
                .map(told -> Double.valueOf(told.substring(told.lastIndexOf(' ') + 1)))
                .anyMatch(expected));
    }

    private static String scrape() throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + broker.managementPort() + "/actuator/prometheus");
        return HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** @param status that it ends with, or less than 0 for any */
    private static void command(List<String> arguments, int status, String... words) {
        await(String.join(" ", arguments)).atMost(PATIENCE).untilAsserted(() -> {
            CommandRun told = run(arguments.toArray(String[]::new));
            assertThat(told.out() + told.err()).contains(words);
            if (status >= 0) {
                assertThat(told.status()).isEqualTo(status);
            }
        });
    }

    private static CommandRun run(String... arguments) {
        return CommandRun.against(broker.port(), arguments);
    }
}
