package org.unfoldingword.broker.lane;

/** Redis could not be asked, or refused to write: nothing was decided, and the same call may be made again. */
public final class RedisUnavailable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RedisUnavailable(String message) {
        super(message);
    }

    RedisUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
