package org.unfoldingword.broker.lane;

/**
 * Something the worker said, or a part of it.
 *
 * @param goesOn the next one continues it
 */
record Frame(byte[] data, boolean goesOn) {}
