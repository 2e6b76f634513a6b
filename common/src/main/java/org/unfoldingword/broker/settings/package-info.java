/** What all records of settings share: the words in which a value is refused. */
@NullMarked
package org.unfoldingword.broker.settings;

import org.jspecify.annotations.NullMarked;
