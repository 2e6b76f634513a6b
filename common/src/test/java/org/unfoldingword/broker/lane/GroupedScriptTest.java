package org.unfoldingword.broker.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many callers, few commands; and each caller has its own answer. */
class GroupedScriptTest {

    /** Answers with its first key, its argument and how often the key was called; the argument "fail" fails. */
    private static final String SCRIPT = """
            if ARGV[1] == 'fail' then return redis.error_reply('ODD argument') end
            if ARGV[1] == 'break' then redis.call('NOSUCHCOMMAND') end
            return { KEYS[1], ARGV[1], redis.call('INCR', KEYS[#KEYS]) }
            """;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private Redis redis;
    private GroupedScript script;

    @BeforeEach
    void connect() {
        redis = Redis.open(TestRedis.emptied().properties());
        script = new GroupedScript(redis, Script.grouped("test", SCRIPT), 16);
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        redis.close();
    }

    @Test
    void callsThatComeTogetherGoOutInFewCommandsAndKeepTheirAnswers() throws Exception {
        int callers = 400;
        long before = redis.commandsSent();
        List<String> answers = together(callers, caller -> {
            List<String> shared = List.of("{t}:key:" + caller % 10);
            Answer answer = script.run(0, List.of(shared), new Arguments().add("caller-" + caller));
            return answer.text(0) + " " + answer.text(1);
        });
        for (int caller = 0; caller < callers; caller++) {
            assertThat(answers.get(caller)).isEqualTo("{t}:key:" + caller % 10 + " caller-" + caller);
        }
        assertThat(redis.commandsSent() - before).isLessThan(callers / 2);
        assertThat(script.run(0, List.of(List.of("{t}:key:3")), new Arguments().add("last"))
                        .number(2))
                .isEqualTo(callers / 10 + 1);
    }

    /**
     * Redis hung: one group after the other waited for a timeout of its own, so the last of some hundred callers was told minutes
     * later that Redis was away.
     */
    @Test
    void allWhoWaitAreToldAtOnceThatRedisDoesNotAnswer() throws Exception {
        int callers = 400;
        int port = URI.create(TestRedis.shared().url()).getPort();
        try (CuttingProxy proxy = new CuttingProxy(port);
                Redis hanging = Redis.open(RedisProperties.of(
                        "redis://127.0.0.1:" + proxy.port(), Duration.ofSeconds(3), /* patience= */ Duration.ZERO))) {
            GroupedScript over = new GroupedScript(hanging, Script.grouped("test", SCRIPT), 16);
            proxy.slowDown(Duration.ofMinutes(10));
            List<String> answers = together(callers, caller -> {
                try {
                    over.run(0, List.of(List.of("{t}:k")), new Arguments().add("x"));
                    return "answered";
                } catch (RedisUnavailable away) {
                    return "away";
                }
            });
            assertThat(answers).containsOnly("away");
            // So many groups it would take, at least.
            assertThat(hanging.commandsSent()).isLessThan(callers / 64);
        }
    }

    @Test
    void keysOfSeveralListsComeInTheirOrder() {
        List<String> one = List.of("{t}:a", "{t}:b");
        Answer answer = script.run(0, List.of(one, List.of("{t}:last")), new Arguments().add("x"));
        assertThat(answer.text(0)).isEqualTo("{t}:a");
        assertThat(script.run(0, List.of(List.of("{t}:last")), new Arguments().add("x"))
                        .number(2))
                .isEqualTo(2);
    }

    @Test
    void aCallThatFailsFailsAlone() throws Exception {
        List<String> answers = together(100, caller -> {
            try {
                String word = caller % 10 == 0 ? "fail" : caller % 10 == 1 ? "break" : "well";
                return script.run(0, List.of(List.of("{t}:k")), new Arguments().add(word))
                        .text(1);
            } catch (RuntimeException failed) {
                return String.valueOf(failed.getMessage()).contains("ODD") ? "odd" : "broken";
            }
        });
        assertThat(answers).filteredOn("odd"::equals).hasSize(10);
        assertThat(answers).filteredOn("well"::equals).hasSize(80);
    }

    private interface Caller {
        String call(int number);
    }

    private List<String> together(int callers, Caller caller) throws Exception {
        CyclicBarrier start = new CyclicBarrier(callers);
        List<Future<String>> calls = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            int number = i;
            calls.add(threads.submit((Callable<String>) () -> {
                start.await();
                return caller.call(number);
            }));
        }
        List<String> answers = new ArrayList<>();
        for (Future<String> call : calls) {
            answers.add(result(call));
        }
        return answers;
    }

    private static String result(Future<String> call) throws InterruptedException {
        try {
            return call.get();
        } catch (ExecutionException failed) {
            throw new AssertionError(failed.getCause());
        }
    }
}
