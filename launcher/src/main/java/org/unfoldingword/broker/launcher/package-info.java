/**
 * Starts processes: picks the roles, lays what they stand on (embedded Redis, keys, demo worker), and stops all in order.
 *
 * <p>Must not know what a role does: a role is one configuration class, and a setting is one line of {@code application.yml}.
 */
@NullMarked
package org.unfoldingword.broker.launcher;

import org.jspecify.annotations.NullMarked;
