package org.unfoldingword.broker.callback;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.hc.client5.http.DnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unfoldingword.broker.callback.DeliveryOutcome.Aborted;
import org.unfoldingword.broker.callback.DeliveryOutcome.Delivered;
import org.unfoldingword.broker.callback.DeliveryOutcome.Forbidden;
import org.unfoldingword.broker.callback.DeliveryOutcome.Gone;
import org.unfoldingword.broker.callback.DeliveryOutcome.Retryable;
import org.unfoldingword.broker.callback.DeliveryOutcome.TimedOut;
import org.unfoldingword.broker.callback.DeliveryOutcome.Unreached;
import org.unfoldingword.broker.http.AddressGuard;
import org.unfoldingword.broker.http.CallbackTarget;
import org.unfoldingword.broker.http.RawServer;

/** The time limit is for a client that waits where it should not; nothing here takes that long. */
@Timeout(60)
class CallbackClientTest {

    private static final CallbackBody BODY =
            CallbackBody.of("{\"status\":".getBytes(UTF_8), "\"completed\"}".getBytes(UTF_8));
    private static final Map<String, String> HEADERS = Map.of("webhook-id", "m1");
    private static final Instant NOW = Instant.parse("1994-11-06T08:49:37Z");

    @RegisterExtension
    static final WireMockExtension RECEIVER = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort().dynamicHttpsPort().bindAddress("127.0.0.1"))
            .build();

    private final List<String> lookedUp = new ArrayList<>();

    /** All names are on loopback, but only exempt.test may be. */
    private final AddressGuard guard = new AddressGuard(Set.of("exempt.test"), new DnsResolver() {
        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            lookedUp.add(host);
            if (host.startsWith("rebinds.") && Collections.frequency(lookedUp, host) == 1) {
                return new InetAddress[] {InetAddress.getByAddress(new byte[] {8, 8, 8, 8})};
            }
            if (host.startsWith("unknown.")) {
                throw new UnknownHostException(host);
            }
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    });

    private final HandAlarm alarm = new HandAlarm();
    private final CallbackClient client = new CallbackClient(
            new CallbackSettings().with("concurrency-per-origin", "2").bind(), guard, "1.2.3", alarm, this::now);

    /** The clock is asked about {@code Retry-After}: when the head of an answer was read, and its body was not. */
    private Runnable onHeadRead = () -> {};

    private Instant now() {
        onHeadRead.run();
        return NOW;
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        assertThat(alarm.pending()).isZero();
    }

    @Test
    void sendsTheseHeadersAndNoOthers() throws Exception {
        try (RawServer receiver = saying("HTTP/1.1 204 No Content\r\n\r\n")) {
            String url = "http://exempt.test:" + receiver.port() + "/hook%2Fa?token=a%20b";
            post(url, BODY, CallbackClientTest::neverStopped);

            assertThat(receiver.requests().take().lines())
                    .containsExactlyInAnyOrder(
                            "POST /hook%2Fa?token=a%20b HTTP/1.1",
                            "Host: exempt.test:" + receiver.port(),
                            "Content-Type: application/json",
                            "Content-Length: 22",
                            "Connection: keep-alive",
                            "User-Agent: bt-servant-message-broker/1.2.3",
                            "webhook-id: m1",
                            "",
                            "{\"status\":\"completed\"}");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 204, 299})
    void takesAny2xxForAcceptance(int status) {
        answers(aResponse().withStatus(status).withBody("OK"));

        assertThat(post()).isEqualTo(new Delivered(status));
    }

    @Test
    void takes410ForTheEnd() {
        answers(aResponse().withStatus(410));

        assertThat(post()).isEqualTo(new Gone());
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 304, 400, 401, 403, 404, 408, 409, 413, 422, 429, 451, 500, 501, 502, 503, 504, 599})
    void takesAllOtherStatusesForANoThatMayChange(int status) {
        answers(aResponse().withStatus(status));

        assertThat(post()).isEqualTo(new Retryable(status, Optional.empty(), ""));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void followsNoRedirect(int status) {
        answers(aResponse().withStatus(status).withHeader("Location", "/elsewhere"));

        assertThat(post()).isEqualTo(new Retryable(status, Optional.empty(), ""));
        RECEIVER.verify(1, postRequestedFor(anyUrl()));
    }

    @ParameterizedTest
    @CsvSource({
        "429, 120, PT2M",
        "503, 'Sun, 06 Nov 1994 08:50:07 GMT', PT30S",
        "500, 7, PT7S",
        "302, 7, PT7S",
    })
    void hearsHowLongTheReceiverAsksToWait(int status, String header, Duration wait) {
        answers(aResponse().withStatus(status).withHeader("Retry-After", header));

        assertThat(post()).isEqualTo(new Retryable(status, Optional.of(wait), ""));
    }

    /** What Telegram's gateway says when the chat network would not have the text. */
    @Test
    void quotesTheBeginningOfARefusal() {
        answers(aResponse().withStatus(502).withBody("Failed to deliver\r\n\u001b[31mresponse"));

        DeliveryOutcome outcome = post();

        assertThat(outcome).isEqualTo(new Retryable(502, Optional.empty(), "Failed to deliver [31mresponse"));
        assertThat(outcome.reason()).isEqualTo("status 502");
        assertThat(outcome.said()).isEqualTo("Failed to deliver [31mresponse");
    }

    @Test
    void doesNotRepeatAnythingByItself() {
        answers(aResponse().withStatus(503).withHeader("Retry-After", "0"));
        post();
        answers(aResponse().withFault(Fault.EMPTY_RESPONSE));
        post();

        RECEIVER.verify(2, postRequestedFor(anyUrl()));
    }

    @Test
    void keepsNoCookies() {
        answers(aResponse().withHeader("Set-Cookie", "session=1; Path=/"));
        post();
        post();

        RECEIVER.verify(2, postRequestedFor(anyUrl()).withoutHeader("Cookie"));
    }

    @Test
    void decodesNothing() {
        answers(aResponse()
                .withStatus(500)
                .withHeader("Content-Encoding", "gzip")
                .withBody("not gzip at all"));

        assertThat(post()).isEqualTo(new Retryable(500, Optional.empty(), "not gzip at all"));
    }

    @Test
    void answersNoChallenge() {
        answers(aResponse().withStatus(401).withHeader("WWW-Authenticate", "Basic realm=\"x\""));

        assertThat(post()).isEqualTo(new Retryable(401, Optional.empty(), ""));
        RECEIVER.verify(1, postRequestedFor(anyUrl()).withoutHeader("Authorization"));
    }

    @Test
    void passesOverInterimAnswers() throws Exception {
        String answer =
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
        try (RawServer receiver = saying(answer)) {
            assertThat(postTo(receiver)).isEqualTo(new Delivered(202));
        }
    }

    @Test
    void usesAConnectionAgain() throws Exception {
        try (RawServer receiver = saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")) {
            for (int i = 0; i < 5; i++) {
                assertThat(postTo(receiver)).isEqualTo(new Delivered(200));
            }
            assertThat(receiver.connections()).isEqualTo(1);
            assertThat(lookedUp).containsExactly("exempt.test");
        }
    }

    @Test
    void streamsALargeBody() {
        byte[] megabyte = "x".repeat(1 << 20).getBytes(UTF_8);
        int megabytes = 20;
        CallbackBody large = new CallbackBody() {
            @Override
            public long length() {
                return (long) megabytes * megabyte.length;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                for (int i = 0; i < megabytes; i++) {
                    out.write(megabyte);
                }
            }
        };
        answers(aResponse());

        assertThat(post(wireMockUrl(), large, CallbackClientTest::neverStopped)).isEqualTo(new Delivered(200));
        RECEIVER.verify(postRequestedFor(urlEqualTo("/hook"))
                .withHeader("Content-Length", equalTo(Long.toString(large.length()))));
        assertThat(RECEIVER.getAllServeEvents().getFirst().getRequest().getBody())
                .hasSize(megabytes * megabyte.length);
    }

    @Test
    void connectsNoAddressThatTheGuardRefuses() throws Exception {
        try (RawServer receiver = saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
            DeliveryOutcome outcome = post(
                    "https://rebound.example:" + receiver.port() + "/hook", BODY, CallbackClientTest::neverStopped);

            assertThat(outcome).isInstanceOf(Forbidden.class);
            assertThat(outcome.reason())
                    .isEqualTo("address refused: rebound.example: 127.0.0.1, loopback"
                            + " (expected: only public unicast addresses)");
            assertThat(receiver.connections()).isZero();
        }
    }

    /** DNS rebinding: the name had a public address when it was checked, and has one within by the time of the connection. */
    @Test
    void connectsNoAddressThatTheNameHasOnlySinceItWasChecked() throws Exception {
        try (RawServer receiver = saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
            assertThat(guard.resolve("rebinds.example")).as("checked").hasSize(1);

            DeliveryOutcome outcome = post(
                    "https://rebinds.example:" + receiver.port() + "/hook", BODY, CallbackClientTest::neverStopped);

            assertThat(outcome).isInstanceOf(Forbidden.class);
            assertThat(lookedUp).containsExactly("rebinds.example", "rebinds.example");
            assertThat(receiver.connections()).isZero();
        }
    }

    /** The address that was judged is the address that is connected: nothing asks for the name again. */
    @Test
    void asksForTheNameOncePerConnectionAndOnlyThroughTheGuard() throws Exception {
        try (RawServer receiver = saying("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")) {
            postTo(receiver);
            postTo(receiver);

            assertThat(receiver.connections()).isEqualTo(2);
            assertThat(lookedUp).containsExactly("exempt.test", "exempt.test");
        }
    }

    @Test
    void tellsAReceiverThatIsNotThere() throws Exception {
        int nobody;
        try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = gone.getLocalPort();
        }

        assertThat(post("http://exempt.test:" + nobody + "/", BODY, CallbackClientTest::neverStopped))
                .isInstanceOf(Unreached.class);
        assertThat(post("https://unknown.example/", BODY, CallbackClientTest::neverStopped))
                .isInstanceOf(Unreached.class);
    }

    @Test
    void sendsNothingToAReceiverThatTurnsOutNotToSpeakTls() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.startVirtualThread(() -> greetInPlainText(plain));

            assertThat(post(
                            "https://exempt.test:" + plain.getLocalPort() + "/",
                            BODY,
                            CallbackClientTest::neverStopped))
                    .isInstanceOf(Unreached.class);
        }
    }

    private static void greetInPlainText(ServerSocket server) {
        try (Socket socket = server.accept()) {
            socket.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(UTF_8));
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            // the client hung up
        }
    }

    @Test
    void trustsNoCertificateThatAnybodyCouldHaveMade() {
        answers(aResponse());

        String url = "https://exempt.test:" + RECEIVER.getHttpsPort() + "/hook";
        assertThat(post(url, BODY, CallbackClientTest::neverStopped)).isInstanceOf(Unreached.class);
        RECEIVER.verify(0, postRequestedFor(anyUrl()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"EMPTY_RESPONSE", "RANDOM_DATA_THEN_CLOSE", "CONNECTION_RESET_BY_PEER"})
    void takesABrokenConnectionForNoAnswer(Fault fault) {
        answers(aResponse().withFault(fault));

        assertThat(post()).isInstanceOf(Unreached.class);
    }

    @Test
    void givesUpOnEndlessHeaders() throws Exception {
        try (RawServer receiver = RawServer.keepingConnections((out, socket) -> {
            out.write("HTTP/1.1 200 OK\r\n".getBytes(UTF_8));
            while (true) {
                out.write("X: y\r\n".getBytes(UTF_8));
            }
        })) {
            assertThat(postTo(receiver)).isInstanceOf(Unreached.class);
        }
    }

    /** More is read neither to accept nor to refuse, and the connection is not used again. */
    @ParameterizedTest
    @ValueSource(strings = {"200 OK", "500 Oops"})
    void letsNoEndlessAnswerHoldIt(String status) throws Exception {
        try (RawServer receiver = RawServer.keepingConnections((out, socket) -> {
            out.write(("HTTP/1.1 " + status + "\r\nContent-Length: 9999999999\r\n\r\n").getBytes(UTF_8));
            while (true) {
                out.write("x".repeat(1000).getBytes(UTF_8));
            }
        })) {
            for (int i = 1; i <= 5; i++) {
                assertThat(postTo(receiver).reason()).startsWith("status " + status.substring(0, 3));
                assertThat(receiver.connections()).isEqualTo(i);
            }
        }
    }

    @Test
    void endsWhenTheTimeIsOverThoughNothingWasSaid() throws Exception {
        try (RawServer receiver = sayingThenSilent("", alarm::ring)) {
            for (int i = 0; i < 5; i++) {
                assertThat(postTo(receiver)).isEqualTo(new TimedOut(Duration.ofSeconds(60)));
            }
            assertThat(alarm.latestDelay()).isEqualTo(Duration.ofSeconds(60));
        }
    }

    @Test
    void endsWhenTheTimeIsOverInTheMiddleOfTheHeaders() throws Exception {
        try (RawServer receiver = sayingThenSilent("HTTP/1.1 200 OK\r\nX: ", alarm::ring)) {
            assertThat(postTo(receiver)).isEqualTo(new TimedOut(Duration.ofSeconds(60)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"200 OK", "503 Busy"})
    void goesByTheStatusWhenTheTimeIsOverInTheMiddleOfTheBody(String status) throws Exception {
        String answer = "HTTP/1.1 " + status + "\r\nRetry-After: 9\r\nContent-Length: 50\r\n\r\nabc";
        onHeadRead = alarm::ring;
        try (RawServer receiver = sayingThenSilent(answer, () -> {})) {
            DeliveryOutcome expected = status.startsWith("200")
                    ? new Delivered(200)
                    : new Retryable(503, Optional.of(Duration.ofSeconds(9)), "");
            for (int i = 0; i < 5; i++) {
                assertThat(postTo(receiver)).isEqualTo(expected);
            }
        }
    }

    @Test
    void stopsWhenItIsToldTo() throws Exception {
        AtomicReference<Runnable> abort = new AtomicReference<>();
        try (RawServer receiver = sayingThenSilent("", () -> abort.get().run())) {
            assertThat(post(urlOf(receiver), BODY, abort::set)).isEqualTo(new Aborted());
            alarm.ring();
            abort.get().run();
        }
    }

    @Test
    void sendsNothingWhenItIsStoppedBefore() throws Exception {
        try (RawServer receiver = saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
            assertThat(post(urlOf(receiver), BODY, Runnable::run)).isEqualTo(new Aborted());
            assertThat(receiver.requests()).isEmpty();
        }
    }

    @Test
    void stopsWhenItsThreadIsInterruptedAndLeavesTheSign() throws Exception {
        AtomicReference<DeliveryOutcome> outcome = new AtomicReference<>();
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        AtomicReference<Thread> poster = new AtomicReference<>();
        try (RawServer receiver = sayingThenSilent("", () -> poster.get().interrupt())) {
            poster.set(Thread.ofVirtual().unstarted(() -> {
                outcome.set(postTo(receiver));
                interrupted.set(Thread.currentThread().isInterrupted());
            }));
            poster.get().start();
            poster.get().join();
        }
        assertThat(outcome.get()).isEqualTo(new Aborted());
        assertThat(interrupted.get()).isTrue();
    }

    /** A chunk of a large result that Redis does not give is not the receiver's fault. */
    @Test
    void passesOnTroubleOfTheBodysOwnSourceAndLosesNoConnectionByIt() {
        CallbackBody broken = new CallbackBody() {
            @Override
            public long length() {
                return 10;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write('{');
                throw new IllegalStateException("chunk 2 is gone");
            }
        };
        answers(aResponse());

        for (int i = 0; i < 5; i++) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> post(wireMockUrl(), broken, CallbackClientTest::neverStopped))
                    .withMessage("chunk 2 is gone");
        }
        assertThat(post()).isEqualTo(new Delivered(200));
    }

    /** Says this after every request. */
    private static RawServer saying(String answer) {
        return RawServer.keepingConnections((out, socket) -> RawServer.write(out, answer));
    }

    /** Says this, lets the test know, and then nothing more, though the connection stays. */
    private static RawServer sayingThenSilent(String answer, Runnable silent) {
        return RawServer.keepingConnections((out, socket) -> {
            RawServer.write(out, answer);
            silent.run();
            new CountDownLatch(1).await();
        });
    }

    private static void answers(ResponseDefinitionBuilder response) {
        RECEIVER.stubFor(
                com.github.tomakehurst.wiremock.client.WireMock.post(anyUrl()).willReturn(response));
    }

    private DeliveryOutcome post() {
        return post(wireMockUrl(), BODY, CallbackClientTest::neverStopped);
    }

    private DeliveryOutcome postTo(RawServer receiver) {
        return post(urlOf(receiver), BODY, CallbackClientTest::neverStopped);
    }

    private DeliveryOutcome post(String url, CallbackBody body, Consumer<Runnable> onStop) {
        return client.post(CallbackTarget.parse(url, guard), body, HEADERS, onStop);
    }

    private static void neverStopped(Runnable abort) {}

    private static String wireMockUrl() {
        return "http://exempt.test:" + RECEIVER.getPort() + "/hook";
    }

    private static String urlOf(RawServer receiver) {
        return "http://exempt.test:" + receiver.port() + "/hook";
    }
}
