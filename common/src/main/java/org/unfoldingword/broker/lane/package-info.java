/**
 * The engine: ordered queues in Redis, of which at most one entry each is held at a time, under a lease.
 *
 * <p>The only package that knows Redis; it must not know HTTP, the worker or the callback's receiver.
 */
@NullMarked
package org.unfoldingword.broker.lane;

import org.jspecify.annotations.NullMarked;
