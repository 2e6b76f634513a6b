/**
 * What the broker tells about itself: the meters, and the one adapter to the machine's clock.
 *
 * <p>Must not decide anything: no role changes its behaviour because of what is measured here.
 */
@NullMarked
package org.unfoldingword.broker.telemetry;

import org.jspecify.annotations.NullMarked;
