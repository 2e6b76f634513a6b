package org.unfoldingword.broker.lane;

import java.time.Instant;

/**
 * What an operator did: the record that every changing action leaves.
 *
 * @param id its place in the log
 * @param who the id of the key that asked
 * @param what a stable word, such as {@code pause} or {@code redrive}
 * @param target what it was done to
 * @param count how many things it changed
 * @param detail how it was asked for; may be empty
 */
public record Action(String id, Instant at, String who, String what, String target, long count, String detail) {}
