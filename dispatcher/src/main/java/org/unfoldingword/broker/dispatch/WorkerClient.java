package org.unfoldingword.broker.dispatch;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.github.resilience4j.timelimiter.TimeLimiterConfig;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import javax.net.ssl.SSLHandshakeException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.EntityTemplate;
import org.apache.hc.core5.util.Timeout;
import org.unfoldingword.broker.http.PublicUrls;

/**
 * Calls the worker, one turn a call, and says what became of it. Called on virtual threads, thousands at a time; each call has
 * a connection, small buffers and a deadline. Nothing is repeated here: what may be repeated is the handler's decision.
 */
final class WorkerClient implements AutoCloseable {

    static final String BULKHEAD_FULL = "BULKHEAD_FULL";
    private static final int ERROR_BODY_MAX = 64 * 1024;

    private final WorkerProperties properties;
    private final InstantSource clock;
    private final ScheduledExecutorService deadlines;
    /** The lane takes no more than it has places for; this holds if something else ever calls. */
    private final Bulkhead bulkhead;

    private final TimeLimiter timeLimit;
    private final CloseableHttpClient http;
    private final PublicUrls urls;

    WorkerClient(
            WorkerProperties properties, int connections, InstantSource clock, ScheduledExecutorService deadlines) {
        this.properties = properties;
        this.clock = clock;
        this.deadlines = deadlines;
        this.urls = properties.publicUrls();
        this.bulkhead = Bulkhead.of(
                "worker",
                BulkheadConfig.custom()
                        .maxConcurrentCalls(connections)
                        .maxWaitDuration(Duration.ZERO)
                        .build());
        this.timeLimit = TimeLimiter.of(
                "worker",
                TimeLimiterConfig.custom().timeoutDuration(properties.timeout()).build());
        this.http = HttpClientBuilder.create()
                .setConnectionManager(connections(properties, connections))
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableContentCompression()
                .disableAuthCaching()
                .setUserAgent("bt-servant-message-broker")
                .build();
    }

    /** The endpoint that is called where nothing speaks for the other one. */
    Endpoint usual() {
        return properties.endpoint();
    }

    /** @param frames takes the data of each event of a stream, byte for byte, the terminal one included; on this thread */
    WorkerOutcome call(WorkerCall call, Consumer<byte[]> frames) {
        if (!bulkhead.tryAcquirePermission()) {
            return new WorkerOutcome.Busy(BULKHEAD_FULL, Optional.empty());
        }
        CompletableFuture<Void> ended = new CompletableFuture<>();
        timeLimit.executeCompletionStage(deadlines, () -> ended).whenComplete((nothing, late) -> {
            if (late != null) {
                call.timeOver();
            }
        });
        try {
            return exchange(call, frames);
        } finally {
            ended.complete(null);
            bulkhead.onComplete();
        }
    }

    @Override
    public void close() throws IOException {
        http.close();
    }

    private WorkerOutcome exchange(WorkerCall call, Consumer<byte[]> frames) {
        try {
            HttpPost post = request(call);
            call.begins(post);
            // Closed, not drained: a stream that goes on after its terminal frame is not waited for.
            try (ClassicHttpResponse response = http.executeOpen(null, post, null)) {
                return outcome(call, response, frames);
            }
        } catch (SseReader.TooLong e) {
            return new WorkerOutcome.TooLong(tooManyBytes());
        } catch (IOException e) {
            return broken(call, e);
        } catch (IllegalStateException e) {
            // The library's word for a request that was cancelled while it took its connection.
            if (call.aborted() || call.outOfTime()) {
                return broken(call, new IOException(e));
            }
            throw e;
        }
    }

    private HttpPost request(WorkerCall call) {
        HttpPost post = new HttpPost(properties.uri(call.endpoint()));
        post.setConfig(RequestConfig.custom()
                .setResponseTimeout(Timeout.of(silence(call)))
                .setConnectionRequestTimeout(Timeout.of(properties.connectTimeout()))
                .build());
        if (!properties.apiKey().isEmpty()) {
            post.setHeader("Authorization", "Bearer " + properties.apiKey());
        }
        // A kept connection that the worker closes at this very moment would look like a call whose end was not seen.
        // Beside a turn of seconds, a new one costs nothing.
        post.setHeader("Connection", "close");
        post.setHeader("Accept", call.endpoint() == Endpoint.STREAM ? "text/event-stream" : "application/json");
        call.headers().forEach(post::setHeader);
        // Chunk by chunk, as it comes out of Redis.
        post.setEntity(new EntityTemplate(
                call.body().length(), ContentType.APPLICATION_JSON, /* contentEncoding= */ null, call.body()::writeTo));
        return post;
    }

    private WorkerOutcome outcome(WorkerCall call, ClassicHttpResponse response, Consumer<byte[]> frames)
            throws IOException {
        InputStream body = response.getEntity() == null
                ? InputStream.nullInputStream()
                : response.getEntity().getContent();
        if (response.getCode() != 200) {
            Header retryAfter = response.getFirstHeader("Retry-After");
            return WorkerReply.refused(
                    response.getCode(),
                    body.readNBytes(ERROR_BODY_MAX),
                    Optional.ofNullable(retryAfter).map(Header::getValue),
                    clock.instant());
        }
        if (call.endpoint() == Endpoint.STREAM) {
            return streamed(call, body, frames);
        }
        int max = (int) properties.maxReply().toBytes();
        byte[] whole = body.readNBytes(max + 1);
        return whole.length > max
                ? new WorkerOutcome.TooLong(tooManyBytes())
                : WorkerReply.answered(urls.rewrite(whole));
    }

    private WorkerOutcome streamed(WorkerCall call, InputStream body, Consumer<byte[]> frames) throws IOException {
        SseReader events = new SseReader(body, properties.maxReply().toBytes());
        int said = 0;
        for (Optional<byte[]> next = events.next(); next.isPresent(); next = events.next()) {
            byte[] frame = next.get();
            if (++said > properties.maxFrames()) {
                return new WorkerOutcome.TooLong(properties.maxFrames() + " frames");
            }
            if (WorkerReply.terminal(frame).isPresent()) {
                byte[] last = urls.rewrite(frame);
                frames.accept(last);
                return WorkerReply.terminal(last).orElseThrow();
            }
            frames.accept(frame);
        }
        return call.aborted()
                ? new WorkerOutcome.Aborted()
                : new WorkerOutcome.Unknown("the stream ended without complete or error");
    }

    private String tooManyBytes() {
        return properties.maxReply().toBytes() + " bytes";
    }

    private WorkerOutcome broken(WorkerCall call, IOException e) {
        if (call.aborted()) {
            return new WorkerOutcome.Aborted();
        }
        if (call.outOfTime()) {
            return new WorkerOutcome.Unknown("no end within " + seconds(properties.timeout()));
        }
        boolean unsent = e instanceof ConnectException
                || e instanceof ConnectTimeoutException
                || e instanceof UnknownHostException
                || e instanceof SSLHandshakeException
                || e instanceof NoRouteToHostException;
        String cause = e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage());
        if (unsent) {
            return new WorkerOutcome.Unreached(cause);
        }
        return new WorkerOutcome.Unknown(
                e instanceof SocketTimeoutException ? "nothing came for " + seconds(silence(call)) : cause);
    }

    /** The endpoint that answers at once is silent for minutes; only the deadline bounds it. */
    private Duration silence(WorkerCall call) {
        return call.endpoint() == Endpoint.STREAM ? properties.idleTimeout() : properties.timeout();
    }

    private static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
    }

    private static PoolingHttpClientConnectionManager connections(WorkerProperties properties, int connections) {
        Http1Config small = Http1Config.custom().setBufferSize(2048).build();
        return PoolingHttpClientConnectionManagerBuilder.create()
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(small)
                        .build())
                .setMaxConnTotal(connections)
                .setMaxConnPerRoute(connections)
                .setDefaultSocketConfig(
                        SocketConfig.custom().setTcpNoDelay(true).build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(properties.connectTimeout()))
                        .build())
                .build();
    }
}
