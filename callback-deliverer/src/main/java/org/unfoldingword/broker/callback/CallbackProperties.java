package org.unfoldingword.broker.callback;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.unfoldingword.broker.access.SecretText;
import org.unfoldingword.broker.settings.Settings;

/**
 * How callbacks are delivered.
 *
 * @param allowedHosts hosts that are exempt from the https and public-address rules, each {@code host} or
 *     {@code host:port}: for development and private networks
 * @param signingSecrets Standard Webhooks secrets, {@code whsec_…} or {@code whsk_…}, newest first; each signs every callback, so that
 *     receivers can change theirs one by one. None: callbacks are not signed
 * @param retrySchedule the wait before each attempt, the first included; its length is the number of attempts, after
 *     which a callback is dead-lettered
 * @param workerRetrySchedule likewise, for the last callback of a message whose callbacks have the worker's own shape; what comes
 *     before it is never retried. Short, since receivers that fail on one repeat what they did pass on
 * @param timeout one attempt as a whole, from the look-up of the name to the end of the answer; then it is dropped and
 *     retried. Receivers that pass the answer on before they accept it need a minute
 * @param connectTimeout one address of the receiver, and again its TLS handshake; a receiver that is down costs no more
 * @param concurrency callbacks that one deliverer posts at a time
 * @param following messages that one deliverer follows at a time besides, to tell of them while they run; one that is followed and
 *     not posted for costs a little memory and no connection
 * @param concurrencyPerOrigin how many of them to one origin; the others wait for their turn without keeping a place
 * @param concurrencyPerOrg how many of them for one org, whatever their origins. 0: half
 * @param circuitWait how long an origin is left alone that does not answer; then a single attempt decides
 */
@ConfigurationProperties("broker.callback")
record CallbackProperties(
        @DefaultValue List<String> allowedHosts,
        @DefaultValue List<SecretText> signingSecrets,

        @DefaultValue({"0s", "5s", "30s", "2m", "10m", "30m", "1h", "2h"})
        List<Duration> retrySchedule,

        @DefaultValue({"0s", "2s", "10s", "30s"}) List<Duration> workerRetrySchedule,

        @DefaultValue("60s") Duration timeout,
        @DefaultValue("5s") Duration connectTimeout,
        @DefaultValue("256") int concurrency,
        @DefaultValue("1024") int following,
        @DefaultValue("64") int concurrencyPerOrigin,
        @DefaultValue("0") int concurrencyPerOrg,
        @DefaultValue("30s") Duration circuitWait) {

    private static final Settings SETTINGS = new Settings("broker.callback");

    CallbackProperties {
        allowedHosts = List.copyOf(allowedHosts);
        signingSecrets = List.copyOf(signingSecrets);
        retrySchedule = List.copyOf(retrySchedule);
        workerRetrySchedule = List.copyOf(workerRetrySchedule);
        parsed(signingSecrets);
        expectWaits("retry-schedule", retrySchedule);
        expectWaits("worker-retry-schedule", workerRetrySchedule);
        SETTINGS.expect(timeout.compareTo(Duration.ofSeconds(1)) >= 0, "timeout", timeout, "at least 1s");
        SETTINGS.expect(connectTimeout.toMillis() > 0, "connect-timeout", connectTimeout, "at least 1ms");
        SETTINGS.expect(
                connectTimeout.compareTo(timeout) <= 0,
                "connect-timeout",
                connectTimeout,
                "at most timeout, " + timeout);
        SETTINGS.atLeastOne("concurrency", concurrency);
        SETTINGS.expect(following >= 0, "following", following, ">= 0");
        SETTINGS.expect(
                concurrencyPerOrigin >= 1 && concurrencyPerOrigin <= concurrency,
                "concurrency-per-origin",
                concurrencyPerOrigin,
                "from 1 to concurrency, " + concurrency);
        SETTINGS.expect(
                concurrencyPerOrg >= 0 && concurrencyPerOrg <= concurrency,
                "concurrency-per-org",
                concurrencyPerOrg,
                "from 1 to concurrency, " + concurrency + "; 0 for half of it");
        SETTINGS.expect(circuitWait.toMillis() >= 1, "circuit-wait", circuitWait, "at least 1ms");
    }

    int concurrencyPerOrgInForce() {
        return concurrencyPerOrg > 0 ? concurrencyPerOrg : Math.max(1, concurrency / 2);
    }

    /** The signing secrets, ready to use. */
    List<SigningSecret> secrets() {
        return parsed(signingSecrets);
    }

    private static void expectWaits(String name, List<Duration> waits) {
        SETTINGS.expect(!waits.isEmpty(), name, "none", "at least one wait");
        for (Duration wait : waits) {
            boolean within = !wait.isNegative() && wait.compareTo(RetrySchedule.WAIT_MAX) <= 0;
            SETTINGS.expect(within, name, wait, "each wait from 0s to " + RetrySchedule.WAIT_MAX);
        }
    }

    private static List<SigningSecret> parsed(List<SecretText> secrets) {
        List<SigningSecret> parsed = new ArrayList<>();
        for (int i = 0; i < secrets.size(); i++) {
            try {
                parsed.add(SigningSecret.of(secrets.get(i).reveal()));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("broker.callback.signing-secrets[" + i + "]: " + e.getMessage(), e);
            }
        }
        return parsed;
    }
}
