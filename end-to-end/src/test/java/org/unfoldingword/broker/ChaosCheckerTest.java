package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.ChaosHistory.Accepted;
import org.unfoldingword.broker.ChaosHistory.Call;
import org.unfoldingword.broker.ChaosHistory.Cancel;
import org.unfoldingword.broker.ChaosHistory.Cancelled;
import org.unfoldingword.broker.ChaosHistory.Delivery;
import org.unfoldingword.broker.ChaosHistory.Fault;
import org.unfoldingword.broker.ChaosHistory.Victim;

/** The checker sees what is wrong with a history. Times are in milliseconds. */
class ChaosCheckerTest {

    private static final Duration LEASE = Duration.ofSeconds(2);

    private final ChaosHistory history = new ChaosHistory();

    @Test
    void findsNothingInAGoodHistory() {
        accepted(2);
        call(1, 0, 10, 50);
        call(2, 1, 51, 90);
        delivered(1, 60);
        delivered(2, 95);

        ChaosReport report = check();

        assertThat(report.findings()).isEmpty();
        assertThat(report.messages()).isEqualTo(2);
        assertThat(report.repeatedCalls()).isEmpty();
        assertThat(report.repeatedCallbacks()).isEmpty();
    }

    @Test
    void findsALostMessage() {
        accepted(1);
        call(1, 0, 10, 50);
        refused(1, 60);

        assertThat(check().findings()).containsExactly("lost: ann message 1, accepted as id-1");
    }

    @Test
    void findsAMessageThatCameTwice() {
        accepted(1);
        delivered(1, 60);
        history.add(new Delivery("ann", 1, "another", "completed", /* taken= */ true, nanos(70)));

        assertThat(check().findings()).contains("doubled: ann message 1, a callback of message another");
    }

    @Test
    void findsCallbacksOutOfOrder() {
        accepted(2);
        delivered(2, 60);
        delivered(1, 70);

        assertThat(check().findings()).containsExactly("out of order: ann message 1, delivered after 2");
    }

    @Test
    void takesADeliveryThatWasNotTakenForNone() {
        accepted(2);
        refused(1, 60);
        delivered(1, 70);
        delivered(2, 80);

        ChaosReport report = check();

        assertThat(report.findings()).isEmpty();
        assertThat(report.repeatedCallbacks()).containsEntry("not taken before", 1);
    }

    @Test
    void findsCallsOutOfOrder() {
        accepted(2);
        call(2, 0, 10, 20);
        call(1, 0, 30, 40);
        delivered(1, 60);
        delivered(2, 70);

        assertThat(check().findings()).containsExactly("out of order: ann message 1, called after 2");
    }

    @Test
    void findsOverlappingCalls() {
        accepted(2);
        call(1, 0, 10, 50);
        call(2, 1, 49, 60);
        delivered(1, 60);
        delivered(2, 70);

        assertThat(check().findings()).containsExactly("overlap: ann message 2, a turn began beside that of 1");
    }

    @Test
    void countsTheOverlapOfAZombieApart() {
        accepted(2);
        fault("freeze dispatcher", Victim.DISPATCHER, 0, 20, 3000);
        call(1, 1, 2500, 2600);
        call(2, 1, 2990, 3100);
        call(1, 0, 3005, 3050);
        delivered(1, 3060);
        delivered(2, 3170);

        ChaosReport report = check();

        assertThat(report.findings()).containsExactly("repeated: ann message 1, a call without a cause");
        assertThat(report.zombies()).isEqualTo(1);
    }

    @Test
    void findsARepetitionWithoutACause() {
        accepted(1);
        call(1, 0, 10, 50);
        call(1, 1, 60, 90);
        delivered(1, 95);
        delivered(1, 99);

        assertThat(check().findings())
                .containsExactly(
                        "repeated: ann message 1, a callback without a cause",
                        "repeated: ann message 1, a call without a cause");
    }

    @Test
    void tellsWhyACallWasRepeated() {
        accepted(2);
        fault("kill dispatcher", Victim.DISPATCHER, 0, 20, 21);
        call(1, 0, 10, 50);
        call(1, 1, 2100, 2150);
        history.add(new Call("ann", 2, 1, "error", nanos(2200), nanos(2210)));
        call(2, 1, 2300, 2310);
        delivered(1, 2160);
        delivered(2, 2320);

        ChaosReport report = check();

        assertThat(report.findings()).isEmpty();
        assertThat(report.repeatedCalls())
                .containsEntry("after kill dispatcher", 1)
                .containsEntry("after the worker's error", 1);
    }

    @Test
    void takesACancelForAnEnd() {
        accepted(3);
        call(1, 0, 10, 50);
        call(3, 0, 51, 60);
        history.add(new Cancel("ann", 1, Cancelled.RUNNING));
        history.add(new Cancel("ann", 2, Cancelled.WAITING));
        // It waits for nobody.
        cancelled(2, 20);
        cancelled(1, 30);
        delivered(3, 70);

        ChaosReport report = check();

        assertThat(report.findings()).isEmpty();
        assertThat(report.cancelled()).isEqualTo(2);
    }

    @Test
    void findsACancelThatNobodyAskedFor() {
        accepted(1);
        cancelled(1, 20);

        assertThat(check().findings()).containsExactly("cancelled: ann message 1, by nobody");
    }

    @Test
    void findsACancelThatDidNothing() {
        accepted(2);
        call(1, 0, 10, 50);
        call(2, 0, 51, 60);
        history.add(new Cancel("ann", 1, Cancelled.RUNNING));
        history.add(new Cancel("ann", 2, Cancelled.WAITING));
        delivered(1, 55);
        cancelled(2, 65);

        assertThat(check().findings())
                .containsExactly(
                        "not cancelled: ann message 1, its end is completed",
                        "not cancelled: ann message 2, it ran though it waited when it was cancelled");
    }

    @Test
    void takesEitherEndOfACancelThatMayHaveComeTooLate() {
        accepted(2);
        call(1, 0, 10, 50);
        call(2, 0, 51, 60);
        history.add(new Cancel("ann", 1, Cancelled.ASKED));
        history.add(new Cancel("ann", 2, Cancelled.LATE));
        cancelled(1, 55);
        delivered(2, 65);

        assertThat(check().findings()).isEmpty();
    }

    @Test
    void findsAMessageWithTwoEnds() {
        accepted(1);
        call(1, 0, 10, 50);
        history.add(new Cancel("ann", 1, Cancelled.ASKED));
        fault("kill redis", Victim.REDIS, 0, 20, 60);
        cancelled(1, 55);
        delivered(1, 65);

        assertThat(check().findings()).containsExactly("doubled: ann message 1, cancelled, then completed");
    }

    @Test
    void findsATurnBesideOneThatWasBrokenOff() {
        accepted(2);
        call(1, 0, 10, 600);
        history.add(new Cancel("ann", 1, Cancelled.RUNNING));
        cancelled(1, 30);
        call(2, 0, 40, 90);
        delivered(2, 95);

        assertThat(check().findings()).containsExactly("overlap: ann message 2, a turn began beside that of 1");
    }

    @Test
    void findsAConversationThatStoodStillForTooLong() {
        accepted(1);
        fault("kill dispatcher", Victim.DISPATCHER, 0, 20, 21);
        call(1, 0, 10, 50);
        call(1, 1, 3100, 3150);
        delivered(1, 3160);

        ChaosReport report = check();

        assertThat(report.recoveries().get("kill dispatcher")).containsExactly(Duration.ofMillis(3050));
        assertThat(report.slow()).containsExactly("kill dispatcher 0: a conversation stood still for 3050 ms");
    }

    @Test
    void countsFromTheEndOfAFaultThatLetsNothingFlow() {
        accepted(1);
        fault("kill redis", Victim.REDIS, 0, 20, 5000);
        call(1, 0, 10, 50);
        delivered(1, 5100);

        ChaosReport report = check();

        assertThat(report.recoveries().get("kill redis")).containsExactly(Duration.ofMillis(100));
        assertThat(report.slow()).isEmpty();
    }

    private ChaosReport check() {
        return ChaosChecker.check(history, LEASE);
    }

    /** So many messages of ann, one a millisecond. */
    private void accepted(int messages) {
        for (int number = 1; number <= messages; number++) {
            history.add(new Accepted("ann", number, "id-" + number, /* posts= */ 1, nanos(number - 1)));
        }
    }

    private void call(int number, int dispatcher, long from, long until) {
        history.add(new Call("ann", number, dispatcher, "answered", nanos(from), nanos(until)));
    }

    private void delivered(int number, long at) {
        callback(number, "completed", /* taken= */ true, at);
    }

    private void refused(int number, long at) {
        callback(number, "completed", /* taken= */ false, at);
    }

    private void cancelled(int number, long at) {
        callback(number, "cancelled", /* taken= */ true, at);
    }

    private void callback(int number, String end, boolean taken, long at) {
        history.add(new Delivery("ann", number, "id-" + number, end, taken, nanos(at)));
    }

    private void fault(String kind, Victim victim, int index, long from, long until) {
        history.add(new Fault(kind, victim, index, victim != Victim.REDIS, nanos(from), nanos(until)));
    }

    private static long nanos(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }
}
