package org.unfoldingword.broker.lane;

import java.util.List;
import java.util.Optional;

/**
 * Part of a list.
 *
 * @param next where the next part begins; empty at the end. A page may be empty and yet have a next one, because a search looks
 *     only so far in one go.
 */
public record Page<T>(List<T> items, Optional<Place> next) {}
