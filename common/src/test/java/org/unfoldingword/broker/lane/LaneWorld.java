package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.unfoldingword.broker.lane.LaneModel.LongAnswer;
import org.unfoldingword.broker.lane.LaneModel.Message;
import org.unfoldingword.broker.lane.LaneModel.Origin;
import org.unfoldingword.broker.lane.LaneModel.Queue;
import org.unfoldingword.broker.lane.LaneModel.User;
import org.unfoldingword.broker.lane.LaneModel.Wish;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.Envelope;
import org.unfoldingword.broker.message.MessageId;
import org.unfoldingword.broker.message.MessageState;

/**
 * Both lanes on a real redis-server, their holders, and beside them the {@link LaneModel}. Each move is made in both and the answers
 * are compared; {@link #check} compares the keys. What happened is told in {@link #story}. A move that has nothing to move does
 * nothing and tells nothing. Not for threads.
 */
final class LaneWorld {

    private static final User ANN = new User("acme", "ann");
    private static final User BOB = new User("acme", "bob");
    private static final Conversation GROUP = Conversation.ofGroup("acme", "chat", Optional.of("1"));

    static final List<User> USERS = List.of(ANN, BOB, new User("other", "ann"));
    static final List<Conversation> CONVERSATIONS = Stream.concat(
                    USERS.stream().map(User::conversation), Stream.of(GROUP))
            .toList();
    static final List<Origin> ORIGINS = Stream.concat(
                    USERS.stream().map(user -> new Origin(user, user.conversation())),
                    Stream.of(new Origin(ANN, GROUP), new Origin(BOB, GROUP)))
            .toList();

    /** Of the next attempt; longer than a lease, shorter than what expires. */
    static final Duration DELAY = Duration.ofHours(1);

    /** That a message may wait: over when it comes, or no whole minutes, so that no jump ends right on it. */
    static final List<Duration> WAITS =
            List.of(Duration.ofSeconds(-30), Duration.ofMinutes(30).plusSeconds(30));

    private static final int QUEUE_LIMIT = 4;
    private static final int PARTITIONS = 2;
    /** Of a chunk, and of the longest body and answer that need none. */
    private static final int CHUNK_BYTES = 1024;
    /** Of a large body and a long answer. */
    private static final int CHUNKS = 2;

    /** Long, so that no lease ends by itself. */
    private static final Duration LEASE = Duration.ofMinutes(10);

    private static final String ENDPOINT = "https://gateway.example";
    private static final String HOLDER = "holder";
    /** What may stay behind of conversations that are done with; all but the first three and the dead letters expires. */
    private static final Set<String> LASTING =
            Set.of("partitions", "totals", "wake", "message", "events", "seen", "doubt", "ran", "dead", "body");

    private static final TestRedis SERVER = TestRedis.shared();
    private static final Redis REDIS = Redis.open(SERVER.properties());
    private static final Lanes LANES = open();

    /** A request under an idempotency key. */
    private record Request(String key, String body, Message message) {}

    private final Operations operations = new Operations(LANES);
    private final RedriveDeadLetter redrive = new RedriveDeadLetter(LANES);
    private final LaneKeys keys = new LaneKeys(REDIS, LANES.keyspace());
    private final LaneModel model = new LaneModel(CONVERSATIONS, ENDPOINT, QUEUE_LIMIT, CHUNKS);
    private final List<Request> requests = new ArrayList<>();
    /** What the holders know of. A claim whose answer was lost is not among it. */
    private final Map<Queue, Claim> held = new LinkedHashMap<>();
    /** Claims whose lease another has taken over. */
    private final List<Claim> zombies = new ArrayList<>();
    /** Frames told under each lease. */
    private final Map<Lease, Integer> told = new HashMap<>();
    /** The ids of messages of users who were erased: there is to be nothing of them, ever again. */
    private final List<String> erased = new ArrayList<>();

    private int appends;
    private final List<String> story = new ArrayList<>();

    LaneWorld() {
        REDIS.call(commands -> commands.flushall());
        REDIS.call(commands -> commands.set(Keyspace.partitionCount(), Redis.utf8("" + PARTITIONS)));
    }

    private static Lanes open() {
        TestRedis.emptied();
        Map<String, String> settings = Map.of(
                "broker.lane.partitions", "" + PARTITIONS,
                "broker.lane.queue-limit", "" + QUEUE_LIMIT,
                "broker.lane.chunk", CHUNK_BYTES + "B",
                "broker.lane.lease", LEASE.toSeconds() + "s");
        return LaneFixture.open(SERVER.properties(), settings);
    }

    /** What happened, a line for each move that moved something. */
    String story() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < story.size(); i++) {
            text.append(i + 1).append(". ").append(story.get(i)).append('\n');
        }
        return text.toString();
    }

    // ---- clients

    /** How an append stands to the requests before. */
    enum Again {
        FRESH,
        /** The same request under the same key as an earlier one. */
        SAME,
        /** Another request under an earlier one's key. */
        OTHER
    }

    void append(Origin origin, Wish wish, Again again, boolean lost) {
        Conversation conversation = origin.conversation();
        Message message = model.message("m" + ++appends, LANES.newId(conversation), origin, wish);
        Optional<Request> earlier = again == Again.FRESH
                ? Optional.empty()
                : requests.stream()
                        .filter(request -> request.message.origin.conversation().equals(conversation))
                        .findFirst();
        String key = earlier.map(Request::key).orElse(message.name);
        String body = again == Again.SAME ? earlier.map(Request::body).orElse(body(message)) : body(message);
        boolean same = earlier.map(Request::body).filter(body::equals).isPresent();
        tell(
                origin + " sends " + message + words(wish)
                        + earlier.map(first -> (same ? ", again " : ", under the key of ") + first.message)
                                .orElse(""),
                lost);
        NewMessage request = new NewMessage(
                message.id,
                conversation,
                envelope(message),
                body.getBytes(UTF_8),
                Optional.of(IdempotencyKey.of("web", key, body.getBytes(UTF_8))),
                wish.watching());

        Appended answer = answered(lost, () -> LANES.append(request));

        if (earlier.isPresent()) {
            MessageId first = earlier.get().message.id;
            assertThat(answer).isEqualTo(same ? new Appended.Duplicate(first) : new Appended.Conflict(first));
            return;
        }
        assertThat(answer).isEqualTo(model.append(message));
        if (answer instanceof Appended.Accepted) {
            requests.add(new Request(key, body, message));
        }
    }

    void cancel(int which, boolean lost) {
        pick(model.messages(), which).ifPresent(message -> {
            tell("somebody cancels " + message, lost);
            Found found = LANES.find(message.id, Watching.NOTHING).orElseThrow();

            Cancelled answer = LANES.cancel(found);

            assertThat(answer).isEqualTo(model.cancel(message));
            if (lost) {
                assertThat(LANES.cancel(found)).as("again").isEqualTo(model.cancel(message));
            }
        });
    }

    // ---- holders

    /** @param lost the answer is lost: what it named is held, but nobody knows */
    void claim(Lane lane, int room, boolean lost) {
        model.lookAtTheClock(lane);
        List<Queue> due = model.queues(lane).stream().filter(model::claimable).toList();
        Map<Queue, Double> since = new HashMap<>();
        due.forEach(queue -> keys.readySince(queue).ifPresent(time -> since.put(queue, time)));
        List<Long> tokens = LANES.allPartitions().stream().map(keys::token).toList();
        tell("a holder with room for " + room + " claims " + lane.word(), lost);

        List<Claim> claims = LANES.claim(
                        lane, LANES.allPartitions(), HOLDER, room, ClaimEntries.Beat.SILENT, "ok", GroupRoom.UNLIMITED)
                .claims();

        assertThat(claims).as("claims, of %s", due).hasSize(Math.min(room, due.size()));
        List<Queue> taken =
                claims.stream().map(claim -> model.queue(claim.lease().queue())).toList();
        assertThat(due).as("claimed and due").containsAll(taken);
        // What has come due only now has been so since now.
        claims.forEach(claim -> due.forEach(
                queue -> since.putIfAbsent(queue, (double) claim.at().toEpochMilli())));
        checkTurns(due, taken, since);
        for (Claim claim : claims) {
            Queue queue = model.queue(claim.lease().queue());
            boolean lapsed = queue.token.isPresent();
            long last = tokens.get(claim.lease().id().partition());
            assertThat(Long.parseLong(claim.lease().token()))
                    .as("fencing token")
                    .isGreaterThan(last);
            model.claimed(queue, claim.lease().token(), LEASE);
            Message head = queue.head();
            Claim asOfNow = asOfNow(claim, head);
            assertThat(claim.lease().id()).as("head of %s: %s", queue, head).isEqualTo(head.id);
            assertThat(claim.lapsed()).as("lapsed").isEqualTo(lapsed);
            assertThat(claim.deliveries()).as("deliveries of %s", head).isEqualTo(queue.deliveries);
            assertThat(attempts(claim)).as("attempts of %s", head).isEqualTo(head.counts(lane).attempts);
            assertThat(lapses(claim)).as("lapses of %s", head).isEqualTo(head.counts(lane).lapses);
            if (lane == Lane.MESSAGES) {
                assertThat(asOfNow.expired()).as("%s is late", head).isEqualTo(head.late);
                assertThat(text(claim.body())).as("body of %s", head).isEqualTo(body(head));
            } else {
                assertThat(claim.record().callback().orElseThrow().told())
                        .as("bookmark in %s", head)
                        .isEqualTo(head.bookmark);
            }
            loseLease(queue);
            if (!lost) {
                held.put(queue, asOfNow);
            }
        }
        model.leftOver(lane);
    }

    /** Within a group the queue that is due longest goes first; no group goes twice while another that is due has not gone. */
    private static void checkTurns(List<Queue> due, List<Queue> taken, Map<Queue, Double> since) {
        Comparator<Queue> byTime = Comparator.comparingDouble(since::get);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            int at = partition;
            List<Queue> line = due.stream()
                    .filter(queue -> queue.conversation.partition(PARTITIONS) == at)
                    .toList();
            List<Queue> went = taken.stream()
                    .filter(queue -> queue.conversation.partition(PARTITIONS) == at)
                    .toList();
            long groups = line.stream().map(queue -> queue.group).distinct().count();
            assertThat(went.stream().map(queue -> queue.group).distinct().count())
                    .as("groups that had their turn among %s", went)
                    .isEqualTo(Math.min(groups, went.size()));
            for (Queue queue : went) {
                List<Queue> same = went.stream()
                        .filter(other -> other.group.equals(queue.group))
                        .toList();
                assertThat(same).as("the longest due first").isSortedAccordingTo(byTime);
                assertThat(line)
                        .filteredOn(other -> other.group.equals(queue.group) && !went.contains(other))
                        .as("passed over by %s", queue)
                        .allMatch(other -> byTime.compare(queue, other) <= 0);
            }
        }
    }

    /** All holders extend what they believe to hold. */
    void extend(Lane lane) {
        held.forEach((queue, claim) -> {
            if (queue.lane == lane) {
                tell(queue + " is held on", /* lost= */ false);
                ExtendLeases.Standing standing = extend(claim);
                assertThat(standing.held()).as("%s is held", queue).isTrue();
                assertThat(standing.cancel()).isEqualTo(lane == Lane.MESSAGES && queue.head().cancelAsked);
                model.postpone(queue, LEASE);
            }
        });
    }

    /** What a holder may decide, in either lane. A message that is too late has no choice. */
    enum Decision {
        ANSWERED,
        ANSWERED_AT_LENGTH,
        FAILED,
        CANCELLED,
        BUSY,
        RETRIED,
        BACK,
        BACK_LATER,
    }

    void settle(Lane lane, int which, Decision decision, boolean lost) {
        heldOf(lane, which).ifPresent(queue -> {
            Message message = queue.head();
            Claim claim = held.remove(queue);
            Verdict verdict = claim.expired() && lane == Lane.MESSAGES
                    ? ended(MessageState.EXPIRED, Verdict.Doubt.UNCHANGED)
                    : verdict(claim.lease(), decision);
            tell(message + " in " + queue + " is settled: " + verdict.word(), lost);
            assertThat(answered(lost, () -> LANES.settle(claim, verdict)))
                    .as("settled")
                    .isTrue();
            model.settle(queue, verdict);
            if (verdict instanceof Verdict.Answered && decision == Decision.ANSWERED_AT_LENGTH) {
                message.longAnswer = LongAnswer.SETTLED;
            }
        });
    }

    /** The worker says something about all that runs. */
    void tellFrames(boolean lost) {
        held.forEach((queue, claim) -> {
            if (queue.lane == Lane.MESSAGES) {
                tell("the worker says something about " + queue.head(), lost);
                int first = told.merge(claim.lease(), 1, Integer::sum);
                assertThat(answered(lost, () -> LANES.tell(claim.lease(), first, frame())))
                        .isEqualTo(TellFrames.Told.TOLD);
                assertThat(LANES.journal(claim.lease().id(), Optional.empty(), /* max= */ 1000))
                        .as("frames of %s under this lease", queue.head())
                        .filteredOn(entry -> entry.id().startsWith(claim.lease().token() + "-")
                                && !entry.id().endsWith("-0"))
                        .hasSize(first);
            }
        });
    }

    /** The callback of what runs is to tell of it before its end. */
    void announce(int which, boolean lost) {
        heldOf(Lane.MESSAGES, which)
                .filter(queue -> queue.head().wish.callback())
                .ifPresent(queue -> {
                    tell("the callback of " + queue.head() + " is announced", lost);
                    answered(lost, () -> {
                        LANES.announce(held.get(queue));
                        return true;
                    });
                    model.announce(queue.head());
                });
    }

    /** The deliverers note how far they have told. */
    void bookmark(boolean lost) {
        held.forEach((queue, claim) -> {
            if (queue.lane == Lane.CALLBACKS) {
                String place = story.size() + "-1 0";
                tell("what is told of " + queue.head() + " is noted: " + place, lost);
                assertThat(answered(lost, () -> LANES.bookmark(claim.lease(), place)))
                        .as("noted")
                        .isTrue();
                queue.head().bookmark = Optional.of(place);
            }
        });
    }

    /** Its holder is killed. */
    void crash(Lane lane, int which) {
        heldOf(lane, which).ifPresent(queue -> {
            tell("the holder of " + queue + " is killed", /* lost= */ false);
            held.remove(queue);
        });
    }

    /** Its holder is killed when a long answer lies there already, but is not settled. */
    void crashBeforeSettling(int which) {
        heldOf(Lane.MESSAGES, which).ifPresent(queue -> {
            tell("the holder of " + queue + " lays a long answer down, and is killed", /* lost= */ false);
            Lease lease = held.remove(queue).lease();
            LANES.chunks().layReply(lease, answer(lease, /* atLength= */ true));
            queue.head().longAnswer = LongAnswer.LAID;
        });
    }

    /** One that was held up until another had taken over comes back, and does all that holders do. */
    void raiseZombie(int which) {
        pick(zombies, which).ifPresent(zombie -> {
            Lease lease = zombie.lease();
            tell("a zombie comes back to " + model.queue(lease.queue()), /* lost= */ false);
            for (Decision decision : Decision.values()) {
                assertThat(LANES.settle(zombie, verdict(lease, decision)))
                        .as("a zombie settled: %s", decision)
                        .isFalse();
            }
            assertThat(extend(zombie).held()).as("a zombie kept its lease").isFalse();
            if (lease.lane() == Lane.MESSAGES) {
                assertThat(LANES.tell(lease, 1, frame())).as("a zombie told").isEqualTo(TellFrames.Told.STALE);
                LANES.announce(zombie);
            } else {
                assertThat(LANES.bookmark(lease, "0-1 0")).as("a zombie noted").isFalse();
            }
        });
    }

    // ---- time and signals

    /** One queue's lease ends, or its next attempt is due. */
    void comeDue(Lane lane, int which) {
        List<Queue> later = model.queues(lane).stream()
                .filter(queue -> queue.place == LaneModel.Place.LATER)
                .toList();
        pick(later, which).ifPresent(queue -> {
            tell(
                    queue + (queue.token.isPresent() ? ": its lease runs out" : ": it has waited long enough"),
                    /* lost= */ false);
            keys.makeDue(queue);
            model.comeDue(queue);
        });
    }

    void jump(Duration by) {
        tell("Redis's clock jumps by " + by, /* lost= */ false);
        keys.jump(by, model.queues(), model.messages());
        model.jump(by);
    }

    void loseWakeTokens() {
        tell("all wake tokens are lost", /* lost= */ false);
        keys.loseWakeTokens();
        model.takeWoken();
    }

    // ---- operators

    void pause(Scope scope) {
        tell("an operator pauses " + scope.word(), /* lost= */ false);
        assertThat(operations.pause(scope, "ops", "because")).isEqualTo(model.pause(scope));
    }

    void resume(Scope scope) {
        if (model.paused().contains(scope)) {
            tell("an operator resumes " + scope.word(), /* lost= */ false);
        }
        assertThat(operations.resume(scope)).isEqualTo(model.resume(scope));
    }

    void redrive(Lane lane, int which, Redrive.Position position, boolean lost) {
        pick(model.dead(lane), which).ifPresent(message -> {
            tell("an operator redrives " + message + " of " + lane.word() + " to " + position, lost);
            String operation = "operation " + story.size();
            Redrive would = redrive.redrive(lane, message.id, position, /* dryRun= */ true, operation);

            Redrive answer = redrive.redrive(lane, message.id, position, /* dryRun= */ false, operation);

            assertThat(answer).as("as the dry run said").isEqualTo(would);
            assertThat(answer).isEqualTo(model.redrive(lane, message, position));
            if (lost && answer instanceof Redrive.Placed) {
                assertThat(redrive.redrive(lane, message.id, position, /* dryRun= */ false, operation))
                        .as("again")
                        .isInstanceOf(Redrive.Placed.class);
            }
        });
    }

    void redriveAll(Redrive.Position position) {
        for (Lane lane : Lane.values()) {
            for (int which = 0; which < model.dead(lane).size(); which++) {
                redrive(lane, which, position, /* lost= */ false);
            }
        }
    }

    void drop(Lane lane, int which) {
        pick(model.dead(lane), which).ifPresent(message -> {
            tell("an operator drops " + message + " of " + lane.word(), /* lost= */ false);
            assertThat(operations.drop(lane, message.id, /* dryRun= */ false)).isTrue();
            model.drop(lane, message);
            assertThat(operations.redrive(lane, message.id, Redrive.Position.TAIL, /* dryRun= */ false))
                    .isEqualTo(new Redrive.NotDead());
        });
    }

    /** All that is kept of a user is taken away, now and for good. */
    void erase(User user, boolean lost) {
        tell("an operator erases " + user, lost);
        Erased would = operations.erase(user.org(), user.name(), /* dryRun= */ true);

        Erased answer = operations.erase(user.org(), user.name(), /* dryRun= */ false);

        LaneModel.Forgotten forgotten = model.erase(user);
        assertThat(answer.ended())
                .as("erased, ended")
                .isEqualTo(forgotten.ended().size());
        assertThat(answer.waiting())
                .as("erased, waiting")
                .isEqualTo(forgotten.waiting().size());
        assertThat(answer.running())
                .as("erased, running")
                .isEqualTo(forgotten.running().size());
        assertThat(would.messages()).as("as the dry run said").isEqualTo(answer.messages());
        if (lost) {
            assertThat(operations
                            .erase(user.org(), user.name(), /* dryRun= */ false)
                            .messages())
                    .as("again")
                    .isZero();
        }
        requests.removeIf(request -> request.message.origin.user().equals(user));
        forgotten.all().forEach(message -> erased.add(message.id.toString()));
        List.copyOf(held.keySet()).stream()
                .filter(queue -> queue.token.isEmpty())
                .forEach(this::loseLease);
        String doubt = "doubt:messages:" + user.conversation().name();
        assertThat(keys.mentioning(List.of(user.conversation().name())))
                .as("what is left of %s", user)
                .allMatch(key -> key.endsWith(doubt));
    }

    // ---- what must hold

    /** The keys are as the model says. */
    void check() {
        Map<String, LaneKeys.Picture> pictures = keys.pictures(model.queues());
        for (Queue queue : model.queues()) {
            assertThat(pictures.get(queue.name)).as("%s", queue).isEqualTo(LaneKeys.Picture.of(queue));
        }
        assertThat(keys.totals()).as("the accounts").isEqualTo(model.totals());
        assertThat(keys.chunks()).as("chunks of bodies").isEqualTo(model.chunks());
        List<LaneKeys.Note> notes = keys.notes(model.messages());
        for (int i = 0; i < notes.size(); i++) {
            Message message = model.messages().get(i);
            assertThat(notes.get(i))
                    .as("record of %s", message)
                    .isEqualTo(new LaneKeys.Note(model.kept(message), message.bookmark));
        }
        if (!erased.isEmpty()) {
            assertThat(keys.mentioning(erased))
                    .as("of messages that were erased")
                    .isEmpty();
        }
        for (Queue queue : model.takeWoken()) {
            assertThat(keys.wakeTokens(queue))
                    .as("wake tokens, as %s is due", queue)
                    .isEqualTo(1);
        }
    }

    /** Whatever has happened: it all flows again, in order, and only what expires stays behind. */
    void drain() {
        tell("and now it all flows again", /* lost= */ false);
        List.copyOf(model.paused()).forEach(this::resume);
        loseWakeTokens();
        int rounds = 10 + 8 * model.messages().size();
        while (model.queues().stream().anyMatch(queue -> !queue.isEmpty())) {
            assertThat(rounds--).as("rounds left until all has ended").isPositive();
            jump(DELAY.plus(LEASE));
            for (Lane lane : Lane.values()) {
                claim(lane, 10, /* lost= */ false);
                while (heldOf(lane, 0).isPresent()) {
                    settle(lane, 0, Decision.ANSWERED, /* lost= */ false);
                }
            }
            check();
        }
        for (Message message : model.messages()) {
            MessageRecord record =
                    LANES.find(message.id, Watching.NOTHING).orElseThrow().record();
            assertThat(record.state()).as("end of %s", message).isEqualTo(message.state);
            assertThat(record.response().map(LaneWorld::text))
                    .as("answer to %s", message)
                    .isEqualTo(message.answer);
        }
        AuditReport audit = operations.audit();
        assertThat(audit.findings()).as("findings of the audit").isEmpty();
        assertThat(audit.clean()).as("accounts %s", audit.accounts()).isTrue();
        List<String> left = REDIS.call(commands -> commands.keys("*"));
        assertThat(left)
                .as("keys that stay behind")
                .allMatch(key -> LASTING.contains(key.split(":", -1)[key.startsWith("broker:{") ? 2 : 1]));
    }

    // ---- words

    private void tell(String what, boolean lost) {
        story.add(what + (lost ? "; the answer is lost" : ""));
    }

    /** A call whose answer is lost is made again, and must answer as it did. */
    private static <T> T answered(boolean lost, Supplier<T> call) {
        T answer = call.get();
        if (lost) {
            assertThat(call.get()).as("again").isEqualTo(answer);
        }
        return answer;
    }

    /** Whoever had it is a zombie from now on. */
    private void loseLease(Queue queue) {
        Optional.ofNullable(held.remove(queue)).ifPresent(zombies::add);
    }

    private Optional<Queue> heldOf(Lane lane, int which) {
        return pick(held.keySet().stream().filter(queue -> queue.lane == lane).toList(), which);
    }

    private static <T> Optional<T> pick(List<T> from, int which) {
        return from.isEmpty() ? Optional.empty() : Optional.of(from.get(which % from.size()));
    }

    private static ExtendLeases.Standing extend(Claim claim) {
        return LANES.extend(claim.lease().lane(), HOLDER, List.of(claim.lease()))
                .getFirst();
    }

    private static List<Frame> frame() {
        return List.of(new Frame("{}".getBytes(UTF_8), /* goesOn= */ false));
    }

    private static int attempts(Claim claim) {
        return claim.lease().lane() == Lane.MESSAGES
                ? claim.record().attempts()
                : claim.record().callback().orElseThrow().attempts();
    }

    private static int lapses(Claim claim) {
        return claim.lease().lane() == Lane.MESSAGES
                ? claim.record().lapses()
                : claim.record().callback().orElseThrow().lapses();
    }

    private static Verdict verdict(Lease lease, Decision decision) {
        boolean messages = lease.lane() == Lane.MESSAGES;
        return switch (decision) {
            case ANSWERED, ANSWERED_AT_LENGTH ->
                messages
                        ? new Verdict.Answered(answer(lease, decision == Decision.ANSWERED_AT_LENGTH))
                        : new Verdict.Delivered();
            case FAILED ->
                messages ? ended(MessageState.FAILED, Verdict.Doubt.RAISED) : new Verdict.Undeliverable("gone");
            case CANCELLED -> messages ? ended(MessageState.CANCELLED, Verdict.Doubt.CLEARED) : new Verdict.Delivered();
            case BUSY -> new Verdict.Later(DELAY, "busy", /* counted= */ false, Verdict.Doubt.UNCHANGED);
            case RETRIED -> new Verdict.Later(DELAY, "500", /* counted= */ true, Verdict.Doubt.UNCHANGED);
            case BACK -> new Verdict.Back(Duration.ZERO, Verdict.Doubt.UNCHANGED);
            case BACK_LATER -> new Verdict.Back(DELAY, Verdict.Doubt.UNCHANGED);
        };
    }

    private static Verdict ended(MessageState state, Verdict.Doubt doubt) {
        return new Verdict.Ended(state, new MessageRecord.Fault("worker_failed", "it said no"), doubt);
    }

    /** What a message says; names it, so that whatever keeps of it can be found. */
    private static String body(Message message) {
        String text = "{\"message\":\"" + message.id + "\"}";
        return message.wish.large() ? text + " ".repeat(CHUNKS * CHUNK_BYTES - text.length()) : text;
    }

    /** What the worker says under a lease, to that message. */
    private static byte[] answer(Lease lease, boolean atLength) {
        String text = "{\"responses\":[\"" + lease.token() + " to " + lease.id() + "\"]}";
        return (atLength ? text + " ".repeat(CHUNKS * CHUNK_BYTES - text.length()) : text).getBytes(UTF_8);
    }

    /** As written now: the clock has not really jumped, so the time that is left moves instead. */
    private Envelope envelope(Message message) {
        return new Envelope(
                message.origin.user().org(),
                message.origin.user().name(),
                "web",
                Optional.empty(),
                message.wish.callback() ? Optional.of(ENDPOINT + "/cb") : Optional.empty(),
                Optional.empty(),
                model.timeLeft(message)
                        .map(left -> InstantSource.system().instant().plus(left).toEpochMilli()),
                Optional.empty());
    }

    private Claim asOfNow(Claim claim, Message message) {
        return new Claim(
                claim.lease(),
                envelope(message),
                claim.body(),
                claim.record(),
                claim.deliveries(),
                claim.lapsed(),
                claim.doubtful(),
                claim.at());
    }

    private static String text(Payload payload) {
        return new String(payload.toBytes(), UTF_8);
    }

    private static String words(Wish wish) {
        return (wish.large() ? ", large" : "")
                + wish.expiresIn()
                        .map(wait -> wait.isNegative() ? ", too late" : ", to begin within " + wait)
                        .orElse("")
                + (wish.callback() ? ", with a callback" : "")
                + (wish.watching() == Watching.FRAMES ? ", streamed" : "");
    }
}
