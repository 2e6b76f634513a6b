package org.unfoldingword.broker.lane;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.unfoldingword.broker.settings.Settings;

/**
 * How long a process may take to stop, from the outside in. Readiness goes down; after the lead, no request is accepted. What is
 * left of the time is shared in three: for requests under way, for what the lanes run, and for last words and connections.
 *
 * @param within the whole stop; the platform must wait a few seconds longer before it kills
 * @param readinessLead requests are still accepted for so long after readiness has gone down, so that a load balancer sees it first
 */
@ConfigurationProperties("broker.stop")
public record StopProperties(
        @DefaultValue("25s") Duration within,
        @DefaultValue("0s") Duration readinessLead) {

    private static final Duration WITHIN_MIN = Duration.ofSeconds(15);
    private static final Duration ANSWERING = Duration.ofSeconds(1);
    private static final Duration WITHIN_MAX = Duration.ofHours(1);

    private static final Settings SETTINGS = new Settings("broker.stop");

    public StopProperties {
        SETTINGS.expect(
                within.compareTo(WITHIN_MIN) >= 0 && within.compareTo(WITHIN_MAX) <= 0,
                "within",
                within,
                "15s to 1h; environment: BROKER_STOP_WITHIN");
        SETTINGS.expect(
                !readinessLead.isNegative() && within.minus(readinessLead).compareTo(WITHIN_MIN) >= 0,
                "readiness-lead",
                readinessLead,
                "0s to " + within.minus(WITHIN_MIN).toSeconds() + "s, 15s less than within; environment:"
                        + " BROKER_READINESS_LEAD");
    }

    /** For requests under way. */
    public Duration requests() {
        return third();
    }

    /** Those that are held are answered by then, if only with where to read the result. */
    public Duration held() {
        return requests().minus(ANSWERING);
    }

    /** For what the lanes run; what still runs then is given back. */
    public Duration work() {
        return third();
    }

    private Duration third() {
        return within.minus(readinessLead).dividedBy(3);
    }
}
