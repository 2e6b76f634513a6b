package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;

/**
 * What operators see and do. Each reading costs the same however many users there are, but for {@link #audit} and {@link #erase},
 * which go through all keys. Each change is one atomic step per partition and safe to repeat. Safe for threads.
 */
public final class Operations {

    /** Endpoints of one conversation that are told about. */
    private static final int ENDPOINTS_MAX = 50;

    private final Lanes lanes;
    private final ReadRecord record;
    private final PauseLane pause;
    private final SurveyQueues survey;
    private final ListDeadLetters deadLetters;
    private final RedriveDeadLetter redrive;
    private final EraseUser erase;
    private final AuditKeys audit;
    private final ActionLog actions;

    public Operations(Lanes lanes) {
        this.lanes = lanes;
        this.record = new ReadRecord(lanes);
        this.pause = new PauseLane(lanes);
        this.survey = new SurveyQueues(lanes);
        this.deadLetters = new ListDeadLetters(lanes);
        this.redrive = new RedriveDeadLetter(lanes);
        this.erase = new EraseUser(lanes);
        this.audit = new AuditKeys(lanes);
        this.actions = new ActionLog(lanes.redis());
    }

    /**
     * How the whole fares; of a cluster, what its living masters know.
     *
     * @throws RedisUnavailable if none answers
     */
    public Live live() {
        return lanes.live();
    }

    /** How long a silent holder keeps a queue. */
    public Duration lease() {
        return lanes.properties().lease();
    }

    /** What Redis says of its memory, over all its nodes. */
    public Memory memory() {
        return Memory.of(lanes.redis());
    }

    /**
     * How long the longest-standing head has been the head that nobody holds back: not paused, and no callback of a message that still
     * runs. Empty if there is none. Behind very many that are held back, and while a master is away, it does not look, and tells how long
     * the next one has stood, whatever that is: nothing is ever later than this.
     */
    public Optional<Duration> longestStanding(Lane lane, Live live) {
        Live.Fare fare = lane == Lane.MESSAGES ? live.messages() : live.callbacks();
        boolean noneHeldBack = lane == Lane.MESSAGES && fare.paused() == 0;
        if (noneHeldBack || fare.queues() == 0 || live.away() > 0) {
            return fare.longestHead();
        }
        QueueFilter free = new QueueFilter(QueueFilter.Only.STUCK, Duration.ZERO, Duration.ZERO, /* part= */ "");
        Page<QueueState> first = queues(lane, free, Optional.empty(), /* limit= */ 1);
        return first.items().stream().findFirst().map(QueueState::headFor).or(() -> first.next()
                .map(place -> Duration.between(place.at(), live.at())));
    }

    /** Queues in the order in which their heads became heads, the longest-standing first. */
    public Page<QueueState> queues(Lane lane, QueueFilter filter, Optional<Place> after, int limit) {
        return Page.found(after, from -> survey.page(lane, filter, from, limit));
    }

    /** A conversation's queue; empty if nothing of it waits or runs. */
    public Optional<QueueState> queue(Conversation conversation) {
        return survey.one(Lane.MESSAGES, partition(conversation), conversation.name());
    }

    /** A conversation's callbacks that wait, by endpoint. There may be more of them if the page has a next one. */
    public Page<QueueState> callbackQueues(Conversation conversation) {
        String prefix = conversation.name() + ":";
        int partition = partition(conversation);
        Page<QueueState> named = Page.gathered(
                ENDPOINTS_MAX, from -> survey.search(Lane.CALLBACKS, partition, prefix, from, ENDPOINTS_MAX));
        List<QueueState> own = named.items().stream()
                .filter(queue -> queue.name().startsWith(prefix))
                .toList();
        return new Page<>(own, named.next());
    }

    /** Who had a message when; empty if it is unknown. */
    public Optional<Timeline> timeline(MessageId id) {
        return known(id) ? record.timeline(id) : Optional.empty();
    }

    /** What a message says, as far as it is still kept: it waits or runs, or it is a dead letter. */
    public Optional<Payload> request(MessageId id) {
        return known(id) ? record.request(id) : Optional.empty();
    }

    /** The pauses in force; one that touches many partitions comes once. */
    public Collection<Pause> pauses() {
        return pause.read();
    }

    /** Stops the taking of new messages; what runs goes on to its end. False if all of it was paused already. */
    public boolean pause(Scope scope, String who, String why) {
        return pause.pause(scope, who, why);
    }

    /** Ends a pause; others that cover the same conversations stay. False if there was none. */
    public boolean resume(Scope scope) {
        return pause.resume(scope);
    }

    /** Dead letters of a lane in the order of their death. */
    public Page<DeadLetter> deadLetters(Lane lane, DeadLetter.Filter filter, Optional<Place> after, int limit) {
        return Page.found(after, from -> deadLetters.run(lane, filter, from, limit));
    }

    /**
     * Brings a dead letter back, under the same id.
     *
     * @param dryRun only tells what would happen
     */
    public Redrive redrive(Lane lane, MessageId id, Redrive.Position position, boolean dryRun) {
        return known(id) ? redrive.redrive(lane, id, position, dryRun) : new Redrive.NotDead();
    }

    /** Gives a dead letter up. False if it is none. */
    public boolean drop(Lane lane, MessageId id, boolean dryRun) {
        return known(id) && redrive.drop(lane, id, dryRun);
    }

    /**
     * Takes away all that is kept of a user. Goes through all records.
     *
     * @param dryRun only tells what would happen
     */
    public Erased erase(String org, String user, boolean dryRun) {
        return erase.run(org, user, dryRun);
    }

    /** Whether the accounts hold and every key has an owner. Goes through all keys. */
    public AuditReport audit() {
        return audit.run();
    }

    /** Leaves the record of a changing action. */
    public void log(String who, String what, String target, long count, String detail) {
        actions.add(who, what, target, count, detail);
    }

    /** What operators did, the newest first, from before an action's id on; empty for the newest. */
    public List<Action> actions(String before, int limit) {
        return actions.latest(before, limit);
    }

    private boolean known(MessageId id) {
        return lanes.keyspace().holds(id);
    }

    private int partition(Conversation conversation) {
        return lanes.keyspace().partition(conversation);
    }
}
