/**
 * The nouns that all roles share: conversations, messages, their states and their bytes.
 *
 * <p>Knows no framework, no Redis and no HTTP; its records check themselves.
 */
@NullMarked
package org.unfoldingword.broker.message;

import org.jspecify.annotations.NullMarked;
