package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.unfoldingword.broker.lane.LaneFixture;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;

/** Who may do what, with a key file on a real server and a real Redis. */
class CallersTest {

    private static final String KEYS = """
            {"keys":[
              {"id":"web", "key":"brk_web_0123456789", "scopes":["submit","read"],
               "client_ids":["web"], "orgs":["acme"], "default_delivery":"async"},
              {"id":"chat", "key":"brk_chat_0123456789", "scopes":["submit","read"],
               "client_ids":["whatsapp","telegram"], "orgs":["acme","other"]},
              {"id":"rival", "key":"brk_rival_0123456789", "scopes":["submit","read"],
               "client_ids":["*"], "orgs":["rival"]},
              {"id":"hashed", "scopes":["submit"], "client_ids":["*"], "orgs":["acme"],
               "key_hash":"sha256:8beb3e097a0cf36c00c6101439f7d9391cc7d72366abaf96d3ea45b6008d6f77"},
              {"id":"slow", "key":"brk_slow_0123456789", "scopes":["submit"], "client_ids":["*"], "orgs":["acme"],
               "rate":1},
              {"id":"reader", "key":"brk_reader_0123456789", "scopes":["read"], "client_ids":["*"], "orgs":["*"]},
              {"id":"ops", "key":"brk_ops_0123456789", "scopes":["operate"], "client_ids":["*"], "orgs":["*"]}
            ]}""";
    private static final String WEB = "brk_web_0123456789";
    private static final String CHAT = "brk_chat_0123456789";
    private static final String RIVAL = "brk_rival_0123456789";
    /** The broker knows only its hash. */
    private static final String HASHED = "brk_hashed_0123456789";

    private static final String SLOW = "brk_slow_0123456789";
    private static final String READER = "brk_reader_0123456789";
    private static final String OPS = "brk_ops_0123456789";

    @TempDir
    private static Path directory;

    private static LaneFixture lane;
    private static IngestServer server;

    @BeforeAll
    static void serve() throws IOException {
        Path file = Files.writeString(directory.resolve("keys.json"), KEYS);
        lane = new LaneFixture();
        server = IngestServer.on(
                lane.url(),
                Map.of("broker.access.api-keys-file", file.toString(), "broker.ingest.default-org", "other"));
    }

    @AfterAll
    static void stop() {
        server.close();
        lane.close();
    }

    @Test
    void showsAnOperatorNothingThatAnybodySaid() {
        assertThat(server.get("/api/v1/operator/overview", OPS).status()).isEqualTo(200);
        assertThat(server.get("/api/v1/operator/messages/any/content", OPS).status())
                .isEqualTo(403);
    }

    @Test
    void letsAnOperatorCancelAnybodysMessage() {
        String id =
                post(WEB, "acme", "web", "unwanted").json().path("message_id").asText();
        String path = "/api/v1/operator/messages/" + id + "/cancel";

        assertThat(server.post(path, WEB, "{}", "", "").status()).isEqualTo(403);
        IngestServer.Answer cancelled = server.post(path, OPS, "{}", "", "");

        assertThat(cancelled.status()).isEqualTo(200);
        assertThat(cancelled.json().path("status").asText()).isEqualTo("cancelled");
        assertThat(server.get("/api/v1/message/" + id, WEB)
                        .json()
                        .path("status")
                        .asText())
                .isEqualTo("cancelled");
    }

    /** It was accepted, and its callbacks failed until they were dead letters. */
    @Test
    void refusesToCallBackLikeTheWorkerWithAKeyThatItDoesNotHave() {
        String request = """
                {"client_id":"web","user_id":"called-back","org":"acme","message":"hi","message_key":"1",
                 "progress_callback_url":"http://127.0.0.1:1/cb"}""";

        IngestServer.Answer refused = server.post("/api/v1/chat/callback", HASHED, request, "", "");

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.json().path("error").asText()).contains("callback_token");
        assertThat(server.post("/api/v1/chat/callback", WEB, request, "", "").status())
                .isEqualTo(202);
    }

    @Test
    void refusesAKeyThatSendsMoreThanItMay() {
        String body = "{\"org_id\":\"acme\",\"user_id\":\"hasty\",\"client_id\":\"web\",\"message\":\"hi\"}";
        List<IngestServer.Answer> answers = new ArrayList<>();
        for (int i = 0; i < 50 && answers.stream().noneMatch(answer -> answer.status() == 429); i++) {
            answers.add(server.post("/api/v1/message", SLOW, body, "Prefer", "respond-async"));
        }

        IngestServer.Answer refused = answers.getLast();
        assertThat(answers.getFirst().status()).isEqualTo(202);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.json().path("code").asText()).isEqualTo("rate_limited");
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        assertThat(server.post("/api/v1/message", WEB, body, "Prefer", "respond-async")
                        .status())
                .as("another key's")
                .isEqualTo(202);
    }

    @Test
    void takesTheKeyInEitherHeader() {
        assertThat(server.getWith("/api/v1/queue/ann", "X-API-Key", WEB).status())
                .isEqualTo(200);
        assertThat(server.getWith("/api/v1/queue/ann", "Authorization", "Bearer " + WEB)
                        .status())
                .isEqualTo(200);
        assertThat(server.getWith("/api/v1/queue/ann", "authorization", "bearer " + WEB)
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "X-API-Key,     brk_web_0123456780",
        "X-API-Key,     ''",
        "Authorization, Basic brk_web_0123456789",
        "Authorization, Bearer",
        "X-Other,       brk_web_0123456789"
    })
    void refusesWhoeverShowsNoKnownKey(String header, String value) {
        IngestServer.Answer answer = server.getWith("/api/v1/queue/ann", header, value);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.json().path("code").asText()).isEqualTo("unauthorized");
        assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.text()).doesNotContain("brk_");
    }

    /** Also paths that nothing serves, and spellings that mean a guarded path. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/message/x",
                "/api/v1/operator/overview",
                "/nowhere",
                "/actuator/health",
                "//api/v1/queue/ann",
                "/%61pi/v1/queue/ann",
                "/api;a=b/v1/queue/ann",
                "/health/../api/v1/queue/ann",
                "/docs/..;/api/v1/queue/ann",
                "/console/..%2fapi/v1/queue/ann",
                "/console/%2e%2e%2fapi/v1/queue/ann",
                "/console%2fapi/v1/queue/ann",
                "/docs%2F..%2Fapi/v1/queue/ann",
                "/api/v1/queue/..%2f..%2f..%2fhealth",
                "/api%2fv1/queue/ann",
                "/health/",
                "/HEALTH"
            })
    void opensNothingButHealthDocsAndConsoleWithoutAKey(String path) {
        assertThat(server.getWithoutKey(path).status()).isIn(400, 401);
    }

    @Test
    void showsTheQueueOfAUserWhoseIdHasASlash() {
        assertThat(post(WEB, "acme", "web", "church/ann").status()).isEqualTo(202);
        IngestServer.Answer queue = server.get("/api/v1/queue/church%2Fann", WEB);
        assertThat(queue.status()).isEqualTo(200);
        assertThat(queue.json().path("user_id").asText()).isEqualTo("church/ann");
        assertThat(queue.json().path("queue_length").asInt()).isEqualTo(1);
    }

    @Test
    void refusesAnEscapedSlashAnywhereElse() {
        IngestServer.Answer answer = server.get("/api/v1/message/a%2Fb", WEB);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("code").asText()).isEqualTo("invalid_path");
    }

    @Test
    void opensHealthWithoutAKey() {
        assertThat(server.getWithoutKey("/health").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {READER, OPS})
    void refusesASubmissionWithoutTheScope(String key) {
        forbidden(post(key, "acme", "web", "ann"), "scope_missing", Optional.empty());
    }

    @Test
    void refusesEachReadingWithoutItsScope() {
        forbidden(server.get("/api/v1/queue/ann?org_id=acme", OPS), "scope_missing", Optional.empty());
        forbidden(server.get("/api/v1/operator/overview", READER), "scope_missing", Optional.empty());
        assertThat(server.get("/api/v1/operator/overview", OPS).status()).isEqualTo(200);
    }

    @Test
    void refusesAnOrgAndAClientThatTheKeyMayNotName() {
        forbidden(post(WEB, "rival", "web", "ann"), "org_forbidden", Optional.of("org_id"));
        forbidden(post(WEB, "acme", "whatsapp", "ann"), "client_forbidden", Optional.of("client_id"));
        assertThat(queueLength("/api/v1/queue/ann?org_id=acme", WEB))
                .as("nothing was accepted")
                .isZero();
    }

    @Test
    void hidesMessagesAndQueuesOfAnotherOrgOrClient() {
        String id = post(WEB, "acme", "web", "bob").json().path("message_id").asText();
        String path = "/api/v1/message/" + id;
        assertThat(server.get(path, WEB).status()).isEqualTo(200);
        assertThat(server.get(path, READER).status()).isEqualTo(200);

        IngestServer.Answer hidden = server.get(path, RIVAL);
        assertThat(hidden.status()).isEqualTo(404);
        assertThat(hidden.text())
                .isEqualTo(server.get("/api/v1/message/nothing", RIVAL).text());
        assertThat(server.get(path + "?wait=60", RIVAL).status())
                .as("without waiting")
                .isEqualTo(404);
        assertThat(server.get(path, CHAT).status()).as("another client's").isEqualTo(404);

        assertThat(queueLength("/api/v1/queue/bob?org_id=acme", WEB)).isEqualTo(1);
        assertThat(server.get("/api/v1/queue/bob?org_id=acme", RIVAL).status()).isEqualTo(404);
    }

    @Test
    void hidesAnotherClientsMessagesInTheStreamOfAConversation() {
        String hidden =
                post(WEB, "acme", "web", "fay").json().path("message_id").asText();
        String seen = server.post(
                        "/api/v1/message",
                        CHAT,
                        "{\"user_id\":\"fay\",\"org_id\":\"acme\",\"client_id\":\"whatsapp\",\"message\":\"hi\"}",
                        "Prefer",
                        "respond-async")
                .json()
                .path("message_id")
                .asText();

        String told = server.stream("/api/v1/stream?user_id=fay&org_id=acme", CHAT, seen);

        assertThat(told).contains(seen).doesNotContain(hidden);
    }

    @Test
    void takesTheKeysOnlyOrgElseTheBrokersDefaultElseNone() {
        assertThat(post(WEB, "", "web", "cyd").status()).isEqualTo(202);
        assertThat(queueLength("/api/v1/queue/cyd", WEB)).isEqualTo(1);
        assertThat(queueLength("/api/v1/queue/cyd?org_id=acme", READER)).isEqualTo(1);

        String async = "{\"user_id\":\"dan\",\"client_id\":\"whatsapp\",\"message\":\"hi\"}";
        assertThat(server.post("/api/v1/message", CHAT, async, "Prefer", "respond-async")
                        .status())
                .isEqualTo(202);
        assertThat(queueLength("/api/v1/queue/dan?org_id=other", READER)).isEqualTo(1);
    }

    @Test
    void answersAtOnceWhereTheKeysDefaultSaysSo() {
        IngestServer.Answer queued = post(WEB, "acme", "web", "eve");

        assertThat(queued.status()).isEqualTo(202);
        assertThat(queued.json().path("status").asText()).isEqualTo("queued");
    }

    @ParameterizedTest
    @CsvSource({CHAT + ", whatsapp, ''", WEB + ", web, wait=60"})
    void holdsARequestUnlessItsKeysDefaultSaysOtherwiseAndItDoesNot(String key, String client, String prefer) {
        Conversation held = Conversation.ofUser("acme", "held-" + client);
        String body = "{\"org_id\":\"acme\",\"user_id\":\"held-" + client + "\",\"client_id\":\"" + client
                + "\",\"message\":\"hi\"}";
        CompletableFuture<IngestServer.Answer> answer = CompletableFuture.supplyAsync(
                () -> server.post("/api/v1/message", key, body, prefer.isEmpty() ? "" : "Prefer", prefer),
                Thread::startVirtualThread);
        List<MessageId> waiting = await().until(() -> lane.waiting(held), ids -> !ids.isEmpty());

        server.post("/api/v1/operator/messages/" + waiting.getFirst() + "/cancel", OPS, "{}", "", "");

        assertThat(answer.join().status()).isEqualTo(502);
        assertThat(answer.join().json().path("code").asText()).isEqualTo("cancelled");
    }

    @Test
    void everyEndpointNamesTheRightThatItNeedsOrIsOpen() {
        RequestMappingHandlerMapping mapping = server.bean(RequestMappingHandlerMapping.class);
        assertThat(mapping.getHandlerMethods()).isNotEmpty().allSatisfy((info, method) -> {
            boolean ours = method.getBeanType().getName().startsWith("org.unfoldingword.");
            boolean open = info.getPatternValues().stream().noneMatch(pattern -> pattern.startsWith("/api/"));
            assertThat(!ours || open || names(method)).as(info + " " + method).isTrue();
        });
    }

    private static boolean names(HandlerMethod method) {
        return RightsCheck.neededBy(method).isPresent();
    }

    private static IngestServer.Answer post(String key, String org, String client, String user) {
        String orgMember = org.isEmpty() ? "" : "\"org_id\":\"" + org + "\",";
        return server.post(
                "/api/v1/message",
                key,
                "{" + orgMember + "\"user_id\":\"" + user + "\",\"client_id\":\"" + client + "\",\"message\":\"hi\"}",
                "",
                "");
    }

    private static int queueLength(String path, String key) {
        return server.get(path, key).json().path("queue_length").asInt();
    }

    private static void forbidden(IngestServer.Answer answer, String code, Optional<String> field) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(403);
        assertThat(answer.json().path("code").asText()).isEqualTo(code);
        assertThat(answer.json().path("field").isMissingNode()).isEqualTo(field.isEmpty());
        field.ifPresent(name -> assertThat(answer.json().path("field").asText()).isEqualTo(name));
    }
}
