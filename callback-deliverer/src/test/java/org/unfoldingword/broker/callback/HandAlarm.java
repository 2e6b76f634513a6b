package org.unfoldingword.broker.callback;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An alarm that rings by hand. */
final class HandAlarm implements Alarm {

    private final Map<Object, Runnable> set = new LinkedHashMap<>();
    private Duration latestDelay = Duration.ZERO;

    @Override
    public synchronized Runnable after(Duration delay, Runnable action) {
        Object key = new Object();
        set.put(key, action);
        latestDelay = delay;
        return () -> {
            synchronized (this) {
                set.remove(key);
            }
        };
    }

    void ring() {
        List<Runnable> actions;
        synchronized (this) {
            actions = List.copyOf(set.values());
        }
        actions.forEach(Runnable::run);
    }

    synchronized int pending() {
        return set.size();
    }

    synchronized Duration latestDelay() {
        return latestDelay;
    }

    @Override
    public void close() {}
}
