package org.unfoldingword.broker.ingest;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.springframework.http.MediaType;

/**
 * Answers with {@code problem+json} where the server itself refuses, before any filter: a malformed request line, a header that is
 * too large.
 */
final class ServerProblems extends ErrorHandler {

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = Math.max(400, response.getStatus());
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.write(/* last= */ true, ByteBuffer.wrap(Problems.body(Problem.of(status))), callback);
        return true;
    }
}
