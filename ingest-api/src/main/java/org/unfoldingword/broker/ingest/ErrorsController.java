package org.unfoldingword.broker.ingest;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.web.servlet.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the servlet container reports by itself, in the broker's shape. Asked for by hand it does not exist. */
@Hidden
@RestController
final class ErrorsController implements ErrorController {

    @RequestMapping("/error")
    ResponseEntity<byte[]> report(HttpServletRequest request) {
        int status =
                request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer reported ? reported : 404;
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(Problems.body(problem(status)));
    }

    /** A status and its usual phrase are all that is known. */
    static Problem problem(int status) {
        HttpStatus known = HttpStatus.resolve(status);
        return known == null
                ? Problem.of(status, "error", "the request was refused")
                : Problem.of(status, Problems.code(known), known.getReasonPhrase());
    }
}
