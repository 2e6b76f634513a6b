/**
 * Outbound HTTP, as both senders need it: which addresses may be connected, where a callback may go, what a server's
 * answer says about waiting, how much of it is read.
 *
 * <p>Sends nothing itself and knows no retry policy: that is the senders' business.
 */
@NullMarked
package org.unfoldingword.broker.http;

import org.jspecify.annotations.NullMarked;
