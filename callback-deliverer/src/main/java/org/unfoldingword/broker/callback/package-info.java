/**
 * Takes finished replies to the clients' URLs, signed and in the order of their messages.
 *
 * <p>Must not know the other roles, call the worker or decide what a reply says.
 */
@NullMarked
package org.unfoldingword.broker.callback;

import org.jspecify.annotations.NullMarked;
