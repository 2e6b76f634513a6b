package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.lane.Found;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.TestRedis;
import org.unfoldingword.broker.lane.Watching;
import org.unfoldingword.broker.message.MessageId;

/**
 * Whatever strangers send: never a 5xx, a refusal is told as {@code problem+json}, and what is refused has no effect.
 *
 * <p>{@code -Dfuzz.cases=100000} makes more of them, {@code -Dfuzz.seed=…} the same again.
 */
class HostileInputTest {

    private static final int CASES = Integer.getInteger("fuzz.cases", 5_000);
    private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final List<String> FIELDS = List.of(
            "org_id",
            "org",
            "user_id",
            "message",
            "message_type",
            "audio_base64",
            "audio_format",
            "client_id",
            "client_message_id",
            "callback_url",
            "metadata",
            "expires_in",
            "chat_type",
            "chat_id",
            "thread_id",
            "unknown");
    private static final List<String> CHAT_FIELDS = List.of(
            "org",
            "org_id",
            "user_id",
            "client_id",
            "message",
            "message_type",
            "audio_base64",
            "audio_format",
            "chat_type",
            "chat_id",
            "thread_id",
            "speaker",
            "addressed_to_bot",
            "response_language_hint",
            "progress_callback_url",
            "progress_mode",
            "progress_throttle_seconds",
            "message_key",
            "is_admin",
            "unknown");
    private static final List<String> CHAT_ROUTES = List.of("", "/stream", "/callback", "/callback", "/callback");
    private static final List<String> OPERATOR_FIELDS = List.of(
            "conversation",
            "org_id",
            "user_id",
            "all",
            "reason",
            "dry_run",
            "lane",
            "position",
            "message_ids",
            "search",
            "code",
            "cursor",
            "unknown");
    private static final List<String> OPERATOR_ROUTES = List.of(
            "pause",
            "resume",
            "erase",
            "dead-letters/redrive",
            "dead-letters/drop",
            "messages/00000000-0000-8000-8000-000000000000/cancel");
    /** What no callback may go to: forms of addresses, and what is no address. Only 127.0.0.1, so written, is exempt here. */
    private static final List<String> URLS = List.of(
            "",
            " ",
            "x",
            "//",
            "https:",
            "https://",
            "https:///",
            "https://?",
            "https://#",
            "https://:443/",
            "https:example.com",
            "https:/example.com",
            "//example.com/",
            "/cb",
            "ftp://example.com/",
            "file:///etc/passwd",
            "gopher://example.com/",
            "javascript:alert(1)",
            "data:text/plain,x",
            "jar:https://example.com!/",
            "http://example.com/",
            "HTTP://EXAMPLE.COM/",
            "https://user@example.com/",
            "https://user:password@example.com/",
            "https://example.com@127.0.0.1/",
            "https://example.com:0/",
            "https://example.com:65536/",
            "https://example.com:-1/",
            "https://example.com:22/",
            "https://example.com:1023/",
            "https://example.com:99999999999/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://printer.local/",
            "https://db.internal/",
            "https://metadata.google.internal/",
            "https://127.1/",
            "https://127.0.0.2/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.0.0.1/",
            "https://017700000001/",
            "https://0177.0.0.1/",
            "https://127.0.0.1./",
            "https://0/",
            "https://0.0.0.0/",
            "https://10.0.0.1/",
            "https://100.64.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://172.16.0.1/",
            "https://192.168.0.1/",
            "https://192.0.2.1/",
            "https://198.18.0.1/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://[::]/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[::127.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[64:ff9b:1::1]/",
            "https://[2002:7f00:1::]/",
            "https://[2001:0:7f00:1::]/",
            "https://[fc00::1]/",
            "https://[fe80::1]/",
            "https://[fe80::1%25eth0]/",
            "https://[ff02::1]/",
            "https://[2001:db8::1]/",
            "https://[::1/",
            "https://::1/",
            "https://\uff11\uff12\uff17.0.0.1/",
            "https://\u2460\u2461\u2466.0.0.1/",
            "https://127\u30020\u30020\u30021/",
            "https://exam\u00adple.local/",
            "https://example.com\\\\@127.0.0.1/",
            "https://example.com%00.evil/",
            "https://example.com\\u0000/",
            "https://example.com/\\r\\nX-Injected: 1",
            "https://example .com/",
            "https://exa_mple..com/",
            "https://-/",
            "https://./",
            "https://*/",
            "https://%31%32%37.0.0.1/",
            "https://\\ud800/",
            "https://example.com/" + "a".repeat(2100));

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1e999999",
            "1e-999999",
            "123456789012345678901234567890",
            "\"\"",
            "\" \"",
            "\"x\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"a\\udfff\\ud83d\"",
            "\"\\ud83d\\ude00\"",
            "\"\u202e\u0085\ufffe\"",
            "\"{p01}:*\\r\\nDEL x\"",
            "\"https://127.0.0.1/\"",
            "\"https://[::ffff:7f00:1]/\\ud800\"",
            "\"http://a@b:c@d\"",
            "[]",
            "{}",
            "[[[[[[[[[[]]]]]]]]]]",
            "[".repeat(62) + "]".repeat(62),
            "{\"a\":".repeat(62) + "1" + "}".repeat(62),
            "\"" + "x".repeat(257) + "\"",
            "\"" + "x".repeat(20_000) + "\"",
            "1".repeat(1_001),
            "{\"a\":\"\\ud800\"}",
            "{\"\\udc00\":1}",
            "{\"a\":1,\"a\":2}",
            "1e9999999999",
            "{\"a\":-1e-9999999999}",
            "nul",
            "'x'",
            "NaN",
            "01",
            "\"unfinished",
            "\"\t\"",
            "\"group\"",
            "\"messages\"",
            "[\"00000000-0000-8000-8000-000000000000\"]",
            "\"user:acme:ann\"",
            "\"audio\"");
    private static final List<String> PATHS = List.of(
            "/api/v1/message",
            "/api/v1/message/",
            "/api/v1/message/x",
            "/api/v1/message/00000000-0000-8000-8000-000000000000",
            "/api/v1/message/00000000-0000-8fff-bfff-ffffffffffff",
            "/api/v1/queue/",
            "/api/v1/queue/ann",
            "/api/v1/stream",
            "/api/v1/operator/overview",
            "/api/v1/operator/conversations",
            "/api/v1/operator/conversations/user:acme:ann",
            "/api/v1/operator/conversations/x",
            "/api/v1/operator/pending",
            "/api/v1/operator/messages/x",
            "/api/v1/operator/dead-letters",
            "/api/v1/operator/pauses",
            "/api/v1/operator/actions",
            "/api/v1/operator/pause",
            "/api/v1/operator/resume",
            "/api/v1/operator/erase",
            "/api/v1/operator/messages/00000000-0000-8000-8000-000000000000/cancel",
            "/api/v1/operator/messages/00000000-0000-8000-8000-000000000000/content",
            "/api/v1/operator/dead-letters/redrive",
            "/api/v1/operator/dead-letters/drop",
            "/api/v1/operator/audit",
            "/api/v1/operator/nothing",
            "/error",
            "/nowhere",
            "/health");
    private static final List<String> PARAMETERS = List.of(
            "org_id",
            "wait",
            "limit",
            "cursor",
            "lane",
            "state",
            "idle",
            "head_for",
            "search",
            "user_id",
            "message_id",
            "x");
    private static final List<String> SCRAPS = List.of(
            "%",
            "%zz",
            "%00",
            "%0a",
            "%c0%af",
            "%ed%a0%80",
            "%f0%9f%98%80",
            "..",
            "..;",
            "%2e%2e",
            "//",
            "\\",
            ";a=b",
            "*",
            "-1",
            "99999999999999999999",
            "1e9",
            "true",
            "{p01}",
            "|",
            "^",
            "\u00e9",
            "a".repeat(300),
            "",
            "[]",
            "\"",
            "<script>",
            "0x10",
            "NaN");
    private static final List<String> METHODS =
            List.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW", "get", "");

    private static IngestServer server;
    private static Lanes lanes;

    private final Random random = new Random(SEED);
    private final Set<String> accepted = new HashSet<>();
    /** Streams of the worker's shape name no message. */
    private int streamed;

    @BeforeAll
    static void serve() {
        System.out.println("fuzz.seed=" + SEED);
        server = IngestServer.on(
                TestRedis.emptied().url(),
                Map.of(
                        "broker.ingest.max-body", "64KB",
                        "broker.ingest.sync-wait", "0s",
                        "server.max-http-request-header-size", "16KB",
                        "server.error.include-message", "never"));
        lanes = server.bean(Lanes.class);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void takesNoHarmFromMutatedSubmissions() throws IOException {
        for (int i = 0; i < CASES * 3 / 10; i++) {
            byte[] body = mutated(
                    FIELDS,
                    "\"org_id\":\"acme\"",
                    "\"user_id\":\"u" + random.nextInt(100_000) + "\"",
                    "\"client_id\":\"web\"",
                    "\"message\":\"hi\"");
            check(with(posted("/api/v1/message", body), body), new String(body, ISO_8859_1));
        }
        nothingElseWasAccepted();
    }

    @Test
    void takesNoHarmFromCancelsOfAnyShape() throws IOException {
        byte[] good =
                "{\"org_id\":\"acme\",\"user_id\":\"del\",\"client_id\":\"web\",\"message\":\"hi\"}".getBytes(UTF_8);
        for (int i = 0; i < CASES / 50; i++) {
            check(with(posted("/api/v1/message", good), good), "good");
            String id = accepted.stream()
                    .skip(random.nextInt(accepted.size()))
                    .findFirst()
                    .orElseThrow();
            byte[] body = mutated(OPERATOR_FIELDS, "\"dry_run\":true");
            String path =
                    "/api/v1/message/" + id + (random.nextBoolean() ? "" : "?" + pick(PARAMETERS) + "=" + pick(SCRAPS));
            String head = "DELETE " + path + " HTTP/1.1\r\nHost: x\r\nX-API-Key: " + IngestServer.KEY
                    + "\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " + body.length
                    + "\r\n\r\n";
            check(with(head, body), path + " " + new String(body, ISO_8859_1));
        }
        nothingElseWasAccepted();
    }

    @Test
    void takesNoHarmFromMutatedRequestsInTheWorkersShape() throws IOException {
        for (int i = 0; i < CASES * 3 / 10; i++) {
            String route = pick(CHAT_ROUTES);
            List<String> members = new ArrayList<>(List.of(
                    "\"org\":\"acme\"",
                    "\"user_id\":\"c" + random.nextInt(100_000) + "\"",
                    "\"client_id\":\"web\"",
                    "\"message\":\"hi\""));
            if (route.equals("/callback")) {
                members.add("\"message_key\":\"k" + i + "\"");
                members.add("\"progress_callback_url\":\"http://127.0.0.1:9/\"");
            }
            byte[] body = mutated(CHAT_FIELDS, members.toArray(String[]::new));
            String request = route + " " + new String(body, ISO_8859_1);
            checkLikeTheWorkers(with(posted("/api/v1/chat" + route, body), body), request);
        }
        nothingElseWasAccepted();
    }

    @Test
    void takesNoHarmFromMutatedRequestsOfOperators() throws IOException {
        for (int i = 0; i < CASES / 10; i++) {
            byte[] body =
                    mutated(OPERATOR_FIELDS, "\"org_id\":\"other\"", "\"user_id\":\"nobody\"", "\"dry_run\":true");
            String path = "/api/v1/operator/" + pick(OPERATOR_ROUTES);
            check(with(posted(path, body), body), path + " " + new String(body, ISO_8859_1));
        }
        nothingElseWasAccepted();
    }

    @Test
    void callsNobodyBackAtAnAddressOfTheCorpus() throws IOException {
        for (String url : URLS) {
            String own =
                    "{\"org_id\":\"acme\",\"user_id\":\"ann\",\"client_id\":\"web\",\"message\":\"hi\",\"callback_url\":\""
                            + url + "\"}";
            String workers =
                    "{\"org\":\"acme\",\"user_id\":\"ann\",\"client_id\":\"web\",\"message\":\"hi\",\"message_key\":\"k\","
                            + "\"progress_callback_url\":\"" + url + "\"}";

            String answer = with(posted("/api/v1/message", own.getBytes(UTF_8)), own.getBytes(UTF_8));
            check(answer, own);
            assertThat(answer).as(url).startsWith("HTTP/1.1 400 ").contains("\"field\":\"callback_url\"");
            answer = with(posted("/api/v1/chat/callback", workers.getBytes(UTF_8)), workers.getBytes(UTF_8));
            checkLikeTheWorkers(answer, workers);
            assertThat(answer).as(url).startsWith("HTTP/1.1 400 ");
        }
        nothingElseWasAccepted();
    }

    private static String posted(String path, byte[] body) {
        return "POST " + path + " HTTP/1.1\r\nHost: x\r\nX-API-Key: " + IngestServer.KEY
                + "\r\nPrefer: respond-async\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + body.length + "\r\n\r\n";
    }

    @Test
    void takesNoHarmFromAnyAddress() throws IOException {
        for (int i = 0; i < CASES / 5; i++) {
            String method = pick(METHODS);
            String head = method + " " + address() + " HTTP/1.1\r\nHost: x\r\nX-API-Key: " + IngestServer.KEY
                    + "\r\nConnection: close\r\nAccept: " + (random.nextInt(4) == 0 ? pick(SCRAPS) : "*/*")
                    + "\r\nContent-Length: 2\r\n\r\n";
            check(with(head, "{}".getBytes(UTF_8)), head);
        }
        nothingElseWasAccepted();
    }

    @Test
    void takesNoHarmFromGarbledRequests() throws IOException {
        String good = "POST /api/v1/message HTTP/1.1\r\nHost: x\r\nX-API-Key: " + IngestServer.KEY
                + "\r\nPrefer: respond-async\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + "Idempotency-Key: k\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
                + "Content-Length: 71\r\n\r\n"
                + "{\"org_id\":\"acme\",\"user_id\":\"raw\",\"client_id\":\"web\",\"message\":\"hello!!\"}";
        for (int i = 0; i < CASES / 10; i++) {
            byte[] garbled = garble(good.getBytes(ISO_8859_1));
            check(exchange(garbled), new String(garbled, ISO_8859_1));
        }
        nothingElseWasAccepted();
    }

    /** A stream of a whole conversation has no end, and so a HEAD of it was never answered to its end. */
    @Test
    void answersTheHeadOfAStreamWithoutOpeningIt() throws IOException {
        for (String address : List.of("/api/v1/stream?org_id=acme&user_id=ann", "/api/v1/operator/live")) {
            String head = "HEAD " + address + " HTTP/1.1\r\nHost: x\r\nX-API-Key: " + IngestServer.KEY
                    + "\r\nConnection: close\r\n\r\n";
            assertThat(whole(head.getBytes(ISO_8859_1), answer -> false))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("text/event-stream")
                    .endsWith("\r\n\r\n");
        }
    }

    private byte[] mutated(List<String> fields, String... good) {
        StringBuilder json = new StringBuilder("{");
        List<String> members = new ArrayList<>(List.of(good));
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            String field = pick(fields);
            boolean url = field.endsWith("callback_url") && random.nextInt(4) > 0;
            String member = "\"" + field + "\":" + (url ? "\"" + pick(URLS) + "\"" : pick(VALUES));
            switch (random.nextInt(3)) {
                case 0 -> members.add(member);
                case 1 -> members.set(random.nextInt(members.size()), member);
                default -> members.remove(random.nextInt(members.size()));
            }
            if (members.isEmpty()) {
                members.add(member);
            }
        }
        json.append(String.join(",", members)).append('}');
        String text = json.toString();
        return switch (random.nextInt(12)) {
            case 0 -> garble(text.getBytes(UTF_8));
            case 1 -> text.getBytes(java.nio.charset.StandardCharsets.UTF_16);
            case 2 -> text.getBytes(java.nio.charset.Charset.forName("UTF-32LE"));
            case 3 -> ("\ufeff" + text).getBytes(UTF_8);
            case 4 -> (text + text).getBytes(UTF_8);
            case 5 -> ("{\"metadata\":" + "{\"a\":".repeat(500) + "1" + "}".repeat(500) + "}").getBytes(UTF_8);
            case 6 -> text.substring(0, random.nextInt(text.length())).getBytes(UTF_8);
            case 7 -> random.nextInt(20) == 0 ? new byte[70_000] : new byte[random.nextInt(3)];
            default -> text.getBytes(UTF_8);
        };
    }

    private String address() {
        StringBuilder address = new StringBuilder(pick(PATHS));
        for (int i = random.nextInt(3); i > 0; i--) {
            address.insert(random.nextInt(address.length() + 1), pick(SCRAPS));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            address.append(address.indexOf("?") < 0 ? '?' : '&')
                    .append(pick(PARAMETERS))
                    .append(random.nextInt(5) == 0 ? "" : "=" + pick(SCRAPS));
        }
        return random.nextInt(300) == 0 ? address + "?" + "a=b&".repeat(5_000) : address.toString();
    }

    private byte[] garble(byte[] good) {
        byte[] bytes = good.clone();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = java.util.Arrays.copyOf(bytes, Math.max(1, at));
                default -> {
                    byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + 1);
                    System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
                    longer[at] = (byte) random.nextInt(256);
                    bytes = longer;
                }
            }
        }
        return bytes;
    }

    private String pick(List<String> values) {
        return values.get(random.nextInt(values.size()));
    }

    /** Counts what was accepted; anything refused says so properly. A connection that is only closed is fine too. */
    private void check(String answer, String request) throws IOException {
        if (answer.isEmpty()) {
            return;
        }
        String told = "seed " + SEED + "\n" + request + "\n→ " + answer;
        assertThat(answer).as(told).startsWith("HTTP/1.1 ");
        int status = Integer.parseInt(answer.substring(9, 12));
        // 505 is what the protocol asks for where the version is garbled.
        assertThat(status).as(told).matches(code -> code < 500 || code == 505);
        if (status == 202 && answer.contains("\"status\":\"queued\"")) {
            int at = answer.indexOf("\"message_id\":\"") + 14;
            accepted.add(answer.substring(at, at + 36));
        }
        int body = answer.indexOf("\r\n\r\n") + 4;
        if (status >= 400 && body < answer.length() && !request.startsWith("HEAD")) {
            assertThat(answer).as(told).contains("application/problem+json");
            String text = answer.substring(body);
            JsonNode problem = JSON.readTree(
                    text.substring(text.indexOf('{'), text.lastIndexOf('}') + 1).getBytes(ISO_8859_1));
            assertThat(problem.path("code").asText()).as(told).isNotEmpty();
            assertThat(problem.path("status").asInt()).as(told).isEqualTo(status);
            assertThat(text).as(told).doesNotContain("Exception", "\tat ", "org.apache", "org.spring");
        }
    }

    /** As {@link #check}, in the worker's shapes: a turn that is accepted and not over in time is a 504 that names it. */
    private void checkLikeTheWorkers(String answer, String request) throws IOException {
        if (answer.isEmpty()) {
            return;
        }
        String told = "seed " + SEED + "\n" + request + "\n→ " + answer;
        assertThat(answer).as(told).startsWith("HTTP/1.1 ");
        int status = Integer.parseInt(answer.substring(9, 12));
        if (status == 200 && answer.contains("text/event-stream")) {
            streamed++;
            return;
        }
        String text = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        JsonNode json = JSON.readTree(
                text.substring(text.indexOf('{'), text.lastIndexOf('}') + 1).getBytes(ISO_8859_1));
        if (status == 202 || status == 504 && json.path("code").asText().equals("SYNC_WAIT_OVER")) {
            accepted.add(json.path("message_id").asText());
            return;
        }
        assertThat(status).as(told).isBetween(400, 499);
        assertThat(answer).as(told).contains("application/json");
        assertThat(json.path("error").asText()).as(told).isNotEmpty();
        assertThat(text).as(told).doesNotContain("Exception", "\tat ", "org.apache", "org.spring");
        assertThat(text.length()).as(told).isLessThan(1_000);
    }

    /** And what was accepted can be read again, as whoever works on it must. */
    private void nothingElseWasAccepted() {
        assertThat(lanes.totals().accepted() - before).as("seed " + SEED).isEqualTo(accepted.size() + streamed);
        for (String id : accepted) {
            Found found = lanes.find(MessageId.parse(id).orElseThrow(), Watching.NOTHING)
                    .orElseThrow();
            assertThat(found.envelope().client())
                    .as("what can be read of " + id)
                    .isNotEmpty();
        }
    }

    private long before;

    @org.junit.jupiter.api.BeforeEach
    void count() {
        before = lanes.totals().accepted();
    }

    private static String with(String head, byte[] body) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(head.getBytes(ISO_8859_1));
        request.write(body);
        return exchange(request.toByteArray());
    }

    /** An answer; of a stream, which may go on for ever, what comes at first. */
    private static String exchange(byte[] request) throws IOException {
        return whole(request, answer -> answer.startsWith("HTTP/1.1 200 ") && answer.contains("text/event-stream"));
    }

    private static String whole(byte[] request, Predicate<String> enough) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(60_000);
            try {
                socket.getOutputStream().write(request);
                socket.shutdownOutput();
            } catch (SocketException refusedMeanwhile) {
                // The answer tells why.
            }
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            try {
                byte[] some = new byte[8192];
                for (int read = 0; read >= 0 && !enough.test(answer.toString(ISO_8859_1)); ) {
                    read = socket.getInputStream().read(some);
                    answer.write(some, 0, Math.max(0, read));
                }
            } catch (SocketException cutOff) {
                // What came before counts.
            }
            return answer.toString(ISO_8859_1);
        }
    }
}
