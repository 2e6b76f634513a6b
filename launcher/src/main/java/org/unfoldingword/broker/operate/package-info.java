/**
 * The operator's command line: asks the operator API, and prints what it says as tables or as JSON.
 *
 * <p>Must not know Redis, the roles or Spring: it runs against any broker that it can reach, and starts fast.
 */
@NullMarked
package org.unfoldingword.broker.operate;

import org.jspecify.annotations.NullMarked;
