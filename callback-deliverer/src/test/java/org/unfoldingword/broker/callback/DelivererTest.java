package org.unfoldingword.broker.callback;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.http.Request;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.unfoldingword.broker.access.Account;
import org.unfoldingword.broker.access.KeyMark;
import org.unfoldingword.broker.http.RawServer;
import org.unfoldingword.broker.lane.Claim;
import org.unfoldingword.broker.lane.Lane;
import org.unfoldingword.broker.lane.LaneFixture;
import org.unfoldingword.broker.lane.MessageRecord;
import org.unfoldingword.broker.lane.Redrive;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.WorkerCallback;
import org.unfoldingword.broker.message.WorkerCallback.Mode;

/** The deliverer as a whole, on a real Redis, with a receiver that says what it is told to. A test plays the dispatcher. */
class DelivererTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Conversation ANN = Conversation.ofUser("acme", "ann");
    private static final String KEY = "brk_test";
    private static final String PARTNER_KEY = "brk_of-the-partner";
    private static final String NEW_KEY = "brk_of-the-partner-new";
    private static final String TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String KEY_FILE = "keys.json";
    private static final String USUAL_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String OWN_SECRET = "whsec_b3duLW93bi1vd24tb3duLW93bi1vd24tb3du";
    private static final String OLD_SECRET = "whsec_b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xk";

    @TempDir
    Path directory;

    @RegisterExtension
    static final WireMockExtension RECEIVER = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort().bindAddress("127.0.0.1"))
            .build();

    private final LaneFixture lane = new LaneFixture();
    private ConfigurableApplicationContext deliverer;
    private int texts;

    @BeforeEach
    void start() throws IOException {
        keyFile();
        deliverer = launch();
    }

    private ConfigurableApplicationContext launch() {
        return launch(Map.of());
    }

    private ConfigurableApplicationContext launch(Map<String, Object> more) {
        SpringApplication application = new SpringApplication(Application.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setBannerMode(Banner.Mode.OFF);
        application.setLogStartupInfo(false);
        Map<String, Object> settings = new HashMap<>(Map.of(
                "broker.redis.url",
                lane.url(),
                "broker.access.api-key",
                KEY,
                "broker.access.api-keys-file",
                directory.resolve(KEY_FILE).toString(),
                "broker.callback.signing-secrets",
                USUAL_SECRET,
                "broker.callback.allowed-hosts",
                "127.0.0.1",
                "broker.callback.retry-schedule",
                "0s,10ms,10ms",
                "broker.callback.worker-retry-schedule",
                "0s,10ms",
                "logging.level.root",
                "WARN"));
        settings.putAll(more);
        application.setDefaultProperties(settings);
        return application.run();
    }

    @AfterEach
    void stop() {
        deliverer.close();
        lane.close();
    }

    @Test
    void postsAnAnswerOnceAndInOrder() {
        says(204);
        List<MessageId> ids = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            ids.add(lane.append(ANN, "text " + i, envelope(url(), Optional.empty())));
        }
        for (int i = 1; i <= 3; i++) {
            lane.answer(lane.take(), "{\"responses\":[\"answer " + i + "\"]}");
        }

        ids.forEach(id -> awaitCallback(id, "delivered"));

        assertThat(posts()).extracting(post -> post.getHeader("webhook-id")).containsExactlyElementsOf(texts(ids));
        assertThat(bodies())
                .extracting(body -> body.path("responses").path(0).asText())
                .containsExactly("answer 1", "answer 2", "answer 3");
        assertThat(bodies().getFirst().path("status").asText()).isEqualTo("completed");
    }

    @Test
    void signsWithTheSecretsOfTheKeyThatHasSome() {
        says(204);
        deliver(envelope(url(), Optional.empty()));
        Request usual = posts().getLast();
        deliver(signedBy("partner"));
        Request own = posts().getLast();

        assertThat(verified(usual, USUAL_SECRET)).isEqualTo(WebhookSignature.Finding.GENUINE);
        assertThat(verified(own, OWN_SECRET)).isEqualTo(WebhookSignature.Finding.GENUINE);
        assertThat(verified(own, OLD_SECRET)).isEqualTo(WebhookSignature.Finding.GENUINE);
        assertThat(verified(own, USUAL_SECRET)).isEqualTo(WebhookSignature.Finding.FORGED);
    }

    private void deliver(Envelope envelope) {
        MessageId id = lane.append(ANN, "text " + ++texts, envelope);
        lane.answer(lane.take());
        awaitCallback(id, "delivered");
    }

    private static WebhookSignature.Finding verified(Request post, String secret) {
        return new WebhookSignature(List.of(SigningSecret.of(secret)))
                .verify(post::getHeader, post.getBody(), Instant.now());
    }

    /** The id of a second result had a full stop in it, which what is signed may not have: no such result was ever posted. */
    @Test
    void postsTheResultOfARedrivenMessageUnderAnIdOfItsOwn() {
        says(204);
        MessageId id = lane.append(ANN, "text", envelope(url(), Optional.empty()));
        lane.fail(lane.take());
        awaitCallback(id, "delivered");

        lane.operations().redrive(Lane.MESSAGES, id, Redrive.Position.HEAD, /* dryRun= */ false);
        lane.answer(lane.take());

        await().untilAsserted(() -> assertThat(posts())
                .extracting(post -> post.getHeader("webhook-id"))
                .containsExactly(id.toString(), id + "_1"));
    }

    /** A callback that was taken without a place to post it was given back, and waited for a second more than it had to. */
    @Test
    void takesNoCallbackForWhichItsEndpointHasNoPlace() {
        RECEIVER.stubFor(
                post(urlEqualTo("/cb")).willReturn(aResponse().withStatus(204).withFixedDelay(20)));
        List<MessageId> ids = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            ids.add(lane.append(Conversation.ofUser("acme", "user-" + i), "text", envelope(url(), Optional.empty())));
        }
        lane.claim(Lane.MESSAGES, ids.size()).forEach(claim -> lane.answer(claim, "{\"responses\":[\"ok\"]}"));

        ids.forEach(id -> awaitCallback(id, "delivered"));

        assertThat(meters().find("broker.lane.settled").tag("verdict", "back").counters())
                .isEmpty();
    }

    /** A callback waited for a connection within its attempt, which was counted, and its receiver was blamed for the wait. */
    @Test
    void postsWhatOthersAskedForWhileOneOrgsReceiversAreSlow() throws Exception {
        deliverer.close();
        deliverer = launch(Map.of("broker.callback.concurrency", "4", "broker.callback.concurrency-per-origin", "1"));
        says(204);
        List<RawServer> slow = new ArrayList<>();
        CountDownLatch over = new CountDownLatch(1);
        try {
            for (int i = 0; i < 6; i++) {
                RawServer receiver = RawServer.answering((out, socket) -> {
                    over.await();
                    throw new IOException("over");
                });
                slow.add(receiver);
                Envelope envelope = LaneFixture.envelope(
                        "slow", "user-" + i, Optional.of("http://127.0.0.1:" + receiver.port() + "/cb"));
                lane.append(Conversation.ofUser("slow", "user-" + i), "text " + i, envelope);
            }
            lane.claim(Lane.MESSAGES, slow.size()).forEach(lane::answer);
            await().atMost(PATIENCE)
                    .until(() -> slow.stream().filter(DelivererTest::wasCalled).count() >= 2);

            MessageId id = lane.append(ANN, "text", envelope(url(), Optional.empty()));
            lane.answer(lane.take());

            assertThat(awaitCallback(id, "delivered").attempts()).isEqualTo(1);
            assertThat(slow.stream().filter(DelivererTest::wasCalled)).hasSize(2);
        } finally {
            over.countDown();
            for (RawServer receiver : slow) {
                receiver.close();
            }
        }
    }

    private static boolean wasCalled(RawServer receiver) {
        return !receiver.requests().isEmpty();
    }

    @Test
    void saysWhyThereIsNoAnswer() {
        says(200);
        MessageId id = lane.append(ANN, "text", envelope(url(), Optional.empty()));
        lane.fail(lane.take());

        awaitCallback(id, "delivered");

        assertThat(bodies().getFirst().path("status").asText()).isEqualTo("error");
        assertThat(bodies().getFirst().path("error_code").asText()).isEqualTo("worker_failed");
    }

    @Test
    void repeatsUnderTheSameIdUntilItIsTaken() {
        RECEIVER.stubFor(post(urlEqualTo("/cb"))
                .inScenario("s")
                .whenScenarioStateIs(STARTED)
                .willReturn(aResponse().withStatus(503))
                .willSetStateTo("up"));
        RECEIVER.stubFor(post(urlEqualTo("/cb"))
                .inScenario("s")
                .whenScenarioStateIs("up")
                .willReturn(aResponse().withStatus(202)));
        MessageId id = lane.append(ANN, "text", envelope(url(), Optional.empty()));
        lane.answer(lane.take());

        MessageRecord.Callback callback = awaitCallback(id, "delivered");

        assertThat(callback.attempts()).isEqualTo(2);
        assertThat(posts())
                .extracting(post -> post.getHeader("webhook-id"))
                .containsExactly(id.toString(), id.toString());
    }

    @Test
    void givesUpAtTheEndOfTheScheduleAndTellsWhy() {
        says(500);
        MessageId id = lane.append(ANN, "text", envelope(url(), Optional.empty()));
        lane.answer(lane.take());

        MessageRecord.Callback callback = awaitCallback(id, "dead");

        assertThat(callback.attempts()).isEqualTo(3);
        assertThat(callback.lastError()).hasValue("status 500");
        assertThat(callback.answer()).isEmpty();
    }

    /** What a receiver says may quote the message, so it is kept apart from what all operators see. */
    @Test
    void keepsWhatTheReceiverSaidApartFromWhyItWasNotTaken() {
        RECEIVER.stubFor(
                post(urlEqualTo("/cb")).willReturn(aResponse().withStatus(422).withBody("cannot send: hello Ann")));
        MessageId id = lane.append(ANN, "text", envelope(url(), Optional.empty()));
        lane.answer(lane.take());

        MessageRecord.Callback callback = awaitCallback(id, "dead");

        assertThat(callback.lastError()).hasValue("status 422");
        assertThat(callback.answer()).hasValue("cannot send: hello Ann");
        assertThat(lane.operations().timeline(id).orElseThrow().deliveries())
                .isNotEmpty()
                .allSatisfy(attempt -> assertThat(attempt.detail()).doesNotContain("Ann"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://10.0.0.1/cb", "https://10.0.0.1/cb", "https://[::1]/cb"})
    void postsNothingToAnAddressThatIsNotPublic(String url) {
        MessageId id = lane.append(ANN, "text", envelope(url, Optional.empty()));
        lane.answer(lane.take());

        awaitCallback(id, "dead");

        assertThat(posts()).isEmpty();
    }

    @Test
    void takesAGoneReceiverForTheEnd() {
        says(410);
        MessageId id = lane.append(ANN, "text", envelope(url(), Optional.empty()));
        lane.answer(lane.take());

        assertThat(awaitCallback(id, "dead").attempts()).isEqualTo(1);
    }

    @Test
    void tellsLikeTheWorkerWhatHappensAndThenTheEnd() {
        says(200);
        Claim claim = running(Mode.ITERATION);
        lane.say(claim, 1, "{\"type\":\"status\",\"message\":\"Thinking...\"}");
        await().atMost(PATIENCE).until(() -> posts().size() == 1);
        lane.say(claim, 2, "{\"type\":\"progress\",\"text\":\"First.\"}");
        lane.say(claim, 3, "{\"type\":\"status\",\"message\":\"Executing 2 tool(s)...\"}");
        await().atMost(PATIENCE).until(() -> posts().size() == 3);
        lane.answer(claim, "{\"responses\":[\"First.\",\"Second.\"]}");

        awaitCallback(claim.lease().id(), "delivered");

        assertThat(bodies())
                .extracting(body -> body.path("type").asText())
                .containsExactly("status", "status", "progress", "complete");
        assertThat(bodies())
                .extracting(body -> body.path("message_key").asText())
                .containsOnly("k1");
        assertThat(bodies().get(2).path("text").asText()).isEqualTo("First.");
        assertThat(bodies().get(3).path("text").asText()).isEqualTo("\nSecond.");
        assertThat(posts()).extracting(post -> post.getHeader("X-Engine-Token")).containsOnly(KEY);
    }

    /** The worker-compatible callbacks were in no meter, and their trace ended before them. */
    @Test
    void tellsOfTheWorkersEndAsOfAnyOther() {
        says(200);
        says("status", 503);
        says("complete", 500, 200);
        Claim claim = running(Mode.ITERATION);
        lane.say(claim, 1, status("Thinking..."));
        await().atMost(PATIENCE).until(() -> posts().size() == 1);
        lane.answer(claim);

        awaitCallback(claim.lease().id(), "delivered");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(posted("delivered")).isEqualTo(1));
        assertThat(posted("refused")).isEqualTo(2);
        assertThat(meters().get("broker.callbacks.delay").timer().count()).isEqualTo(1);
        assertThat(posts().getLast().getHeader("traceparent")).isEqualTo(TRACEPARENT);
    }

    private long posted(String outcome) {
        return meters().get("broker.callbacks").tag("outcome", outcome).timer().count();
    }

    private MeterRegistry meters() {
        return deliverer.getBean(MeterRegistry.class);
    }

    @Test
    void tellsLikeTheWorkerOnlyTheEndWhereNoMoreIsWanted() {
        says(200);
        Claim claim = running(Mode.COMPLETE);
        lane.say(claim, 1, "{\"type\":\"status\",\"message\":\"Thinking...\"}");
        lane.fail(claim);

        awaitCallback(claim.lease().id(), "delivered");

        assertThat(bodies()).extracting(body -> body.path("type").asText()).containsExactly("error");
        assertThat(bodies().getFirst().path("error").asText()).isEqualTo("it said no");
    }

    @Test
    void repeatsTheWorkersEndOnlyWhereThatMayHelp() {
        says(400);
        Claim refused = running(Mode.COMPLETE);
        lane.answer(refused);
        assertThat(awaitCallback(refused.lease().id(), "dead").attempts()).isEqualTo(1);

        says(500);
        Claim failing = running(Mode.COMPLETE);
        lane.answer(failing);
        assertThat(awaitCallback(failing.lease().id(), "dead").attempts()).isEqualTo(2);
    }

    /** The end left out what had been told, although nobody had got it. */
    @Test
    void leavesToTheEndTheTextThatWasNotDelivered() {
        says(200);
        says("progress", 502);
        Claim claim = running(Mode.ITERATION);
        iteration(claim, 1, "First.");
        await().atMost(PATIENCE).until(() -> posts().size() == 2);
        says("progress", 200);
        iteration(claim, 3, "\\nSecond.");
        lane.answer(claim, "{\"responses\":[\"First.\",\"Second.\",\"Third.\"]}");

        awaitCallback(claim.lease().id(), "delivered");

        // What follows is left to it, too: it can only say all from one place on.
        assertThat(types()).containsExactly("status", "progress", "status", "complete");
        assertThat(bodies().getLast().path("text").asText()).isEqualTo("First.\nSecond.\nThird.");
    }

    /** What the first attempt had said was cut off the second one's answer, once the end had to be posted again. */
    @Test
    void saysTheWholeAnswerOfASecondAttempt() {
        says(200);
        Claim killed = running(Mode.ITERATION);
        iteration(killed, 1, "Told before.");
        await().atMost(PATIENCE).until(() -> posts().size() == 2);
        lane.makeDue(ANN);
        Claim second = lane.take();
        says("complete", 502, 200);
        lane.answer(second, "{\"responses\":[\"The whole answer.\"]}");

        awaitCallback(second.lease().id(), "delivered");

        assertThat(types()).containsExactly("status", "progress", "complete", "complete");
        assertThat(bodies())
                .extracting(body -> body.path("text").asText())
                .endsWith("The whole answer.", "The whole answer.");
    }

    /** Nobody but the first attempt had told anything, and its note was taken for the second one's. */
    @Test
    void saysTheWholeAnswerOfAnAttemptThatNobodyFollowed() {
        says(200);
        Claim killed = running(Mode.ITERATION);
        iteration(killed, 1, "Told before.");
        await().atMost(PATIENCE).until(() -> note(killed).endsWith(" " + "Toldbefore.".length()));
        deliverer.close();
        lane.makeDue(ANN);
        Claim second = lane.take();
        lane.answer(second, "{\"responses\":[\"The whole answer.\"]}");
        deliverer = launch();

        awaitCallback(second.lease().id(), "delivered");

        assertThat(types()).containsExactly("status", "progress", "complete");
        assertThat(bodies().getLast().path("text").asText()).isEqualTo("The whole answer.");
    }

    /** An attempt that was given back does not count, so the next one has its number; it was taken for the same one. */
    @Test
    void beginsAnewWhereAnAttemptWasGivenBack() {
        says(200);
        Claim stopped = running(Mode.ITERATION);
        iteration(stopped, 1, "First.");
        await().atMost(PATIENCE).until(() -> posts().size() == 2);
        lane.say(stopped, 3, progress("\\nHalf a"));
        lane.giveBack(stopped);
        Claim next = lane.take();
        iteration(next, 1, "Anew.");
        await().atMost(PATIENCE).until(() -> posts().size() == 4);
        lane.answer(next, "{\"responses\":[\"Anew.\",\"The end.\"]}");

        awaitCallback(next.lease().id(), "delivered");

        assertThat(types()).containsExactly("status", "progress", "status", "progress", "complete");
        assertThat(bodies().get(3).path("text").asText()).isEqualTo("Anew.");
        assertThat(bodies().getLast().path("text").asText()).isEqualTo("\nThe end.");
    }

    /** The worker says a text, and goes over to its tools. */
    private void iteration(Claim claim, long number, String text) {
        lane.say(claim, number, progress(text));
        lane.say(claim, number + 1, status("Executing 1 tool(s)..."));
    }

    private static String status(String message) {
        return "{\"type\":\"status\",\"message\":\"" + message + "\"}";
    }

    private static String progress(String text) {
        return "{\"type\":\"progress\",\"text\":\"" + text + "\"}";
    }

    /** What outlives the deliverer of how far it has told; blank before there is any. */
    private String note(Claim claim) {
        return lane.record(claim.lease().id())
                .callback()
                .flatMap(MessageRecord.Callback::told)
                .orElse("");
    }

    @Test
    void showsAGatewayTheKeyThatItHas() {
        says(200);
        for (String key : List.of(NEW_KEY, PARTNER_KEY)) {
            Claim claim = running(
                    Mode.COMPLETE, "partner", Optional.of(KeyMark.of(key).text()));
            lane.answer(claim);
            awaitCallback(claim.lease().id(), "delivered");
        }

        assertThat(posts()).extracting(post -> post.getHeader("X-Engine-Token")).containsExactly(NEW_KEY, PARTNER_KEY);
    }

    /** A message whose callbacks have the worker's shape, taken by a dispatcher. */
    private Claim running(Mode mode) {
        return running(mode, Account.SINGLE, Optional.empty());
    }

    private Claim running(Mode mode, String account, Optional<String> keyMark) {
        WorkerCallback wanted = new WorkerCallback(
                mode,
                /* throttleMillis= */ 3_000,
                account,
                keyMark,
                JSON.createObjectNode().put("message_key", "k1"));
        lane.append(ANN, "text " + ++texts, envelope(url(), Optional.of(wanted)));
        Claim claim = lane.take();
        if (wanted.tellsProgress()) {
            lane.announce(claim);
        }
        return claim;
    }

    private static Envelope envelope(String url, Optional<WorkerCallback> wanted) {
        return new Envelope(
                "acme",
                "ann",
                "web",
                Optional.empty(),
                Optional.of(url),
                Optional.empty(),
                Optional.empty(),
                Optional.of(TRACEPARENT),
                /* signer= */ Optional.empty(),
                wanted);
    }

    private static Envelope signedBy(String key) {
        return new Envelope(
                "acme",
                "ann",
                "web",
                Optional.empty(),
                Optional.of(url()),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(key),
                Optional.empty());
    }

    private void keyFile() throws IOException {
        Files.writeString(
                directory.resolve(KEY_FILE),
                "{\"keys\":[{\"id\":\"partner\",\"key\":[\"" + PARTNER_KEY + "\",\"" + NEW_KEY
                        + "\"],\"scopes\":[\"submit\"],\"client_ids\":[\"*\"],"
                        + "\"orgs\":[\"acme\"],\"signing_secret\":[\"" + OWN_SECRET + "\",\"" + OLD_SECRET + "\"]}]}");
    }

    private static String url() {
        return RECEIVER.baseUrl().replace("localhost", "127.0.0.1") + "/cb";
    }

    private static void says(int status) {
        RECEIVER.stubFor(post(urlEqualTo("/cb")).willReturn(aResponse().withStatus(status)));
    }

    /** To callbacks of that type, one after the other; the last answer stays. */
    private static void says(String type, int... statuses) {
        for (int i = 0; i < statuses.length; i++) {
            RECEIVER.stubFor(post(urlEqualTo("/cb"))
                    .withRequestBody(matchingJsonPath("$[?(@.type == '" + type + "')]"))
                    .inScenario(type)
                    .whenScenarioStateIs(i == 0 ? STARTED : type + i)
                    .willReturn(aResponse().withStatus(statuses[i]))
                    .willSetStateTo(i == statuses.length - 1 ? (i == 0 ? STARTED : type + i) : type + (i + 1)));
        }
    }

    private MessageRecord.Callback awaitCallback(MessageId id, String state) {
        await().atMost(PATIENCE).until(() -> lane.record(id)
                .callback()
                .map(MessageRecord.Callback::state)
                .equals(Optional.of(state)));
        return lane.record(id).callback().orElseThrow();
    }

    private static List<Request> posts() {
        List<Request> posts = new ArrayList<>();
        for (ServeEvent event : RECEIVER.getAllServeEvents()) {
            posts.add(event.getRequest());
        }
        // They come newest first.
        Collections.reverse(posts);
        return posts;
    }

    private static List<JsonNode> bodies() {
        return posts().stream().map(DelivererTest::json).toList();
    }

    private static JsonNode json(Request post) {
        try {
            return JSON.readTree(post.getBody());
        } catch (IOException garbled) {
            throw new java.io.UncheckedIOException(garbled);
        }
    }

    private static List<String> types() {
        return bodies().stream().map(body -> body.path("type").asText()).toList();
    }

    private static List<String> texts(List<MessageId> ids) {
        return ids.stream().map(MessageId::toString).toList();
    }

    @Configuration(proxyBeanMethods = false)
    @Import(CallbackConfiguration.class)
    static class Application {
        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }
}
