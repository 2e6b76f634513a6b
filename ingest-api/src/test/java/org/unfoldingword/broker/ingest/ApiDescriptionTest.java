package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.unfoldingword.broker.lane.LaneFixture;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;

/** The description is of the server that runs: the same routes, and answers of the shapes that it promises. */
class ApiDescriptionTest {

    private static final Conversation ANN = Conversation.ofUser("acme", "ann");
    private static final String API = "/api/v1/operator";
    /** Pages for people, and the description itself. */
    private static final Set<String> NOT_DESCRIBED = Set.of("/public", "/docs", "/console", "/v3/api-docs", "/error");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

    private final IngestServer server = IngestServer.shared();
    private final JsonNode api = server.getWithoutKey("/v3/api-docs").json();
    private final LaneFixture lane = new LaneFixture();

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void isOpenApi31() {
        assertThat(api.path("openapi").asText()).startsWith("3.1");
        assertThat(api.path("components")
                        .path("securitySchemes")
                        .path("apiKey")
                        .path("name")
                        .asText())
                .isEqualTo("X-API-Key");
    }

    @Test
    void hasTheRoutesOfTheServerAndNoOthers() {
        Set<String> described = new TreeSet<>();
        api.path("paths").properties().forEach(path -> path.getValue()
                .fieldNames()
                .forEachRemaining(method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));

        assertThat(described).containsExactlyInAnyOrderElementsOf(served());
    }

    @Test
    void describesEveryRoute() {
        api.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    JsonNode described = operation.getValue();
                    assertThat(described.path("summary").asText())
                            .as(path.getKey())
                            .isNotBlank();
                    assertThat(described.path("responses")).as(path.getKey()).isNotEmpty();
                    boolean open = described.path("security").isArray();
                    assertThat(described.path("responses").has("401"))
                            .as(operation.getKey() + " " + path.getKey() + " says what a wrong key gets")
                            .isEqualTo(!open);
                }));
    }

    @Test
    void hasNoReferenceIntoTheVoid() {
        api.findValues("$ref").forEach(reference -> assertThat(
                        api.at(reference.asText().substring(1)).isMissingNode())
                .as(reference.asText())
                .isFalse());
    }

    @Test
    void tellsTheShapesOfAnswers() {
        MessageId dead = lane.dead(Conversation.ofUser("acme", "bob"), "dead");
        MessageId answered = lane.appendWithCallback(ANN, "answered");
        lane.drain();
        lane.loseCallback("410 Gone");
        lane.append(ANN, "delayed");
        lane.retryIn(lane.take(), Duration.ofHours(1));
        lane.append(ANN, "waiting");
        lane.appendWithCallback(Conversation.ofUser("acme", "eve"), "to be called back");
        lane.answer(lane.take());
        server.post(API + "/pause", "{\"org_id\":\"other\",\"reason\":\"a test\"}");

        check("/health", "/health");
        check("/api/v1/message/{messageId}", "/api/v1/message/" + answered);
        check("/api/v1/message/{messageId}", "/api/v1/message/" + dead);
        check("/api/v1/queue/{userId}", "/api/v1/queue/ann?org_id=acme");
        check(API + "/overview", API + "/overview");
        check(API + "/conversations", API + "/conversations");
        check(API + "/conversations", API + "/conversations?lane=callbacks&limit=1");
        check(API + "/conversations/{conversation}", API + "/conversations/user:acme:ann");
        check(API + "/conversations/{conversation}", API + "/conversations/user:acme:eve");
        check(API + "/pending", API + "/pending");
        check(API + "/messages/{messageId}", API + "/messages/" + answered);
        check(API + "/messages/{messageId}", API + "/messages/" + dead);
        check(API + "/dead-letters", API + "/dead-letters");
        check(API + "/dead-letters", API + "/dead-letters?lane=callbacks");
        check(API + "/pauses", API + "/pauses");
        check(API + "/audit", API + "/audit");
        check(API + "/actions", API + "/actions");
        post(API + "/dead-letters/redrive", "{\"all\":true,\"dry_run\":true}");
        post(API + "/dead-letters/drop", "{\"message_ids\":[\"" + dead + "\"]}");
        post(API + "/pause", "{\"all\":true,\"dry_run\":true}");
        post(API + "/resume", "{\"org_id\":\"other\"}");
        MessageId unwanted = lane.append(Conversation.ofUser("acme", "kim"), "unwanted");
        post(API + "/messages/" + unwanted + "/cancel", API + "/messages/{messageId}/cancel", "{}");
        post(API + "/erase", "{\"org_id\":\"acme\",\"user_id\":\"ann\"}");
        conforms(
                "POST /api/v1/message",
                api.at("/paths/~1api~1v1~1message/post"),
                server.post("/api/v1/message", "{\"org_id\":\"acme\"}"));
        conforms(
                "GET an unknown message",
                operation("/api/v1/message/{messageId}", "get"),
                server.get("/api/v1/message/nonsense"));
        conforms("GET without a key", operation(API + "/overview", "get"), server.getWithoutKey(API + "/overview"));
    }

    @Test
    void isBrowsableWithoutAnythingInline() {
        IngestServer.Answer page = server.getWithoutKey("/docs");
        assertThat(page.status()).isEqualTo(200);
        // Of several, a browser keeps to each: the one that allows nothing went with the one that allows the page's
        // own.
        assertThat(page.headers().allValues("Content-Security-Policy"))
                .singleElement()
                .asString()
                .contains("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'")
                .doesNotContain("unsafe");
        assertThat(page.text()).contains("/docs/docs.js").doesNotContain("<style", "style=", "onclick", "http");
        assertThat(server.getWithoutKey("/docs/docs.js").headers().firstValue("Content-Type"))
                .contains("text/javascript");
        assertThat(server.getWithoutKey("/docs/docs.css").status()).isEqualTo(200);
        assertThat(server.getWithoutKey("/docs/openapi.yaml").status()).isEqualTo(404);
    }

    private void check(String path, String request) {
        conforms("GET " + request, operation(path, "get"), server.get(request));
    }

    private void post(String path, String body) {
        post(path, path, body);
    }

    private void post(String request, String path, String body) {
        IngestServer.Answer answer = server.post(request, body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        conforms("POST " + request, operation(path, "post"), answer);
    }

    /** The answer has a status that the operation names, and the shape that it names for it. */
    private void conforms(String what, JsonNode operation, IngestServer.Answer answer) {
        JsonNode response = operation.path("responses").path(Integer.toString(answer.status()));
        assertThat(response.isMissingNode())
                .as(what + " answered " + answer.status() + ", which is not described: " + answer.text())
                .isFalse();
        JsonNode told =
                response.has("$ref") ? api.at(response.path("$ref").asText().substring(1)) : response;
        String type = answer.headers().firstValue("Content-Type").orElse("").split(";", 2)[0];
        JsonNode schema = told.path("content").path(type).path("schema");
        assertThat(schema.isMissingNode()).as(what + ": no schema for " + type).isFalse();
        ObjectNode whole = JSON.createObjectNode();
        whole.set("components", api.path("components"));
        whole.putArray("allOf").add(schema);
        JsonSchema check = SCHEMAS.getSchema(whole);
        assertThat(check.validate(answer.json()))
                .as(what + ": " + answer.text())
                .isEmpty();
    }

    private JsonNode operation(String path, String method) {
        return api.path("paths").path(path).path(method);
    }

    private Set<String> served() {
        Set<String> routes = new TreeSet<>();
        server.bean(RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .keySet()
                .forEach(mapping -> {
                    for (String path : mapping.getPatternValues()) {
                        if (NOT_DESCRIBED.stream()
                                .noneMatch(page -> path.equals(page)
                                        || path.startsWith(page + "/")
                                        || path.startsWith(page + "."))) {
                            mapping.getMethodsCondition()
                                    .getMethods()
                                    .forEach(method -> routes.add(method + " " + path));
                        }
                    }
                });
        return routes;
    }
}
