/**
 * The HTTP entry: accepts messages into lanes and shows clients and operators what became of them.
 *
 * <p>Must not call the worker or a client's URL for a message, know the other roles or how a lane is stored.
 */
@NullMarked
package org.unfoldingword.broker.ingest;

import org.jspecify.annotations.NullMarked;
