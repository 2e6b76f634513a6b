package org.unfoldingword.broker.lane;

import java.time.Instant;
import java.util.List;

/**
 * Whether invariant I3 holds, partition by partition, and what in Redis has no owner.
 *
 * @param keys looked at
 * @param findings of the index and of keys; the first ones, should there be very many
 */
public record AuditReport(Instant at, List<Account> accounts, long keys, List<Finding> findings) {

    /** Something that ought not to be. */
    public record Finding(String where, String what) {}

    /**
     * The account of one lane in one partition at one moment: {@code in = waiting + running + delayed + out}.
     *
     * @param in entries that came in: accepted (or callbacks asked for), and redriven
     * @param out entries that left: ended, delivered, dead-lettered or taken back
     * @param judged false if there were too many queues to count them at one moment; then nothing is said
     */
    public record Account(
            Lane lane, int partition, long in, long waiting, long running, long delayed, long out, boolean judged) {

        /** True also if it was not judged. */
        public boolean holds() {
            return !judged || in == waiting + running + delayed + out;
        }
    }

    /** True if every account holds and nothing was found. */
    public boolean clean() {
        return findings.isEmpty() && accounts.stream().allMatch(Account::holds);
    }
}
