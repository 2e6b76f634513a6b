package org.unfoldingword.broker.callback;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.EntityTemplate;
import org.apache.hc.core5.io.Closer;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.unfoldingword.broker.http.AddressGuard;
import org.unfoldingword.broker.http.AddressRefused;
import org.unfoldingword.broker.http.BoundedBody;
import org.unfoldingword.broker.http.CallbackTarget;
import org.unfoldingword.broker.http.RetryAfter;

/**
 * Posts callbacks, each exactly once: it follows no redirect, keeps no cookie, repeats nothing by itself and decodes
 * nothing. Every connection is to an address that the guard has judged. Safe for threads; one call blocks one,
 * preferably virtual, thread.
 *
 * <p>The status decides, as soon as it is there. What comes after it is read for the record only, up to a limit; an
 * answer that goes on for longer, or never ends, costs its connection and changes nothing.
 */
final class CallbackClient implements AutoCloseable {

    /** Of an answer, the rest is dropped; what is quoted of it in the message's record is shorter still. */
    private static final int RESPONSE_BYTES_MAX = 4096;

    private static final int EXCERPT_CHARACTERS_MAX = 200;
    private static final int HEADER_LINE_MAX = 8192;
    private static final int HEADERS_MAX = 100;
    private static final int GONE = 410;

    /** Receivers close idle connections after some seconds; older ones are tested before they are used again. */
    private static final TimeValue IDLE_UNTESTED = TimeValue.ofSeconds(1);

    private static final TimeValue IDLE_MAX = TimeValue.ofSeconds(30);

    /** So that a receiver that moves to another address is followed. */
    private static final TimeValue CONNECTION_AGE_MAX = TimeValue.ofMinutes(5);

    private final CloseableHttpClient http;
    private final Alarm alarm;
    private final InstantSource clock;
    private final Duration timeout;

    CallbackClient(
            CallbackProperties properties, AddressGuard guard, String version, Alarm alarm, InstantSource clock) {
        this.http = client(properties, guard, "bt-servant-message-broker/" + version);
        this.alarm = alarm;
        this.clock = clock;
        this.timeout = properties.timeout();
    }

    /**
     * Posts once and says what became of it.
     *
     * @param headers besides those of every callback; names and values are ours
     * @param onStop is given, before anything is sent, what ends the call early from another thread, with
     *     {@link DeliveryOutcome.Aborted} unless the status was there first; harmless when the call is over
     * @throws RuntimeException what the body throws when its own source fails
     */
    DeliveryOutcome post(
            CallbackTarget target, CallbackBody body, Map<String, String> headers, Consumer<Runnable> onStop) {
        Exchange exchange = new Exchange(request(target, body, headers));
        onStop.accept(exchange::abort);
        Runnable callOff = alarm.after(timeout, exchange::expire);
        try {
            return exchange.run();
        } finally {
            callOff.run();
        }
    }

    /** Ends the calls that are under way, with {@link DeliveryOutcome.Unreached}. */
    @Override
    public void close() throws IOException {
        http.close();
        alarm.close();
    }

    private static CloseableHttpClient client(CallbackProperties properties, AddressGuard guard, String userAgent) {
        return HttpClientBuilder.create()
                .setConnectionManager(connections(properties, guard))
                .setDefaultRequestConfig(RequestConfig.custom()
                        // Whoever posts has a place, and with it a connection, but for a moment.
                        .setConnectionRequestTimeout(timeout(properties.connectTimeout()))
                        .setResponseTimeout(timeout(properties.timeout()))
                        .setAuthenticationEnabled(false)
                        .build())
                .setUserAgent(userAgent)
                .evictExpiredConnections()
                .evictIdleConnections(IDLE_MAX)
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableContentCompression()
                .disableAuthCaching()
                .disableConnectionState()
                .build();
    }

    private static PoolingHttpClientConnectionManager connections(CallbackProperties properties, AddressGuard guard) {
        return PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(guard)
                .setMaxConnTotal(properties.concurrency())
                .setMaxConnPerRoute(properties.concurrencyPerOrigin())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(timeout(properties.connectTimeout()))
                        .setValidateAfterInactivity(IDLE_UNTESTED)
                        .setTimeToLive(CONNECTION_AGE_MAX)
                        .build())
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(Http1Config.custom()
                                .setMaxLineLength(HEADER_LINE_MAX)
                                .setMaxHeaderCount(HEADERS_MAX)
                                .build())
                        .build())
                .build();
    }

    private static Timeout timeout(Duration duration) {
        return Timeout.of(duration.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static HttpPost request(CallbackTarget target, CallbackBody body, Map<String, String> headers) {
        HttpPost request = new HttpPost(target.uri());
        headers.forEach(request::setHeader);
        request.setEntity(new EntityTemplate(
                body.length(), ContentType.create("application/json"), /* contentEncoding= */ null, body::writeTo));
        return request;
    }

    /** One call, and the two that may cut it short: the alarm and whoever stops us. The first names the outcome. */
    private final class Exchange {

        private final HttpPost request;
        private @Nullable DeliveryOutcome cutShort;

        Exchange(HttpPost request) {
            this.request = request;
        }

        void abort() {
            cut(new DeliveryOutcome.Aborted());
        }

        void expire() {
            cut(new DeliveryOutcome.TimedOut(timeout));
        }

        private void cut(DeliveryOutcome outcome) {
            synchronized (this) {
                if (cutShort == null) {
                    cutShort = outcome;
                }
            }
            request.cancel();
        }

        DeliveryOutcome run() {
            try {
                ClassicHttpResponse response = http.executeOpen(null, request, null);
                try {
                    return outcomeOf(response);
                } finally {
                    Closer.closeQuietly(response);
                }
            } catch (IOException e) {
                return cutShort().orElseGet(() -> outcomeOf(e));
            } catch (IllegalStateException e) {
                // What the client throws, besides, when it is cut short between taking a connection and using it.
                return cutShort().orElseThrow(() -> e);
            }
        }

        private synchronized Optional<DeliveryOutcome> cutShort() {
            return Optional.ofNullable(cutShort);
        }

        private DeliveryOutcome outcomeOf(ClassicHttpResponse response) {
            int status = response.getCode();
            Optional<Duration> retryAfter = retryAfter(response);
            String answer = answerIn(response);
            if (status >= 200 && status < 300) {
                return new DeliveryOutcome.Delivered(status);
            }
            return status == GONE
                    ? new DeliveryOutcome.Gone()
                    : new DeliveryOutcome.Retryable(status, retryAfter, answer);
        }

        private Optional<Duration> retryAfter(ClassicHttpResponse response) {
            return Optional.ofNullable(response.getFirstHeader(HttpHeaders.RETRY_AFTER))
                    .map(Header::getValue)
                    .flatMap(value -> RetryAfter.parse(value, clock.instant()));
        }

        /** Reads to the end where that is near, so that the connection can be used again. */
        private String answerIn(ClassicHttpResponse response) {
            HttpEntity entity = response.getEntity();
            if (entity == null) {
                return "";
            }
            try {
                BoundedBody body = BoundedBody.read(entity.getContent(), RESPONSE_BYTES_MAX);
                if (!body.complete()) {
                    request.cancel();
                }
                return body.excerpt(EXCERPT_CHARACTERS_MAX);
            } catch (IOException e) {
                request.cancel();
                return "";
            }
        }

        private DeliveryOutcome outcomeOf(IOException failure) {
            if (Thread.currentThread().isInterrupted()) {
                return new DeliveryOutcome.Aborted();
            }
            return switch (failure) {
                case AddressRefused refused -> new DeliveryOutcome.Forbidden(refused);
                case ConnectionRequestTimeoutException noneFree -> new DeliveryOutcome.NoPlace();
                case ConnectTimeoutException unreached -> new DeliveryOutcome.Unreached(unreached);
                case SocketTimeoutException silent -> new DeliveryOutcome.TimedOut(timeout);
                default -> new DeliveryOutcome.Unreached(failure);
            };
        }
    }
}
