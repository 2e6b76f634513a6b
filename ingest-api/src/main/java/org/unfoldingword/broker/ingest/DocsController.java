package org.unfoldingword.broker.ingest;

import io.swagger.v3.oas.annotations.Hidden;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** {@code /docs}: the API's description for people, as a page that needs nothing from elsewhere. */
@Hidden
@RestController
final class DocsController {

    private static final Map<String, String> TYPES = Map.of(
            "docs.html", "text/html;charset=utf-8",
            "docs.js", "text/javascript;charset=utf-8",
            "docs.css", "text/css;charset=utf-8");

    @GetMapping("/docs")
    ResponseEntity<byte[]> page() throws IOException {
        return file("docs.html");
    }

    @GetMapping("/docs/{name}")
    ResponseEntity<byte[]> part(@PathVariable String name) throws IOException {
        return file(name);
    }

    private static ResponseEntity<byte[]> file(String name) throws IOException {
        String type = Optional.ofNullable(TYPES.get(name))
                .orElseThrow(() -> Problem.of(404, "not_found", "there is no page " + name));
        try (InputStream in = DocsController.class.getResourceAsStream("docs/" + name)) {
            if (in == null) {
                throw new IllegalStateException("docs/" + name + ": not on the class path");
            }
            return ResponseEntity.ok()
                    .header("Content-Type", type)
                    .cacheControl(CacheControl.noCache())
                    .body(in.readAllBytes());
        }
    }
}
