package org.unfoldingword.broker.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/**
 * The whole job with nothing in between: a POST to a bare Spring Boot endpoint, a POST to the worker, a POST to the receiver, by the
 * libraries that the broker uses, 64 at a time. No queue, no store, no order: no broker that is built on these can be faster here.
 */
final class ThreeExchanges {

    private static final int AT_A_TIME = 64;

    private ThreeExchanges() {}

    static double perSecond(Bench bench, StubWorker worker, CallbackReceiver receiver, int warmUp, int messages)
            throws IOException, InterruptedException {
        worker.onCall((user, request, arrivedNanos) -> {});
        receiver.onCallback(callback -> {});
        try (BareProcess bare = BareProcess.start(bench);
                Submitter submitter = new Submitter(bare.url(), "none");
                CloseableHttpClient http = http()) {
            run(submitter, http, worker, receiver, warmUp);
            long startNanos = System.nanoTime();
            run(submitter, http, worker, receiver, messages);
            return messages / ((System.nanoTime() - startNanos) / 1e9);
        }
    }

    private static void run(
            Submitter submitter, CloseableHttpClient http, StubWorker worker, CallbackReceiver receiver, int messages)
            throws InterruptedException {
        AtomicInteger left = new AtomicInteger(messages);
        try (InParallel clients = new InParallel()) {
            for (int i = 0; i < AT_A_TIME; i++) {
                String user = "alone-" + i;
                clients.start(() -> {
                    while (left.getAndDecrement() > 0) {
                        one(submitter, http, worker, receiver, user);
                    }
                    return user;
                });
            }
            clients.join();
        }
    }

    private static void one(
            Submitter submitter, CloseableHttpClient http, StubWorker worker, CallbackReceiver receiver, String user)
            throws IOException, InterruptedException {
        submitter.post(user, 1, Optional.of(receiver.url()));
        ObjectNode message = Submitter.message(user, Optional.empty()).put("message", "1");
        message.putObject("metadata").put("number", 1);
        byte[] body = message.toString().getBytes(UTF_8);
        post(http, worker.url() + "/api/v1/chat/stream", body);
        post(http, receiver.url(), body);
    }

    private static void post(CloseableHttpClient http, String url, byte[] body) throws IOException {
        HttpPost post = new HttpPost(url);
        post.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
        http.execute(post, answer -> {
            EntityUtils.consume(answer.getEntity());
            return answer.getCode();
        });
    }

    private static CloseableHttpClient http() {
        return HttpClientBuilder.create()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setMaxConnTotal(2 * AT_A_TIME)
                        .setMaxConnPerRoute(AT_A_TIME)
                        .build())
                .disableCookieManagement()
                .disableContentCompression()
                .build();
    }
}
