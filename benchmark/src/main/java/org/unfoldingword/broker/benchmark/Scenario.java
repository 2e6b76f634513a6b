package org.unfoldingword.broker.benchmark;

import java.io.IOException;

/** One question that the benchmark answers. It starts what it needs, adds rows to the report, and leaves nothing behind. */
interface Scenario {

    /** One round. */
    void run(Bench bench) throws IOException, InterruptedException;
}
