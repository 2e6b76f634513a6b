package org.unfoldingword.broker.launcher;

import java.util.Map;
import org.springframework.core.env.Environment;

/**
 * What a process stands on before its beans are built: addresses, keys, Redis, a worker. Two kinds: a {@link ServiceAlone} is
 * given all of it, {@link AllInOne} brings what is missing.
 */
interface Foundation extends AutoCloseable {

    /**
     * Lays it, and returns the settings that follow from it; they go before all others.
     *
     * @throws StartFailure naming in one line what is wrong
     */
    Map<String, Object> lay(Environment environment);

    /** Whether it may be laid again after a Redis that went away while the beans were built. One that brings its own Redis may not. */
    boolean startsAgain();

    /** The line for standard output once all is served. */
    String ready(Served served);

    /** After the beans are gone. May be called at any moment, also while it is being laid, and twice. */
    @Override
    void close();
}
