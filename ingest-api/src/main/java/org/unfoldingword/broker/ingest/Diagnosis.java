package org.unfoldingword.broker.ingest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unfoldingword.broker.lane.Live;
import org.unfoldingword.broker.lane.Memory;
import org.unfoldingword.broker.lane.Pause;
import org.unfoldingword.broker.lane.Scope;

/**
 * What keeps the whole from being healthy although Redis answers, in words. Pure: the same facts give the same words. Names no
 * user, because everybody may ask for the health.
 *
 * @param answeredIn how long Redis took to tell of the live numbers
 * @param pauses in force
 * @param stuck for how long the longest-standing conversation that is not paused has stood, if that is too long
 * @param stuckCallbacks likewise of callbacks
 */
record Diagnosis(
        Live live,
        Duration answeredIn,
        Memory memory,
        Collection<Pause> pauses,
        Optional<Duration> stuck,
        Optional<Duration> stuckCallbacks) {

    /** A script that takes a millisecond took this long. */
    private static final Duration SLOW = Duration.ofMillis(250);

    List<String> reasons(int memoryPercentMax) {
        List<String> reasons = new ArrayList<>();
        if (live.away() > 0) {
            reasons.add("a master of Redis cannot be reached: " + live.away() + " partitions stand still");
        }
        holders("dispatcher", "the worker", live.totals().dispatchers(), reasons);
        holders("deliverer", "a callback endpoint", live.totals().deliverers(), reasons);
        if (pauses.stream().anyMatch(pause -> pause.scope() instanceof Scope.All)) {
            reasons.add("everything is paused");
        }
        stuck.ifPresent(stood -> reasons.add("a conversation has stood still for " + minutes(stood)));
        stuckCallbacks.ifPresent(
                stood -> reasons.add("callbacks to an endpoint have stood still for " + minutes(stood)));
        memory.maxBytes()
                .map(most -> memory.usedBytes() * 100 / most)
                .filter(percent -> percent >= memoryPercentMax)
                .ifPresent(percent -> reasons.add("Redis has used " + percent + " % of its memory"));
        if (!memory.diskWrites()) {
            reasons.add("Redis cannot write to its disk");
        }
        if (answeredIn.compareTo(SLOW) > 0) {
            reasons.add("Redis is slow: it took " + answeredIn.toMillis() + " ms to answer");
        }
        return reasons;
    }

    private static void holders(String kind, String other, Map<String, String> states, List<String> reasons) {
        long open =
                states.values().stream().filter(state -> !state.equals("ok")).count();
        if (states.isEmpty()) {
            reasons.add("no " + kind + " is alive");
        } else if (open > 0) {
            reasons.add("the circuit to " + other + " is open in " + open + " of " + states.size() + " " + kind + "s");
        }
    }

    private static String minutes(Duration duration) {
        return duration.toMinutes() < 120 ? duration.toMinutes() + " min" : duration.toHours() + " h";
    }
}
