/**
 * Who may ask the broker for what: the keys that clients show, and what each of them allows.
 *
 * <p>Knows no HTTP and decides nothing about a request: it answers whose key was shown.
 */
@NullMarked
package org.unfoldingword.broker.access;

import org.jspecify.annotations.NullMarked;
