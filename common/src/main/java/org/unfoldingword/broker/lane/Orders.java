package org.unfoldingword.broker.lane;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.ArrayList;
import java.util.List;
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
    private final Consumer<Order> onOrder;
    // Below: guarded by this.
    private boolean keeping;
    private List<Order> kept = new ArrayList<>();

    private Orders(StatefulRedisPubSubConnection<String, String> subscription, Consumer<Order> onOrder) {
        this.subscription = subscription;
        this.onOrder = onOrder;
    }

    /** @param onOrder is called on a thread of its own */
    static Orders listen(Lanes lanes, Consumer<Order> onOrder) {
        Orders orders = new Orders(lanes.redis().subscribe(), onOrder);
        orders.subscription.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String order) {
                parse(order)
                        .ifPresent(known ->
                                Thread.ofVirtual().name("order-" + known.id()).start(() -> orders.came(known)));
            }
        });
        String[] channels =
                lanes.allPartitions().stream().map(lanes.keyspace()::orders).toArray(String[]::new);
        lanes.redis().countCommand();
        Redis.await(orders.subscription.async().subscribe(channels));
        return orders;
    }

    private void came(Order order) {
        synchronized (this) {
            if (keeping) {
                kept.add(order);
            }
        }
        onOrder.accept(order);
    }

    /** What comes from now on may be about entries that a claim is just bringing. */
    synchronized void keep() {
        keeping = true;
    }

    /** The claim is over: gives once more what came meanwhile. */
    void repeat() {
        List<Order> came;
        synchronized (this) {
            keeping = false;
            came = kept;
            kept = new ArrayList<>();
        }
        came.forEach(onOrder);
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
