package org.unfoldingword.broker.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.callback.SigningSecret;
import org.unfoldingword.broker.callback.WebhookSignature;
import org.unfoldingword.broker.launcher.CallbackReceiver.Behaviour;
import org.unfoldingword.broker.message.Json;

class CallbackReceiverTest {

    private static final Instant NOW = Instant.parse("2026-11-24T06:00:00Z");
    private static final String BODY =
            "{\"status\":\"completed\",\"user_id\":\"ann\",\"responses\":[\"Hello\\nAnn\",\"Bye\"]}";
    private static final String SECRET = Secret.SIGNING_SECRET.fresh();

    private final StringWriter printed = new StringWriter();
    private final List<Duration> slept = Collections.synchronizedList(new ArrayList<>());
    private final List<CallbackReceiver> receivers = new ArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void end() {
        receivers.forEach(CallbackReceiver::close);
        client.close();
    }

    @Test
    void showsACallbackToPeople() throws Exception {
        CallbackReceiver receiver = receiver(new Behaviour(200, 0, Duration.ZERO), Optional.empty(), /* json= */ false);

        assertThat(post(receiver, Map.of("webhook-id", "msg_1")).statusCode()).isEqualTo(200);

        assertThat(printed.toString().lines().toList())
                .hasSize(4)
                .satisfies(lines -> assertThat(lines.getFirst())
                        .endsWith("completed  ann  msg_1  attempt 1  signature not checked  -> 200"))
                .endsWith("    Hello", "    Ann", "    Bye");
    }

    @Test
    void showsACallbackToScripts() throws Exception {
        CallbackReceiver receiver = receiver(new Behaviour(200, 0, Duration.ZERO), Optional.empty(), /* json= */ true);

        post(receiver, Map.of("webhook-id", "msg_1", "X-Engine-Token", "t"));

        JsonNode line = Json.mapper().readTree(printed.toString());
        assertThat(line.path("webhook_id").asText()).isEqualTo("msg_1");
        assertThat(line.path("attempt").asInt()).isEqualTo(1);
        assertThat(line.path("answered").asInt()).isEqualTo(200);
        assertThat(line.path("engine_token").asBoolean()).isTrue();
        assertThat(line.path("body")).isEqualTo(Json.mapper().readTree(BODY));
    }

    @Test
    void checksSignatures() throws Exception {
        CallbackReceiver receiver = receiver(
                new Behaviour(200, 0, Duration.ZERO), Optional.of(new SignatureCheck(SECRET)), /* json= */ false);

        post(receiver, signed(SECRET));
        post(receiver, signed(Secret.SIGNING_SECRET.fresh()));
        post(receiver, Map.of());

        assertThat(printed.toString())
                .containsSubsequence("signature ok  -> 200", "SIGNATURE WRONG  -> 200", "unsigned  -> 200");
    }

    @Test
    void failsTheFirstAttemptsOfEachCallback() throws Exception {
        CallbackReceiver receiver = receiver(new Behaviour(200, 2, Duration.ZERO), Optional.empty(), /* json= */ false);

        assertThat(post(receiver, Map.of("webhook-id", "one")).statusCode()).isEqualTo(503);
        assertThat(post(receiver, Map.of("webhook-id", "one")).statusCode()).isEqualTo(503);
        assertThat(post(receiver, Map.of("webhook-id", "two")).statusCode()).isEqualTo(503);
        assertThat(post(receiver, Map.of("webhook-id", "one")).statusCode()).isEqualTo(200);
        assertThat(printed.toString()).contains("one  attempt 3");
    }

    @Test
    void failsAndIsSlowAsTold() throws Exception {
        CallbackReceiver receiver =
                receiver(new Behaviour(410, 0, Duration.ofSeconds(5)), Optional.empty(), /* json= */ false);

        assertThat(post(receiver, Map.of()).statusCode()).isEqualTo(410);
        assertThat(slept).containsExactly(Duration.ofSeconds(5));
    }

    @Test
    void takesAnythingThatIsNoJson() throws Exception {
        CallbackReceiver receiver = receiver(new Behaviour(204, 0, Duration.ZERO), Optional.empty(), /* json= */ false);

        HttpRequest request = HttpRequest.newBuilder(URI.create(receiver.url()))
                .POST(HttpRequest.BodyPublishers.ofString("hello"))
                .build();

        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(204);
        assertThat(printed.toString()).contains("attempt 1");
    }

    @Test
    void namesATakenPort() {
        CallbackReceiver receiver = receiver(new Behaviour(200, 0, Duration.ZERO), Optional.empty(), /* json= */ false);
        int taken = URI.create(receiver.url()).getPort();

        assertThatThrownBy(() -> CallbackReceiver.start(
                        taken,
                        new Behaviour(200, 0, Duration.ZERO),
                        Optional.empty(),
                        new CallbackPrinter(new PrintWriter(printed), /* json= */ false),
                        slept::add,
                        () -> NOW))
                .isInstanceOf(StartFailure.class)
                .hasMessageStartingWith("--port: " + taken + ": ");
    }

    private CallbackReceiver receiver(Behaviour behaviour, Optional<SignatureCheck> signatures, boolean json) {
        CallbackPrinter printer = new CallbackPrinter(new PrintWriter(printed), json);
        CallbackReceiver receiver = CallbackReceiver.start(0, behaviour, signatures, printer, slept::add, () -> NOW);
        receivers.add(receiver);
        return receiver;
    }

    private HttpResponse<String> post(CallbackReceiver receiver, Map<String, String> headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(receiver.url())).POST(HttpRequest.BodyPublishers.ofString(BODY));
        headers.forEach(request::header);
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static Map<String, String> signed(String secret) {
        return new WebhookSignature(List.of(SigningSecret.of(secret))).sign("msg_1", NOW, BODY.getBytes(UTF_8));
    }
}
