package org.unfoldingword.broker.callback;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.unfoldingword.broker.http.AddressRefused;

/** What became of one attempt to post a callback. */
sealed interface DeliveryOutcome {

    /** Accepted, with a 2xx. */
    record Delivered(int status) implements DeliveryOutcome {}

    /** 410: the receiver wants none of it, now or later. */
    record Gone() implements DeliveryOutcome {}

    /**
     * Answered, but not accepted: any other status. Redirects are among them, since they are not followed.
     *
     * @param retryAfter how long the receiver asks to wait
     * @param answer the beginning of what it said, on one line, perhaps empty; it may quote the message, so it is for
     *     the message's record and not for logs
     */
    record Retryable(int status, Optional<Duration> retryAfter, String answer) implements DeliveryOutcome {}

    /** No answer within the time for the whole exchange; the receiver may have got it. */
    record TimedOut(Duration limit) implements DeliveryOutcome {}

    /**
     * No answer, because there was no connection, or none any more: name unknown, refused, no TLS, reset. If it broke
     * late, the receiver may have got the callback; all attempts have the same {@code webhook-id}, so nothing hangs on
     * knowing.
     */
    record Unreached(IOException cause) implements DeliveryOutcome {}

    /** Not sent: the name resolves, at the moment, to an address that may not be connected. */
    record Forbidden(AddressRefused cause) implements DeliveryOutcome {}

    /** Not sent: all of our own connections were in use, which says nothing about the receiver. */
    record NoPlace() implements DeliveryOutcome {}

    /** Given up by our own side, which stops; the receiver may have got it. */
    record Aborted() implements DeliveryOutcome {}

    /** A word for meters and logs. */
    default String word() {
        return switch (this) {
            case Delivered delivered -> "delivered";
            case Gone gone -> "gone";
            case Retryable retryable -> "refused";
            case TimedOut timedOut -> "timeout";
            case Unreached unreached -> "unreached";
            case Forbidden forbidden -> "forbidden";
            case NoPlace noPlace -> "no_place";
            case Aborted aborted -> "aborted";
        };
    }

    /** What the receiver said to it, perhaps nothing; it may quote the message. */
    default String said() {
        return this instanceof Retryable refused ? refused.answer() : "";
    }

    /** What to tell those who ask why a callback has not arrived: nothing that the receiver said. */
    default String reason() {
        return switch (this) {
            case Delivered(int status) -> "status " + status;
            case Gone gone -> "status 410";
            case Retryable retryable -> "status " + retryable.status();
            case TimedOut(Duration limit) -> "no answer within " + limit.toSeconds() + " s";
            case Unreached(IOException cause) -> "not reached: " + cause.getMessage();
            case Forbidden(AddressRefused cause) -> "address refused: " + cause.getMessage();
            case NoPlace noPlace -> "no connection was free";
            case Aborted aborted -> "stopped by the broker";
        };
    }
}
