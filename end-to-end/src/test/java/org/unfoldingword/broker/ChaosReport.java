package org.unfoldingword.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of all messages, faults or not.
 *
 * @param findings what must never happen, in words; empty if the broker kept its promises
 * @param zombies overlapping calls of a holder that had lost its lease: it was stopped or cut off in between, and what it had begun
 *     could not be taken back
 * @param cancelled messages that a cancel ended
 * @param repeatedCalls by cause
 * @param repeatedCallbacks by cause
 * @param recoveries by kind of fault, one for each: how long at the most a conversation that it befell stood still
 * @param slow recoveries that took longer than promised, in words
 */
record ChaosReport(
        int messages,
        int posts,
        int calls,
        int callbacks,
        List<String> findings,
        int zombies,
        int cancelled,
        Map<String, Integer> repeatedCalls,
        Map<String, Integer> repeatedCallbacks,
        Map<String, List<Duration>> recoveries,
        List<String> slow) {

    String text(String about) {
        StringBuilder text = new StringBuilder();
        text.append("chaos: ").append(about).append("\n\n");
        row(text, "messages accepted", messages, posts - messages + " POSTs more, after an error");
        row(text, "lost, doubled, out of order, overlapping", findings.size(), findings.isEmpty() ? "" : "see below");
        row(text, "overlaps of a fenced zombie", zombies, "");
        row(text, "cancelled by their users", cancelled, "");
        row(text, "worker calls", calls, repeated(repeatedCalls));
        row(text, "callbacks", callbacks, repeated(repeatedCallbacks));
        text.append("\nstanding still after a fault (s)       faults     p50     p99     max\n");
        recoveries.forEach((kind, all) -> text.append(String.format(
                Locale.ROOT,
                "  %-36s %6d %7.2f %7.2f %7.2f%n",
                kind,
                all.size(),
                seconds(all, 0.5),
                seconds(all, 0.99),
                seconds(all, 1))));
        findings.forEach(finding -> text.append("\nFOUND ").append(finding));
        slow.forEach(finding -> text.append("\nSLOW ").append(finding));
        return text.append('\n').toString();
    }

    private static void row(StringBuilder text, String name, int count, String more) {
        text.append(String.format(Locale.ROOT, "  %-42s %7d  %s%n", name, count, more));
    }

    private static String repeated(Map<String, Integer> causes) {
        List<String> words = new ArrayList<>();
        new TreeMap<>(causes).forEach((cause, count) -> words.add(count + " " + cause));
        return words.isEmpty() ? "none repeated" : "repeated: " + String.join(", ", words);
    }

    private static double seconds(List<Duration> all, double share) {
        List<Duration> sorted = all.stream().sorted().toList();
        int at = (int) Math.ceil(share * sorted.size()) - 1;
        return sorted.get(Math.max(0, at)).toMillis() / 1000.0;
    }
}
