/**
 * Takes the oldest message of each lane to the worker, one at a time per lane, and settles the lane by its outcome.
 *
 * <p>Must not know the other roles, the clients' URLs or how a lane is stored.
 */
@NullMarked
package org.unfoldingword.broker.dispatch;

import org.jspecify.annotations.NullMarked;
