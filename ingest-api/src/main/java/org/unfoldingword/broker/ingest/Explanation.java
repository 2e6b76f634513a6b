package org.unfoldingword.broker.ingest;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unfoldingword.broker.lane.Lane;
import org.unfoldingword.broker.lane.Pause;
import org.unfoldingword.broker.lane.QueueState;
import org.unfoldingword.broker.lane.Scope;
import org.unfoldingword.broker.lane.Timeline;

/**
 * Says in words how a queue stands: who holds it, since when, which attempt, what is in the way, what happens next and when.
 * Pure: the same facts give the same words.
 *
 * @param holders living holders of the queue's lane, with the state that each told
 * @param lease how long a silent holder keeps a queue
 * @param last the latest attempt on the head that did not end it
 */
record Explanation(Map<String, String> holders, Duration lease, Optional<Timeline.Attempt> last) {

    /** One paragraph. */
    String of(QueueState queue) {
        List<String> sentences = new ArrayList<>();
        switch (queue.standing()) {
            case RUNNING -> running(queue, sentences);
            case LAPSED -> lapsed(queue, sentences);
            case PAUSED -> paused(queue, sentences);
            case DELAYED -> delayed(queue, sentences);
            case READY -> ready(queue, sentences);
        }
        if (queue.length() > 1) {
            sentences.add(count(queue.length() - 1, queue.lane() == Lane.MESSAGES ? "message" : "callback") + " "
                    + (queue.length() == 2 ? "waits" : "wait") + " behind it.");
        }
        if (queue.doubtful()) {
            sentences.add(
                    "A call whose end was not seen may still be running at the worker, so the next call goes to the"
                            + " endpoint that refuses while the worker is busy with this conversation.");
        }
        return String.join(" ", sentences);
    }

    /** Of a conversation of which nothing waits or runs. */
    static String idle(List<Pause> pauses, boolean resultsWait) {
        List<String> sentences = new ArrayList<>(List.of("Nothing of it waits or runs."));
        if (resultsWait) {
            sentences.add("Results of it wait to be delivered.");
        }
        pauses.forEach(pause -> sentences.add(pause(pause)));
        if (!pauses.isEmpty()) {
            sentences.add("What arrives will be accepted, and will wait.");
        }
        return String.join(" ", sentences);
    }

    private void running(QueueState queue, List<String> sentences) {
        String holder = queue.pending().map(QueueState.Pending::consumer).orElse("a holder");
        sentences.add(head(queue) + " is running: " + holder + " has had it for "
                + words(Duration.between(queue.claimedAt().orElse(queue.at()), queue.at())) + ", attempt "
                + queue.attempts() + ".");
        if (!holders.containsKey(holder)) {
            sentences.add("That holder has not been heard of lately.");
        }
        if (queue.lane() == Lane.CALLBACKS && queue.messageEndedAt().isEmpty()) {
            sentences.add("Its message has not ended, and it tells of that meanwhile.");
        }
        sentences.add("Its lease runs until " + clock(queue.dueAt().orElse(queue.at()))
                + " and is extended while the holder lives; if it dies, another goes on within " + words(lease) + ".");
        queue.pauses().forEach(pause -> sentences.add(pause(pause)));
        if (!queue.pauses().isEmpty()) {
            sentences.add("What runs goes on to its end; what comes after it waits.");
        }
    }

    private void lapsed(QueueState queue, List<String> sentences) {
        String holder = queue.pending().map(QueueState.Pending::consumer).orElse("a holder");
        sentences.add(head(queue) + " was taken by " + holder
                + ", whose lease has run out: it was killed, or is cut off from Redis.");
        sentences.add("The next holder with room continues it as attempt " + (queue.attempts() + 1)
                + (queue.lane() == Lane.MESSAGES ? limit(queue.lapses() + 1) : "."));
        help(queue.lane(), sentences);
    }

    /** The settings are those of the process that will take it, which this one does not know. */
    private static String limit(int lapses) {
        return ", or fails it if that is not to be repeated: it has lost " + count(lapses, "holder")
                + " (broker.dispatch.deliveries-max, broker.dispatch.repeat-lapsed).";
    }

    private static void paused(QueueState queue, List<String> sentences) {
        sentences.add(head(queue) + " waits, and is not taken while a pause is in force.");
        queue.pauses().forEach(pause -> sentences.add(pause(pause)));
        sentences.add("New messages are accepted. It goes on when "
                + (queue.pauses().size() == 1 ? "the pause is" : "all of these pauses are") + " ended.");
    }

    private void delayed(QueueState queue, List<String> sentences) {
        String when = queue.dueAt()
                .map(at -> clock(at) + ", in " + words(Duration.between(queue.at(), at)))
                .orElse("an unknown time");
        sentences.add(head(queue) + " keeps its place and waits for attempt " + (queue.attempts() + 1) + ", at " + when
                + ".");
        attemptBefore(sentences);
        help(queue.lane(), sentences);
    }

    private void ready(QueueState queue, List<String> sentences) {
        String since = queue.readySince()
                .map(at -> " for " + words(Duration.between(at, queue.at())))
                .orElse("");
        sentences.add(head(queue) + " has been due" + since + " and waits for a " + kind(queue.lane()) + " with room.");
        if (queue.lane() == Lane.MESSAGES && !holders.isEmpty()) {
            sentences.add(
                    "A dispatcher may have no room for one more of its org (broker.dispatch.concurrency-per-org).");
        }
        attemptBefore(sentences);
        help(queue.lane(), sentences);
    }

    private void attemptBefore(List<String> sentences) {
        last.filter(attempt -> !attempt.detail().isEmpty())
                .ifPresent(attempt -> sentences.add("The attempt before ended with: " + stop(attempt.detail())));
    }

    /** What keeps holders from taking anything. */
    private void help(Lane lane, List<String> sentences) {
        String kind = kind(lane);
        long open =
                holders.values().stream().filter(state -> !state.equals("ok")).count();
        if (holders.isEmpty()) {
            sentences.add("No " + kind + " is alive: nothing is taken until one is started.");
        } else if (lane == Lane.CALLBACKS) {
            sentences.add(count(holders.size(), kind) + " alive"
                    + (open == 0 ? "." : ", " + open + " with an open circuit to some endpoint."));
        } else if (open == holders.size()) {
            sentences.add("The circuit to the worker is open in "
                    + (open == 1 ? "the only " + kind : "all " + open + " " + kind + "s")
                    + ": the worker does not answer, and one call at a time probes whether it is back.");
        } else {
            sentences.add(count(holders.size(), kind) + " alive"
                    + (open == 0 ? "." : ", " + open + " with an open circuit."));
        }
    }

    private static String pause(Pause pause) {
        String what =
                switch (pause.scope()) {
                    case Scope.One one -> "The conversation";
                    case Scope.Org org -> "The org " + org.org();
                    case Scope.All all -> "Everything";
                };
        String why = pause.why().isBlank() ? "." : ": " + stop(pause.why());
        return what + " is paused since " + clock(pause.since()) + " by " + pause.who() + why;
    }

    private static String head(QueueState queue) {
        return queue.lane() == Lane.MESSAGES
                ? "Message " + queue.head()
                : "The callback of message " + queue.head() + " to " + OperatorView.endpointOf(queue);
    }

    private static String kind(Lane lane) {
        return lane == Lane.MESSAGES ? "dispatcher" : "deliverer";
    }

    private static String count(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    /** With exactly one full stop. */
    private static String stop(String text) {
        return text.endsWith(".") ? text : text + ".";
    }

    private static String clock(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String words(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 1) {
            return "less than a second";
        }
        if (seconds < 120) {
            return seconds + " s";
        }
        return seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }
}
