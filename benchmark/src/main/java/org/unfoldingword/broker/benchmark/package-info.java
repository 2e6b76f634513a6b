/**
 * Measures a broker: the benchmark and the load test.
 *
 * <p>Must not be used by anything that runs in production.
 */
@NullMarked
package org.unfoldingword.broker.benchmark;

import org.jspecify.annotations.NullMarked;
