package org.unfoldingword.broker.dispatch;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.unfoldingword.broker.settings.Settings;

/**
 * How a dispatcher works, and when it gives up.
 *
 * @param concurrency conversations worked on at a time
 * @param concurrencyPerOrg how many of them may be one org's; 0: all of them. What an org has beyond keeps its place, and costs the
 *     others nothing
 * @param failuresMax answers 5xx but 503 to one message, counted from 1, of which the last ends it
 * @param busyPatience how long a message is tried while the worker is busy or cannot be reached; then it fails
 * @param deliveriesMax times that a message may be taken by a holder that does not come back; then it fails as poison
 * @param retryUnknown whether a call whose end was not seen is repeated instead of failing at once
 * @param repeatLapsed whether a message whose dispatcher was killed is repeated instead of failing at once
 * @param backoffFirst the wait before the second attempt; doubles with each
 * @param backoffMax the longest such wait
 * @param circuitWait how long an open circuit waits before it lets one probe through
 */
@ConfigurationProperties("broker.dispatch")
record DispatchProperties(
        @DefaultValue("256") int concurrency,
        @DefaultValue("0") int concurrencyPerOrg,
        @DefaultValue("4") int failuresMax,
        @DefaultValue("1h") Duration busyPatience,
        @DefaultValue("3") int deliveriesMax,
        @DefaultValue("false") boolean retryUnknown,
        @DefaultValue("true") boolean repeatLapsed,
        @DefaultValue("500ms") Duration backoffFirst,
        @DefaultValue("30s") Duration backoffMax,
        @DefaultValue("5s") Duration circuitWait) {

    private static final Settings SETTINGS = new Settings("broker.dispatch");

    DispatchProperties {
        SETTINGS.atLeastOne("concurrency", concurrency);
        SETTINGS.expect(concurrencyPerOrg >= 0, "concurrency-per-org", concurrencyPerOrg, ">= 0");
        SETTINGS.atLeastOne("failures-max", failuresMax);
        SETTINGS.atLeastOne("deliveries-max", deliveriesMax);
        SETTINGS.positive("busy-patience", busyPatience);
        SETTINGS.positive("backoff-first", backoffFirst);
        SETTINGS.positive("circuit-wait", circuitWait);
        SETTINGS.expect(
                backoffMax.compareTo(backoffFirst) >= 0,
                "backoff-max",
                backoffMax,
                "at least backoff-first, " + backoffFirst);
    }
}
