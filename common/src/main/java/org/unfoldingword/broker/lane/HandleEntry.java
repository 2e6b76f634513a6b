package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.unfoldingword.broker.message.WorkerCallback;
import org.unfoldingword.broker.telemetry.LogFields;

/** What is done with one entry that was claimed: asks the handler, and settles what it decides. Safe for threads. */
final class HandleEntry {

    private static final Logger log = LoggerFactory.getLogger(HandleEntry.class);

    private final Holder holder;
    private final Agenda agenda;
    private final Pauses pauses;
    private final LaneMeters meters;

    HandleEntry(Holder holder, Agenda agenda, Pauses pauses, LaneMeters meters) {
        this.holder = holder;
        this.agenda = agenda;
        this.pauses = pauses;
        this.meters = meters;
    }

    /** @param claimedNanos of the ticker, from just before the claim: Redis counts the lease from later than that */
    void run(Held held, long claimedNanos) {
        MDC.put(LogFields.MESSAGE_ID, held.id().toString());
        try {
            Optional<Verdict> verdict = attempt(held, claimedNanos);
            if (verdict.isPresent()) {
                // The end comes last in the journal.
                boolean told = held.finishJournal();
                settle(held, verdict.get(), told, claimedNanos);
            }
        } catch (RuntimeException failed) {
            meters.fault("settling", failed);
        } finally {
            MDC.remove(LogFields.MESSAGE_ID);
        }
    }

    /** Leaves its place as soon as the handler is done: the next entry is claimed while this one is settled. */
    private Optional<Verdict> attempt(Held held, long claimedNanos) {
        try {
            if (!begins(held.claim(), claimedNanos)) {
                lost(held);
                return Optional.empty();
            }
            return Optional.of(decide(held));
        } finally {
            agenda.leftPlace();
        }
    }

    /**
     * From now on its handler answers for its room.
     *
     * @return false if the answer came too late, or this process stood still: by now the entry may be another's
     */
    private boolean begins(Claim claim, long claimedNanos) {
        try {
            Duration lease = holder.lanes().properties().lease();
            return announce(claim) && since(claimedNanos).compareTo(lease) < 0;
        } finally {
            agenda.began(claim);
        }
    }

    /**
     * A callback that tells of what happens is delivered while it happens. If this fails, it is only told of the end.
     *
     * @return false if the lease was lost
     */
    private boolean announce(Claim claim) {
        boolean told = holder.lane() == Lane.MESSAGES
                && claim.envelope()
                        .workerCallback()
                        .filter(WorkerCallback::tellsProgress)
                        .isPresent();
        if (told && claim.record().callback().isEmpty()) {
            try {
                return holder.lanes().announce(claim);
            } catch (RedisUnavailable away) {
                log.warn("{} lane: the callback waits for the end, Redis is away", lane());
            }
        }
        return true;
    }

    private Verdict decide(Held held) {
        try {
            return holder.handler().handle(held);
        } catch (RuntimeException failed) {
            meters.fault("handling", failed);
            return holder.handler().afterFault(held, failed);
        }
    }

    /** Repeated until Redis has it or the lease is lost: an answer that cost minutes is not thrown away for a failover. */
    private void settle(Held held, Verdict verdict, boolean told, long claimedNanos) {
        for (int tries = 0; held.stopped().filter(Held.Stop.LOST::equals).isEmpty(); tries++) {
            try {
                if (holder.lanes().settle(held.claim(), verdict, told)) {
                    settled(held.claim(), verdict, since(claimedNanos));
                } else {
                    lost(held);
                }
                return;
            } catch (RedisUnavailable away) {
                log.warn("{} lane: not settled yet, Redis is away ({})", lane(), Redis.reason(away));
                if (pauses.ended() || !paused(tries)) {
                    return;
                }
            }
        }
        lost(held);
    }

    private void settled(Claim claim, Verdict verdict, Duration sinceClaim) {
        meters.settled(verdict);
        holder.handler().settled(claim, verdict, sinceClaim);
        if (verdict instanceof Verdict.Later later) {
            agenda.dueWithin(later.delay());
        } else if (verdict instanceof Verdict.Back back) {
            agenda.dueWithin(back.delay());
        }
    }

    private void lost(Held held) {
        if (erased(held)) {
            log.info("{} lane: erased meanwhile, the outcome is dropped", lane());
            return;
        }
        meters.leaseLost();
        log.warn("{} lane: lease lost, the outcome is dropped; another holder goes on", lane());
    }

    /** An operator took it away from its holder, and nobody goes on with it. */
    private boolean erased(Held held) {
        try {
            return holder.lanes().find(held.id(), Watching.NOTHING).isEmpty();
        } catch (RedisUnavailable away) {
            return false;
        }
    }

    /** False if it was interrupted. */
    private boolean paused(int tries) {
        try {
            pauses.after(tries);
            return true;
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Duration since(long claimedNanos) {
        return Duration.ofNanos(holder.ticker().nanos() - claimedNanos);
    }

    private String lane() {
        return holder.lane().word();
    }
}
