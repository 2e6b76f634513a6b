package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.unfoldingword.broker.telemetry.SystemTime;
import org.unfoldingword.broker.telemetry.Ticker;

/**
 * The border to Redis: one shared connection for commands, which many threads may use at once, and new ones for those that
 * block or listen. One Redis, sentinels and a cluster look the same from here.
 *
 * <p>Every script is safe to repeat, so a call that met a failover or got no answer is made again for a while; what still has
 * no answer then is {@link RedisUnavailable}.
 */
final class Redis implements AutoCloseable {

    /** The name of whatever is no script, for those who measure. */
    private static final String PLAIN = "plain";
    /** First words of error replies that say "not now". */
    private static final List<String> PASSING = List.of(
            "LOADING",
            "READONLY",
            "CLUSTERDOWN",
            "TRYAGAIN",
            "MASTERDOWN",
            "MISCONF",
            "OOM",
            "NOREPLICAS",
            "BUSY",
            "MOVED",
            "ASK");

    private final RedisDriver driver;
    private final StatefulConnection<String, byte[]> shared;
    private final RedisClusterAsyncCommands<String, byte[]> commands;
    /** Of its own, because a command that waits for replicas holds up all behind it. */
    private final Optional<Replicated> replicated;

    private final Patience patience;
    /** What waits for its reply on the shared connection, by a number of its own. */
    private final Map<Long, CompletableFuture<?>> underWay = new ConcurrentHashMap<>();

    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong breaks = new AtomicLong();
    private final LongAdder commandsSent = new LongAdder();
    private final Ticker ticker = SystemTime.ticker();
    private volatile BiConsumer<String, Duration> observer = (command, took) -> {};

    private Redis(RedisDriver driver, RedisProperties properties) {
        this.driver = driver;
        this.shared = driver.connect();
        this.commands = commandsOf(shared);
        this.replicated = properties.durability() == Durability.REPLICATED
                ? Optional.of(new Replicated(driver.connect(), properties.replicationTimeout()))
                : Optional.empty();
        this.patience = new Patience(properties.patience(), ticker, SystemTime.random());
        driver.onBreak(connection -> {
            if (connection == shared || clustered() || replicated.isPresent()) {
                failUnderWay();
            }
        });
    }

    /** @throws RedisUnavailable if it cannot be reached now */
    static Redis open(RedisProperties properties) {
        RedisDriver driver = RedisDriver.of(properties);
        try {
            return new Redis(driver, properties);
        } catch (RedisException e) {
            driver.close();
            throw new RedisUnavailable(reason(e), e);
        }
    }

    boolean clustered() {
        return driver.clustered();
    }

    /** Commands sent through here so far; the measure of cost. */
    long commandsSent() {
        return commandsSent.sum();
    }

    Answer run(Script script, List<String> keys, Arguments arguments) {
        return patiently(() -> once(script, keys, arguments));
    }

    /** Makes a repeatable call again while Redis is away, for as long as the patience. */
    <T> T patiently(Supplier<T> call) {
        return patience.over(call);
    }

    /** As {@link #run}, without patience. */
    private Answer once(Script script, List<String> keys, Arguments arguments) {
        return once(commands, script, keys, arguments);
    }

    /**
     * As {@link #run}, without patience, for what somebody is told that it is done: where replicas are waited for, one of them has it.
     *
     * @throws RedisUnavailable also if none had it in time: then it is done, but perhaps not for good. Whoever repeats the script waits
     *     again
     */
    Answer commit(Script script, List<String> keys, Arguments arguments) {
        if (replicated.isEmpty()) {
            return once(script, keys, arguments);
        }
        RedisClusterAsyncCommands<String, byte[]> master = replicated.get().masterOf(keys.getFirst());
        try {
            Answer answer = once(master, script, keys, arguments);
            long timeoutMillis = replicated.get().timeout().toMillis();
            long replicas = get(PLAIN, master, commands -> commands.waitForReplication(1, timeoutMillis));
            if (replicas < 1) {
                throw new RedisUnavailable(
                        "no replica had it within " + replicated.get().timeout());
            }
            return answer;
        } catch (RedisUnavailable away) {
            driver.lookAgain();
            throw away;
        }
    }

    private Answer once(
            RedisClusterAsyncCommands<String, byte[]> on, Script script, List<String> keys, Arguments arguments) {
        String[] names = keys.toArray(String[]::new);
        byte[][] values = arguments.toArray();
        try {
            return new Answer(this.<List<?>>get(
                    script.name(),
                    on,
                    commands -> commands.evalsha(script.sha(), ScriptOutputType.MULTI, names, values)));
        } catch (RedisNoScriptException unknownYet) {
            return new Answer(this.<List<?>>get(
                    script.name(),
                    on,
                    commands -> commands.eval(script.text(), ScriptOutputType.MULTI, names, values)));
        }
    }

    /** One plain command, repeated like a script: only for commands that may be. */
    <T> T call(Command<T> command) {
        return patience.over(() -> get(PLAIN, commands, command));
    }

    /** A command to make on a connection. */
    interface Command<T> {
        CompletionStage<T> on(RedisClusterAsyncCommands<String, byte[]> commands);
    }

    /** Unless something is under the key already. */
    void putNew(String key, byte[] value, Duration lifetime) {
        call(commands -> commands.set(key, value, SetArgs.Builder.nx().px(lifetime)));
    }

    /** @throws IllegalStateException if there is nothing under the key */
    byte[] get(String key) {
        byte[] value = call(commands -> commands.get(key));
        if (value == null) {
            throw new IllegalStateException(key + ": gone (expected: kept until its message has ended)");
        }
        return value;
    }

    /**
     * Goes through all keys of all nodes that match; one may come twice. For audits, never on the way of a message.
     *
     * @throws RedisUnavailable also if only one of the masters is away
     */
    void scan(String pattern, Consumer<List<String>> batches) {
        ScanArgs arguments = ScanArgs.Builder.matches(pattern).limit(500);
        if (shared instanceof StatefulRedisClusterConnection<String, byte[]> cluster) {
            // The driver would also ask masters without slots, and the one whose replica has taken over may be dead for
            // good.
            cluster.getPartitions().stream()
                    .filter(node -> node.is(RedisClusterNode.NodeFlag.UPSTREAM)
                            && !node.getSlots().isEmpty())
                    .map(RedisClusterNode::getNodeId)
                    .toList()
                    .forEach(node -> scan(() -> commandsOf(cluster, node), arguments, batches));
        } else {
            scan(() -> commands, arguments, batches);
        }
    }

    private void scan(
            Supplier<RedisClusterAsyncCommands<String, byte[]>> node,
            ScanArgs arguments,
            Consumer<List<String>> batches) {
        ScanCursor cursor = ScanCursor.INITIAL;
        do {
            ScanCursor from = cursor;
            KeyScanCursor<String> next =
                    patience.over(() -> get(PLAIN, node.get(), commands -> commands.scan(from, arguments)));
            batches.accept(next.getKeys());
            cursor = next;
        } while (!cursor.isFinished());
    }

    private <T> T get(String name, RedisClusterAsyncCommands<String, byte[]> on, Command<T> command) {
        commandsSent.increment();
        long startNanos = ticker.nanos();
        long breaksBefore = breaks.get();
        CompletableFuture<T> reply = command.on(on).toCompletableFuture();
        Long number = numbers.incrementAndGet();
        underWay.put(number, reply);
        if (breaks.get() != breaksBefore) {
            reply.completeExceptionally(broken());
        }
        try {
            return await(reply);
        } finally {
            underWay.remove(number);
            observer.accept(name, Duration.ofNanos(ticker.nanos() - startNanos));
        }
    }

    /**
     * A connection broke; on a cluster, one of several. Left alone, the driver sends again on the next connection what was under way,
     * and reads the whole reply into the half that may have come already. Called before there is a next connection.
     */
    private void failUnderWay() {
        breaks.incrementAndGet();
        underWay.values().forEach(reply -> reply.completeExceptionally(broken()));
    }

    private static RedisException broken() {
        return new RedisConnectionException("the connection broke");
    }

    /** Is told, of each command, its script's name (or {@code plain}) and how long it took, answered or not. One observer. */
    void observe(BiConsumer<String, Duration> told) {
        observer = told;
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw translated(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisUnavailable("interrupted while waiting for Redis", e);
        } catch (RedisException e) {
            throw translated(e);
        }
    }

    static RuntimeException translated(Throwable cause) {
        if (cause instanceof RedisNoScriptException noScript) {
            return noScript;
        }
        if (cause instanceof RedisCommandExecutionException refused) {
            String message = String.valueOf(refused.getMessage());
            boolean passing = PASSING.stream().anyMatch(message::startsWith)
                    || message.contains("-OOM")
                    || message.contains("command not allowed when used memory")
                    || message.contains("MISCONF");
            return passing ? new RedisUnavailable(message, refused) : refused;
        }
        return new RedisUnavailable(reason(cause), cause);
    }

    static String reason(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String message = root.getMessage();
        return message == null ? root.getClass().getSimpleName() : message;
    }

    @SuppressWarnings("unchecked")
    static RedisClusterAsyncCommands<String, byte[]> commandsOf(StatefulConnection<String, byte[]> connection) {
        return switch (connection) {
            case io.lettuce.core.api.StatefulRedisConnection<String, byte[]> single -> single.async();
            case StatefulRedisClusterConnection<String, byte[]> cluster -> cluster.async();
            default -> throw new IllegalStateException("connection: " + connection);
        };
    }

    /** @throws RedisUnavailable if the node cannot be reached */
    static RedisClusterAsyncCommands<String, byte[]> commandsOf(
            StatefulRedisClusterConnection<String, byte[]> cluster, String node) {
        try {
            return cluster.getConnection(node).async();
        } catch (RedisException away) {
            throw new RedisUnavailable(reason(away), away);
        }
    }

    /** A connection of its own for a caller that blocks. */
    StatefulConnection<String, byte[]> connect() {
        return driver.connect();
    }

    /** A connection of its own for a caller that listens. */
    StatefulRedisPubSubConnection<String, String> subscribe() {
        return driver.subscribe();
    }

    void countCommand() {
        commandsSent.increment();
    }

    @Override
    public void close() {
        shared.close();
        replicated.ifPresent(Replicated::close);
        failUnderWay();
        driver.close();
    }

    static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }
}
