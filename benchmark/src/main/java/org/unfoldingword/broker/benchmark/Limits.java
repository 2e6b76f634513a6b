package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the store itself can do on this machine: the ceiling of everything built on it. */
final class Limits implements Scenario {

    private static final Pattern PER_SECOND = Pattern.compile("([0-9.]+) requests per second");

    @Override
    public void run(Bench bench) throws IOException, InterruptedException {
        int requests = bench.size(50_000, 200_000);
        String message = "x".repeat(300);
        bench.report()
                .add(Row.amount(
                        "limits: XADD/s",
                        requests,
                        perSecond(bench, requests, "XADD", "stream", "*", "body", message)));
        bench.report()
                .add(Row.amount(
                        "limits: EVAL of one XADD/s",
                        requests,
                        perSecond(
                                bench,
                                requests,
                                "EVAL",
                                "return redis.call('XADD', KEYS[1], '*', 'body', ARGV[1])",
                                "1",
                                "stream",
                                message)));
    }

    private static double perSecond(Bench bench, int requests, String... command)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(
                "redis-benchmark",
                "-p",
                Integer.toString(bench.store().port()),
                "-n",
                Integer.toString(requests),
                "-c",
                "64"));
        words.addAll(List.of(command));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        bench.store().flush();
        Matcher found = PER_SECOND.matcher(said.substring(said.lastIndexOf('\r') + 1));
        if (!found.find()) {
            throw new IOException("redis-benchmark: " + said.strip());
        }
        return Double.parseDouble(found.group(1));
    }
}
