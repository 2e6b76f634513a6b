package org.unfoldingword.broker.lane;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.Optional;
import java.util.function.Consumer;
import org.unfoldingword.broker.message.MessageId;

/** One subscription of a process to what is wanted of the messages that it may hold. Orders are hints: one may be lost. */
final class Orders implements AutoCloseable {

    /** What may be wanted. */
    enum What {
        /** It was cancelled. */
        CANCEL,
        /** Somebody watches it. */
        WATCH
    }

    /** One message, and what is wanted of it. */
    record Order(MessageId id, What what) {}

    private final StatefulRedisPubSubConnection<String, String> subscription;

    private Orders(StatefulRedisPubSubConnection<String, String> subscription) {
        this.subscription = subscription;
    }

    /** @param onOrder is called on a thread of its own */
    static Orders listen(Lanes lanes, Consumer<Order> onOrder) {
        StatefulRedisPubSubConnection<String, String> subscription =
                lanes.redis().subscribe();
        subscription.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String order) {
                parse(order)
                        .ifPresent(known ->
                                Thread.ofVirtual().name("order-" + known.id()).start(() -> onOrder.accept(known)));
            }
        });
        String[] channels =
                lanes.allPartitions().stream().map(lanes.keyspace()::orders).toArray(String[]::new);
        lanes.redis().countCommand();
        Redis.await(subscription.async().subscribe(channels));
        return new Orders(subscription);
    }

    private static Optional<Order> parse(String order) {
        String[] words = order.split(" ", 2);
        return switch (words.length > 1 ? words[1] : "") {
            case "cancel" -> MessageId.parse(words[0]).map(id -> new Order(id, What.CANCEL));
            case "watch" -> MessageId.parse(words[0]).map(id -> new Order(id, What.WATCH));
            default -> Optional.empty();
        };
    }

    @Override
    public void close() {
        subscription.close();
    }
}
