package org.unfoldingword.broker.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A path of the worker's that requests are passed through to, as it was written: percent-encodings stay as they are.
 *
 * <p>Only plain paths are taken. One that a server behind this one could read differently is refused: dot segments, empty ones,
 * encoded slashes, backslashes, dots or controls, parameters after a semicolon, encoded twice.
 *
 * @param area its beginning, up to where the worker's own names begin
 * @param segments what follows the area, decoded
 * @param target path and query, to be sent as they are
 */
record WorkerPath(Area area, List<String> segments, String target) {

    private static final Pattern PLAIN = Pattern.compile("(?:[A-Za-z0-9._~!$&'()*+,=:@-]|%[0-9A-Fa-f]{2})+");
    private static final Pattern TRICKS = Pattern.compile("(?i)%(?:2f|5c|2e|25|3b|[01][0-9a-f]|7f)");
    private static final Pattern QUERY = Pattern.compile("[!-~]*");

    /** @throws Refusal 400 if it is not plain, 404 if it is none of the areas' */
    static WorkerPath of(HttpServletRequest request) {
        return of(request.getRequestURI(), Optional.ofNullable(request.getQueryString()));
    }

    static WorkerPath of(String path, Optional<String> query) {
        for (Area area : Area.values()) {
            if (path.startsWith(area.start)) {
                List<String> segments = new ArrayList<>();
                for (String segment : path.substring(area.start.length()).split("/", -1)) {
                    segments.add(plain(segment));
                }
                if (!QUERY.matcher(query.orElse("")).matches()) {
                    throw Refusal.bare(400, "Invalid query");
                }
                return new WorkerPath(
                        area,
                        List.copyOf(segments),
                        path + query.map(text -> "?" + text).orElse(""));
            }
        }
        throw Refusal.bare(404, "Not found");
    }

    /** The org whose data it is, where the path says so. */
    Optional<String> org() {
        return switch (area) {
            case ORGS -> segment(0);
            case ADMIN -> segment(0).filter("orgs"::equals).flatMap(orgs -> segment(1));
            // audio/audio/{org}/…, voice-submissions/voice-submissions/{org}/…: the key in the worker's store.
            case AUDIO, VOICE_SUBMISSIONS -> segment(1);
            case PUBLIC -> Optional.empty();
        };
    }

    /** Whether it is one of the few admin requests that a chat gateway makes for its users: modes, a mode, a group's history. */
    boolean isGatewayRequest(String method) {
        if (area != Area.ADMIN || segments.size() < 3 || !segments.get(0).equals("orgs")) {
            return false;
        }
        List<String> rest = segments.subList(2, segments.size());
        return switch (rest.size()) {
            case 1 -> method.equals("GET") && rest.get(0).equals("modes");
            case 3 -> {
                boolean scope = rest.get(0).equals("users") || rest.get(0).equals("groups");
                boolean mode = scope && rest.get(2).equals("mode");
                boolean history = rest.get(0).equals("groups") && rest.get(2).equals("history");
                yield mode && List.of("GET", "PUT", "DELETE").contains(method) || history && method.equals("DELETE");
            }
            case 5 ->
                rest.get(0).equals("groups")
                        && rest.get(2).equals("threads")
                        && rest.get(4).equals("history")
                        && method.equals("DELETE");
            default -> false;
        };
    }

    private static String plain(String segment) {
        boolean dots = segment.equals(".") || segment.equals("..");
        if (!PLAIN.matcher(segment).matches() || TRICKS.matcher(segment).find() || dots) {
            throw Refusal.bare(400, "Invalid path");
        }
        return URLDecoder.decode(segment.replace("+", "%2B"), UTF_8);
    }

    private Optional<String> segment(int index) {
        return index < segments.size() ? Optional.of(segments.get(index)) : Optional.empty();
    }

    /** The parts of the worker that are passed through. */
    enum Area {
        ORGS("/api/v1/orgs/"),
        ADMIN("/api/v1/admin/"),
        AUDIO("/api/v1/audio/"),
        VOICE_SUBMISSIONS("/api/v1/voice-submissions/"),
        /** Files for everybody; the worker asks for no key, and gets none. */
        PUBLIC("/public/");

        private final String start;

        Area(String start) {
            this.start = start;
        }
    }
}
