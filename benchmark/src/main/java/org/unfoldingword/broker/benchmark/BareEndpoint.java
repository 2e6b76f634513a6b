package org.unfoldingword.broker.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.UUID;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.http.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.autoconfigure.jackson.JacksonAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.ServletWebServerFactoryAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** The least that a Spring Boot endpoint does: it reads the JSON, answers like the broker, and keeps nothing. */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    ServletWebServerFactoryAutoConfiguration.class,
    DispatcherServletAutoConfiguration.class,
    WebMvcAutoConfiguration.class,
    HttpMessageConvertersAutoConfiguration.class,
    JacksonAutoConfiguration.class
})
@Import(BareEndpoint.Endpoint.class)
public class BareEndpoint {

    public static void main(String[] arguments) {
        SpringApplication application = new SpringApplication(BareEndpoint.class);
        application.setDefaultProperties(
                Map.of("spring.threads.virtual.enabled", "true", "logging.level.root", "WARN"));
        application.run(arguments);
    }

    @RestController
    static class Endpoint {
        @PostMapping("/api/v1/message")
        ResponseEntity<Map<String, Object>> post(@RequestBody JsonNode message) {
            return ResponseEntity.accepted()
                    .body(Map.of(
                            "status",
                            message.has("message") ? "queued" : "empty",
                            "queue_position",
                            1,
                            "message_id",
                            UUID.randomUUID()));
        }
    }
}
