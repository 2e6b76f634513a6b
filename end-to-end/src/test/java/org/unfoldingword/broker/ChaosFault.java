package org.unfoldingword.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.unfoldingword.broker.ChaosHistory.Victim;

/** What can befall a broker. */
enum ChaosFault {
    KILL_INGEST(Victim.INGEST, true),
    KILL_DISPATCHER(Victim.DISPATCHER, true),
    KILL_DELIVERER(Victim.DELIVERER, true),
    FREEZE_INGEST(Victim.INGEST, true),
    FREEZE_DISPATCHER(Victim.DISPATCHER, true),
    FREEZE_DELIVERER(Victim.DELIVERER, true),
    CUT_INGEST(Victim.INGEST, true),
    CUT_DISPATCHER(Victim.DISPATCHER, true),
    CUT_DELIVERER(Victim.DELIVERER, true),
    SLOW_INGEST(Victim.INGEST, false),
    SLOW_DISPATCHER(Victim.DISPATCHER, false),
    SLOW_DELIVERER(Victim.DELIVERER, false),
    KILL_REDIS(Victim.REDIS, false),
    /** Past all leases. */
    FREEZE_REDIS(Victim.REDIS, false),
    STALL_REDIS(Victim.REDIS, false),
    WORKER_REFUSING(Victim.WORKER, false),
    WORKER_BUSY(Victim.WORKER, false),
    WORKER_UNAVAILABLE(Victim.WORKER, false),
    WORKER_ERROR(Victim.WORKER, false),
    WORKER_RESET(Victim.WORKER, false),
    WORKER_GARBAGE(Victim.WORKER, false),
    WORKER_HANG(Victim.WORKER, false),
    WORKER_DRIP(Victim.WORKER, false),
    RECEIVER_ERROR(Victim.RECEIVER, false),
    RECEIVER_UNAVAILABLE(Victim.RECEIVER, false),
    RECEIVER_RESET(Victim.RECEIVER, false),
    RECEIVER_HANG(Victim.RECEIVER, false);

    private static final Duration SLOW = Duration.ofMillis(250);

    final Victim victim;
    /** See {@link ChaosHistory.Fault}. */
    final boolean process;

    ChaosFault(Victim victim, boolean process) {
        this.victim = victim;
        this.process = process;
    }

    /** So many, each kind as often as any other, by chance in their order. */
    static List<ChaosFault> some(int count, Random random) {
        List<ChaosFault> faults = new ArrayList<>();
        while (faults.size() < count) {
            List<ChaosFault> all = new ArrayList<>(List.of(values()));
            Collections.shuffle(all, random);
            faults.addAll(all.subList(0, Math.min(all.size(), count - faults.size())));
        }
        return faults;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Brings it about, and lets it be over. Returns when it is. */
    void befall(ChaosBroker broker, ChaosBroker.Service service, Moods moods, Duration lease, Random random)
            throws InterruptedException {
        long some = random.nextLong(300, 1800);
        switch (this) {
            case KILL_INGEST, KILL_DISPATCHER, KILL_DELIVERER -> service.killAndReplace();
            case FREEZE_INGEST, FREEZE_DISPATCHER, FREEZE_DELIVERER -> {
                service.freeze();
                Thread.sleep(lease.plusSeconds(1).toMillis());
                service.thaw();
            }
            case CUT_INGEST, CUT_DISPATCHER, CUT_DELIVERER -> {
                service.way().cutOff();
                Thread.sleep(2 * some);
                service.way().mend();
            }
            case SLOW_INGEST, SLOW_DISPATCHER, SLOW_DELIVERER -> {
                service.way().slowDown(SLOW);
                Thread.sleep(2 * some);
                service.way().mend();
            }
            case KILL_REDIS -> {
                broker.redis().kill();
                Thread.sleep(some);
                broker.redis().revive();
            }
            case FREEZE_REDIS -> {
                broker.redis().freeze();
                Thread.sleep(lease.plusSeconds(1).toMillis());
                broker.redis().thaw();
            }
            case STALL_REDIS -> {
                broker.redis().freeze();
                Thread.sleep(some);
                broker.redis().thaw();
            }
            default -> {
                String mood = name().substring(name().indexOf('_') + 1);
                if (victim == Victim.WORKER) {
                    moods.worker().be(ChaosWorker.Mood.valueOf(mood));
                } else {
                    moods.receiver().be(ChaosReceiver.Mood.valueOf(mood));
                }
                Thread.sleep(some);
                moods.worker().be(ChaosWorker.Mood.ANSWERED);
                moods.receiver().be(ChaosReceiver.Mood.TAKES);
            }
        }
    }

    /** Those who can be told how to behave. */
    record Moods(ChaosWorker worker, ChaosReceiver receiver) {}
}
