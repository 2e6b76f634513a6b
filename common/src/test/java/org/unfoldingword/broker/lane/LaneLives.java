package org.unfoldingword.broker.lane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.ShrinkingDistance;
import net.jqwik.api.Tuple;
import org.unfoldingword.broker.lane.LaneModel.Wish;

/**
 * Random lives of a {@link LaneWorld}: lists of moves, each of which may be made at any time, so that a life that fails stays one when
 * moves are left out. What is left tells its story.
 */
final class LaneLives {

    /** One thing that may happen. */
    record Move(String name, Consumer<LaneWorld> does) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final Arbitrary<Lane> LANE = Arbitraries.of(Lane.class);
    private static final Arbitrary<Integer> WHICH = Arbitraries.integers().between(0, 5);
    private static final Arbitrary<Boolean> EITHER = Arbitraries.of(false, true);
    private static final Arbitrary<Boolean> LOST = EITHER;
    private static final Arbitrary<Boolean> SELDOM_LOST = Arbitraries.frequency(Tuple.of(4, false), Tuple.of(1, true));

    private LaneLives() {}

    static Arbitrary<List<Move>> upTo(int moves) {
        RandomGenerator<Move> any = move().generator(/* genSize= */ 1000);
        return Arbitraries.fromGenerator(random -> new Life(Stream.generate(() -> any.next(random))
                .limit(random.nextInt(moves + 1))
                .toList()));
    }

    private static Arbitrary<Move> move() {
        return Arbitraries.frequencyOf(
                Tuple.of(6, append()),
                Tuple.of(7, claim()),
                Tuple.of(6, settle()),
                Tuple.of(3, comeDue()),
                Tuple.of(2, cancel()),
                Tuple.of(2, raiseZombie()),
                Tuple.of(2, resume()),
                Tuple.of(2, redrive()),
                Tuple.of(2, redriveAll()),
                Tuple.of(1, extend()),
                Tuple.of(1, tellFrames()),
                Tuple.of(2, announce()),
                Tuple.of(2, bookmark()),
                Tuple.of(1, crash()),
                Tuple.of(1, crashBeforeSettling()),
                Tuple.of(1, jump()),
                Tuple.of(1, loseWakeTokens()),
                Tuple.of(1, pause()),
                Tuple.of(1, drop()),
                Tuple.of(1, erase()));
    }

    /** Is cut down by ever smaller parts, and when none can be left out any more, move by move. */
    private record Life(List<Shrinkable<Move>> moves) implements Shrinkable<List<Move>> {

        @Override
        public List<Move> value() {
            return moves.stream().map(Shrinkable::value).toList();
        }

        @Override
        public Stream<Shrinkable<List<Move>>> shrink() {
            Stream<Integer> parts = Stream.iterate(Math.ceilDiv(moves.size(), 2), part -> part > 0, part -> part / 2);
            Stream<Shrinkable<List<Move>>> shorter = parts.flatMap(
                    part -> IntStream.range(0, moves.size() / part).mapToObj(number -> without(number * part, part)));
            Stream<Shrinkable<List<Move>>> simpler = IntStream.range(0, moves.size())
                    .boxed()
                    .flatMap(at -> moves.get(at).shrink().map(move -> with(at, move)));
            return Stream.concat(shorter, simpler);
        }

        @Override
        public ShrinkingDistance distance() {
            return ShrinkingDistance.forCollection(List.copyOf(moves));
        }

        private Life without(int from, int part) {
            List<Shrinkable<Move>> left = new ArrayList<>(moves);
            left.subList(from, from + part).clear();
            return new Life(left);
        }

        private Life with(int at, Shrinkable<Move> move) {
            List<Shrinkable<Move>> changed = new ArrayList<>(moves);
            changed.set(at, move);
            return new Life(changed);
        }
    }

    /** Lives a life to its end, looks after each move, and drains what is left. */
    static void live(List<Move> life) {
        LaneWorld world = new LaneWorld();
        try {
            for (Move move : life) {
                move.does.accept(world);
                world.check();
            }
            world.drain();
        } catch (AssertionError | RuntimeException wrong) {
            throw new AssertionError(world.story() + "This was wrong: " + wrong.getMessage(), wrong);
        }
    }

    private static Arbitrary<Move> append() {
        return Combinators.combine(
                        Arbitraries.of(LaneWorld.ORIGINS), wish(), Arbitraries.of(LaneWorld.Again.class), LOST)
                .as((origin, wish, again, lost) ->
                        new Move("append", world -> world.append(origin, wish, again, lost)));
    }

    private static Arbitrary<Wish> wish() {
        return Combinators.combine(
                        EITHER,
                        EITHER,
                        Arbitraries.of(LaneWorld.WAITS).optional(/* presenceProbability= */ 0.3),
                        Arbitraries.of(Watching.NOTHING, Watching.FRAMES))
                .as(Wish::new);
    }

    private static Arbitrary<Move> cancel() {
        return Combinators.combine(Arbitraries.integers().between(0, 30), LOST)
                .as((which, lost) -> new Move("cancel", world -> world.cancel(which, lost)));
    }

    private static Arbitrary<Move> claim() {
        return Combinators.combine(LANE, Arbitraries.integers().between(1, 5), SELDOM_LOST)
                .as((lane, room, lost) -> new Move("claim", world -> world.claim(lane, room, lost)));
    }

    private static Arbitrary<Move> settle() {
        return Combinators.combine(LANE, WHICH, Arbitraries.of(LaneWorld.Decision.class), LOST)
                .as((lane, which, decision, lost) ->
                        new Move("settle", world -> world.settle(lane, which, decision, lost)));
    }

    private static Arbitrary<Move> extend() {
        return LANE.map(lane -> new Move("extend", world -> world.extend(lane)));
    }

    private static Arbitrary<Move> tellFrames() {
        return LOST.map(lost -> new Move("tell frames", world -> world.tellFrames(lost)));
    }

    private static Arbitrary<Move> announce() {
        return Combinators.combine(WHICH, LOST)
                .as((which, lost) -> new Move("announce", world -> world.announce(which, lost)));
    }

    private static Arbitrary<Move> bookmark() {
        return LOST.map(lost -> new Move("bookmark", world -> world.bookmark(lost)));
    }

    private static Arbitrary<Move> crash() {
        return Combinators.combine(LANE, WHICH)
                .as((lane, which) -> new Move("crash", world -> world.crash(lane, which)));
    }

    private static Arbitrary<Move> crashBeforeSettling() {
        return WHICH.map(which -> new Move("crash before settling", world -> world.crashBeforeSettling(which)));
    }

    private static Arbitrary<Move> raiseZombie() {
        return WHICH.map(which -> new Move("raise zombie", world -> world.raiseZombie(which)));
    }

    private static Arbitrary<Move> comeDue() {
        return Combinators.combine(LANE, WHICH)
                .as((lane, which) -> new Move("come due", world -> world.comeDue(lane, which)));
    }

    /** Past a lease, past a delay, and back. */
    private static Arbitrary<Move> jump() {
        return Arbitraries.of(Duration.ofMinutes(11), LaneWorld.DELAY.multipliedBy(2), Duration.ofHours(-1))
                .map(by -> new Move("jump", world -> world.jump(by)));
    }

    private static Arbitrary<Move> loseWakeTokens() {
        return Arbitraries.just(new Move("lose wake tokens", LaneWorld::loseWakeTokens));
    }

    private static Arbitrary<Move> pause() {
        return scope().map(scope -> new Move("pause", world -> world.pause(scope)));
    }

    private static Arbitrary<Move> resume() {
        return scope().map(scope -> new Move("resume", world -> world.resume(scope)));
    }

    private static Arbitrary<Move> redrive() {
        return Combinators.combine(LANE, WHICH, Arbitraries.of(Redrive.Position.class), LOST)
                .as((lane, which, position, lost) ->
                        new Move("redrive", world -> world.redrive(lane, which, position, lost)));
    }

    private static Arbitrary<Move> redriveAll() {
        return Arbitraries.of(Redrive.Position.class)
                .map(position -> new Move("redrive all", world -> world.redriveAll(position)));
    }

    private static Arbitrary<Move> drop() {
        return Combinators.combine(LANE, WHICH).as((lane, which) -> new Move("drop", world -> world.drop(lane, which)));
    }

    private static Arbitrary<Move> erase() {
        return Combinators.combine(Arbitraries.of(LaneWorld.USERS), LOST)
                .as((user, lost) -> new Move("erase", world -> world.erase(user, lost)));
    }

    private static Arbitrary<Scope> scope() {
        List<Scope> ones =
                LaneWorld.CONVERSATIONS.stream().<Scope>map(Scope.One::new).toList();
        return Arbitraries.oneOf(Arbitraries.of(ones), Arbitraries.of(new Scope.Org("acme"), new Scope.All()));
    }
}
