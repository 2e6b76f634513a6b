package org.unfoldingword.broker.lane;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * {@code audit.lua} and {@code owners.lua}: holds the counters and the index against the queues, then asks of each key whether it
 * has an owner. Reads all keys, so it is for an operator's question and for tests, not for every minute.
 */
final class AuditKeys {

    private static final Script AUDIT = Script.load("audit");
    private static final Script OWNERS = Script.load("owners");
    /** One script looks at no more queues of a lane than this, lest Redis be busy for long. */
    private static final int QUEUES_MAX = 20_000;

    private static final int FINDINGS_MAX = 100;

    private final Lanes lanes;

    AuditKeys(Lanes lanes) {
        this.lanes = lanes;
    }

    AuditReport run() {
        Tally tally = new Tally();
        for (int partition : lanes.allPartitions()) {
            account(partition, tally);
        }
        lanes.redis().scan("broker:*", keys -> owners(keys, tally));
        return new AuditReport(tally.at, tally.accounts, tally.keys, tally.findings);
    }

    private void account(int partition, Tally tally) {
        Answer answer = lanes.redis()
                .run(
                        AUDIT,
                        lanes.keyspace().both(Lane.MESSAGES, partition),
                        new Arguments().add(QUEUES_MAX).add(FINDINGS_MAX));
        tally.at = Instant.ofEpochMilli(answer.number(0));
        Map<String, Long> counters = answer.counts(1);
        long ended = sum(counters, "completed", "failed", "cancelled", "expired");
        tally.add(Lane.MESSAGES, partition, sum(counters, "accepted", "redriven"), ended, answer.list(2));
        long gone = sum(counters, "delivered", "undelivered", "withdrawn");
        tally.add(Lane.CALLBACKS, partition, sum(counters, "callbacks", "callback_redriven"), gone, answer.list(3));
    }

    private void owners(List<String> keys, Tally tally) {
        tally.keys += keys.size();
        Map<Integer, List<String>> byPartition = new TreeMap<>();
        for (String key : keys) {
            OptionalInt partition = Keyspace.partitionOf(key);
            if (partition.isPresent() && partition.getAsInt() < lanes.keyspace().partitions()) {
                byPartition
                        .computeIfAbsent(partition.getAsInt(), any -> new ArrayList<>())
                        .add(key);
            } else if (!Keyspace.SINGLE.contains(key)) {
                tally.find(key, "a key that the broker does not know");
            }
        }
        byPartition.forEach((partition, theirs) -> {
            List<String> asked = lanes.keyspace().both(Lane.MESSAGES, partition);
            asked.addAll(theirs);
            Answer faults = lanes.redis().run(OWNERS, asked, new Arguments().add(Keyspace.prefix(partition)));
            for (int i = 0; i < theirs.size(); i++) {
                if (!faults.text(i).isEmpty()) {
                    tally.find(theirs.get(i), faults.text(i));
                }
            }
        });
    }

    private static long sum(Map<String, Long> counters, String... names) {
        long sum = 0;
        for (String name : names) {
            sum += counters.getOrDefault(name, 0L);
        }
        return sum;
    }

    private static final class Tally {
        private final List<AuditReport.Account> accounts = new ArrayList<>();
        private final List<AuditReport.Finding> findings = new ArrayList<>();
        private Instant at = Instant.EPOCH;
        private long keys;

        /** @param lane as {@code audit.lua} tells: queues, judged, entries, held, delayed, findings */
        void add(Lane lane, int partition, long in, long out, Answer found) {
            long running = found.number(3);
            long delayed = found.number(4);
            accounts.add(new AuditReport.Account(
                    lane,
                    partition,
                    in,
                    found.number(2) - running - delayed,
                    running,
                    delayed,
                    out,
                    found.number(1) == 1));
            for (int i = 5; i < found.size(); i++) {
                find("partition " + partition + ", " + lane.word(), found.text(i));
            }
        }

        void find(String where, String what) {
            if (findings.size() < FINDINGS_MAX) {
                findings.add(new AuditReport.Finding(where, what));
            }
        }
    }
}
