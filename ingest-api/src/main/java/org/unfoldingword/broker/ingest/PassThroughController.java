package org.unfoldingword.broker.ingest;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;
import org.unfoldingword.broker.access.Right;

/**
 * The worker's other paths, passed through with the worker's key: preferences, history, audio, and of the admin paths those that
 * the key allows. They do not queue behind running turns, as they do not at the worker either.
 */
@Hidden
@RestController
final class PassThroughController {

    private final WorkerPassage passage;
    private final PassagePlaces places;

    PassThroughController(WorkerPassage passage, PassThroughProperties properties) {
        this.passage = passage;
        this.places = new PassagePlaces(properties.concurrency(), properties.connectTimeout());
    }

    @RequestMapping({"/api/v1/orgs/**", "/api/v1/audio/**", "/api/v1/voice-submissions/**"})
    @Needs(Right.READ)
    void pass(HttpServletRequest request, HttpServletResponse response) throws IOException {
        WorkerPath path = WorkerPath.of(request);
        Caller caller = Caller.of(request);
        check(path, caller);
        if (!WorkerPassage.reads(request) && !caller.may(Right.SUBMIT)) {
            throw Refusal.bare(403, "The key may only read");
        }
        try (PassagePlaces.Place place = places.of(caller)) {
            passage.pass(path, request, response);
        }
    }

    @RequestMapping("/api/v1/admin/**")
    @Needs(Right.SUBMIT)
    void administer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        WorkerPath path = WorkerPath.of(request);
        Caller caller = Caller.of(request);
        check(path, caller);
        boolean allowed =
                caller.may(Right.ADMIN) || caller.may(Right.GATEWAY) && path.isGatewayRequest(request.getMethod());
        if (!allowed) {
            throw Refusal.bare(403, "Unauthorized for this organization");
        }
        try (PassagePlaces.Place place = places.of(caller)) {
            passage.pass(path, request, response);
        }
    }

    /** Files for everybody: no key is asked for, and none is shown to the worker. */
    @RequestMapping(
            path = "/public/**",
            method = {RequestMethod.GET, RequestMethod.HEAD})
    void give(HttpServletRequest request, HttpServletResponse response) throws IOException {
        WorkerPath path = WorkerPath.of(request);
        try (PassagePlaces.Place place = places.ofNobody()) {
            passage.pass(path, request, response);
        }
    }

    private static void check(WorkerPath path, Caller caller) {
        if (path.org().filter(org -> !caller.sees(org)).isPresent()) {
            throw Refusal.bare(403, "Unauthorized for this organization");
        }
    }
}
