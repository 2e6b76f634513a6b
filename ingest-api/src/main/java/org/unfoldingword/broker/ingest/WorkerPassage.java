package org.unfoldingword.broker.ingest;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.unfoldingword.broker.http.PublicUrls;
import org.unfoldingword.broker.telemetry.Ticker;

/**
 * Takes a request to the worker and its answer back: method, path, query, body and status as they are; with the worker's key
 * in place of the client's, and without what belongs to one connection only (RFC 9110, 7.6.1). Bodies are streamed both ways, but
 * for JSON answers, which are read whole to put the public origin into their URLs. Nothing is repeated, no redirect followed.
 */
final class WorkerPassage implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WorkerPassage.class);

    private final Upstream upstream;
    private final long jsonBytesMax;
    private final IngestProperties ingest;
    private final Ticker ticker;
    private final PublicUrls urls;
    private final CloseableHttpClient http;

    WorkerPassage(Upstream upstream, PassThroughProperties properties, IngestProperties ingest, Ticker ticker) {
        this.upstream = upstream;
        this.ingest = ingest;
        this.ticker = ticker;
        this.jsonBytesMax = properties.maxJson().toBytes();
        this.urls = upstream.publicUrls();
        this.http = HttpClientBuilder.create()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setMaxConnTotal(properties.concurrency())
                        .setMaxConnPerRoute(properties.concurrency())
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(Timeout.of(properties.connectTimeout()))
                                .setSocketTimeout(Timeout.of(properties.timeout()))
                                .setValidateAfterInactivity(TimeValue.ofSeconds(1))
                                .build())
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(Timeout.of(properties.timeout()))
                        .setConnectionRequestTimeout(Timeout.of(properties.connectTimeout()))
                        .setAuthenticationEnabled(false)
                        .build())
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableContentCompression()
                .disableAuthCaching()
                .disableDefaultUserAgent()
                .build();
    }

    /**
     * Answers with what the worker answers.
     *
     * @throws Refusal 413, 502 or 504, before anything was answered
     * @throws BrokenOff if the worker broke off within its answer, after a part of it was given
     * @throws IOException if the client left
     */
    void pass(WorkerPath path, HttpServletRequest request, HttpServletResponse response) throws IOException {
        HttpHost worker = upstream.host()
                .orElseThrow(() -> Refusal.coded(
                        502,
                        "Bad gateway",
                        "WORKER_UNKNOWN",
                        "No worker is configured here (expected: WORKER_BASE_URL)"));
        ClassicHttpRequest passed = passed(path, request);
        ClassicHttpResponse answer;
        try {
            answer = http.executeOpen(worker, passed, null);
        } catch (SocketTimeoutException | ConnectionRequestTimeoutException e) {
            throw unanswered(path, e, late());
        } catch (IOException e) {
            throw unanswered(
                    path,
                    e,
                    Refusal.coded(502, "Bad gateway", "WORKER_UNREACHABLE", "The worker could not be reached"));
        }
        // Closed, not drained: an answer that the client no longer wants is not read to its end.
        try (answer) {
            give(answer, path, response);
        }
    }

    @Override
    public void close() throws IOException {
        http.close();
    }

    static boolean reads(HttpServletRequest request) {
        return request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
    }

    private ClassicHttpRequest passed(WorkerPath path, HttpServletRequest request) throws IOException {
        ClassicHttpRequest passed =
                new BasicClassicHttpRequest(request.getMethod(), upstream.pathPrefix() + path.target());
        PassedHeaders along = PassedHeaders.ofRequest(Collections.list(request.getHeaders("Connection")));
        for (String name : Collections.list(request.getHeaderNames())) {
            if (along.include(name)) {
                request.getHeaders(name).asIterator().forEachRemaining(value -> passed.addHeader(name, value));
            }
        }
        if (path.area() != WorkerPath.Area.PUBLIC && !upstream.key().reveal().isEmpty()) {
            passed.setHeader("Authorization", "Bearer " + upstream.key().reveal());
        }
        long length = request.getContentLengthLong();
        if (length > ingest.maxBody().toBytes()) {
            throw Refusal.bare(413, "Request body too large");
        }
        // What only reads needs no body to say what.
        if (!reads(request) && (length > 0 || request.getHeader("Transfer-Encoding") != null)) {
            InputStream body =
                    new ClientBody(request.getInputStream(), ingest.maxBody().toBytes(), ingest.bodyTimeout(), ticker);
            passed.setEntity(new InputStreamEntity(body, length, /* contentType= */ null));
        }
        return passed;
    }

    private void give(ClassicHttpResponse answer, WorkerPath path, HttpServletResponse response) throws IOException {
        boolean rewritten = isJson(answer) && !urls.changeNothing();
        Optional<byte[]> whole = Optional.empty();
        Optional<Streamed> body = Optional.empty();
        // No entity is a HEAD's: it has the length of what a GET would bring.
        if (answer.getEntity() != null) {
            InputStream content = answer.getEntity().getContent();
            try {
                whole = rewritten ? Optional.of(json(content)) : Optional.empty();
                body = rewritten ? Optional.empty() : Optional.of(Streamed.begin(content));
            } catch (IOException e) {
                throw unanswered(path, e, brokenOff(e));
            }
        }
        response.setStatus(answer.getCode());
        passHeaders(answer, response);
        if (whole.isPresent()) {
            response.setContentLengthLong(whole.get().length);
            response.getOutputStream().write(whole.get());
            return;
        }
        Header length = answer.getFirstHeader("Content-Length");
        if (length != null && !rewritten && length.getValue().matches("\\d{1,18}")) {
            response.setContentLengthLong(Long.parseLong(length.getValue()));
        }
        if (body.isPresent()) {
            body.get().give(response.getOutputStream());
        } else {
            // Or the server would tell a length of 0.
            response.flushBuffer();
        }
    }

    private void passHeaders(ClassicHttpResponse answer, HttpServletResponse response) {
        PassedHeaders along = PassedHeaders.ofAnswer(Arrays.stream(answer.getHeaders("Connection"))
                .map(Header::getValue)
                .toList());
        for (Header header : answer.getHeaders()) {
            if (along.include(header.getName())) {
                boolean location = header.getName().equalsIgnoreCase("Location");
                response.addHeader(header.getName(), location ? urls.rewrite(header.getValue()) : header.getValue());
            }
        }
    }

    private static boolean isJson(ClassicHttpResponse answer) {
        Header type = answer.getFirstHeader("Content-Type");
        return type != null
                && type.getValue().toLowerCase(Locale.ROOT).startsWith("application/json")
                && answer.getFirstHeader("Content-Encoding") == null;
    }

    private byte[] json(InputStream body) throws IOException {
        int max = (int) jsonBytesMax;
        byte[] whole = body.readNBytes(max + 1);
        if (whole.length > max) {
            throw Refusal.coded(
                    502, "Bad gateway", "WORKER_ANSWER_TOO_LARGE", "The worker answered more than " + max + " bytes");
        }
        return urls.rewrite(whole);
    }

    private static Refusal unanswered(WorkerPath path, IOException e, Refusal refusal) {
        if (e.getCause() instanceof Refusal tooLarge) {
            return tooLarge;
        }
        log.warn("pass-through to {} failed ({})", path.area(), e.toString());
        return refusal;
    }

    private static Refusal late() {
        return Refusal.coded(504, "Gateway timeout", "WORKER_TIMEOUT", "The worker did not answer in time");
    }

    private static Refusal brokenOff(IOException e) {
        return e instanceof SocketTimeoutException
                ? late()
                : Refusal.coded(502, "Bad gateway", "WORKER_BROKE_OFF", "The worker broke off within its answer");
    }

    /** An answer's body, of which a first piece has come: until then a worker that breaks off can be told of. */
    private static final class Streamed {
        private final InputStream in;
        private final byte[] piece = new byte[16 * 1024];
        private int length;

        private Streamed(InputStream in) {
            this.in = in;
        }

        static Streamed begin(InputStream in) throws IOException {
            Streamed body = new Streamed(in);
            body.length = in.read(body.piece);
            return body;
        }

        /** What is there is sent at once: the answer may be one that goes on for long. */
        void give(OutputStream out) throws IOException {
            while (length >= 0) {
                out.write(piece, 0, length);
                out.flush();
                try {
                    length = in.read(piece);
                } catch (IOException e) {
                    throw new BrokenOff(e);
                }
            }
        }
    }
}
