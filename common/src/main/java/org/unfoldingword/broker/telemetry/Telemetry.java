package org.unfoldingword.broker.telemetry;

import io.micrometer.core.instrument.MeterRegistry;

/** Where a role tells what it does: numbers and traces. */
public record Telemetry(MeterRegistry meters, Traces traces) {}
