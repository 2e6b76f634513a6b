package org.unfoldingword.broker.dispatch;

/** Takes what the worker says while it says it. */
@FunctionalInterface
interface FrameSink {

    /** One event's data, byte for byte; called on the call's own thread, the terminal frame included. */
    void frame(byte[] data);
}
