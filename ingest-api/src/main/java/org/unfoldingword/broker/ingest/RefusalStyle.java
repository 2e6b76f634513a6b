package org.unfoldingword.broker.ingest;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** How a request without a good key is refused on paths whose clients read something else than {@code problem+json}. */
interface RefusalStyle {

    boolean covers(HttpServletRequest request);

    void write(Denied denied, HttpServletResponse response) throws IOException;
}
