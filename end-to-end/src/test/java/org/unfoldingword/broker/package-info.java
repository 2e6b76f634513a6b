/**
 * Checks the broker from outside: the architecture rules over all production classes, and the launched jar.
 *
 * <p>Must not reach into a role's hidden types; what only those can show is tested in their own module.
 */
@NullMarked
package org.unfoldingword.broker;

import org.jspecify.annotations.NullMarked;
