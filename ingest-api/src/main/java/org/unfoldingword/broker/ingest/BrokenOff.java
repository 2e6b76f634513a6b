package org.unfoldingword.broker.ingest;

import java.io.IOException;

/** The worker broke off within an answer of which the client has a part already. That its connection is cut tells it so. */
final class BrokenOff extends IOException {

    BrokenOff(IOException cause) {
        super("the worker broke off within its answer (" + cause + ")", cause);
    }
}
