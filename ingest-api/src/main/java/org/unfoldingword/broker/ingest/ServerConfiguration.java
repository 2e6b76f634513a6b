package org.unfoldingword.broker.ingest;

import java.util.Arrays;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.servlet.ServletHandler;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.springframework.boot.web.embedded.jetty.JettyServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.config.annotation.AsyncSupportConfigurer;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.unfoldingword.broker.access.ApiKeys;
import org.unfoldingword.broker.telemetry.Ticker;

/** The HTTP server: how it reads requests, and what they pass before a controller has them. */
@Configuration(proxyBeanMethods = false)
class ServerConfiguration {

    /** The headers first, so that refusals have them too; then the keys, before anything of the request is read. */
    private static final int HEADERS = Ordered.HIGHEST_PRECEDENCE + 100;

    private static final int KEYS = HEADERS + 1;

    private static final int ACCEPT_QUEUE = 1024;

    @Bean
    WebServerFactoryCustomizer<JettyServletWebServerFactory> jetty() {
        return factory -> factory.addServerCustomizers(
                ServerConfiguration::takeBursts,
                ServerConfiguration::keepConnectionsSmall,
                ServerConfiguration::takeEscapedNames,
                // What the server itself refuses is told as everything else is.
                server -> server.setErrorHandler(new ServerProblems()));
    }

    @Bean
    FilterRegistrationBean<SecurityHeaders> securityHeaders(Problems problems) {
        FilterRegistrationBean<SecurityHeaders> filter = new FilterRegistrationBean<>(new SecurityHeaders(problems));
        filter.setOrder(HEADERS);
        return filter;
    }

    @Bean
    FilterRegistrationBean<ApiKeyFilter> apiKeyFilter(
            ApiKeys keys, IngestProperties properties, BodyReader bodies, Problems problems, Ticker ticker) {
        if (keys.none()) {
            throw new IllegalArgumentException(
                    "broker.access.api-key: not set (expected: the key that clients show; environment: BROKER_API_KEY,"
                            + " or many keys in BROKER_API_KEYS_FILE)");
        }
        FailedAttempts attempts = new FailedAttempts(properties.unknownKeys(), properties.unknownKeyEvery(), ticker);
        FilterRegistrationBean<ApiKeyFilter> filter = new FilterRegistrationBean<>(
                new ApiKeyFilter(keys, properties.defaultOrgIfAny(), attempts, bodies, problems));
        filter.setOrder(KEYS);
        return filter;
    }

    @Bean
    FilterRegistrationBean<PageHeaders> pageHeaders() {
        FilterRegistrationBean<PageHeaders> filter = new FilterRegistrationBean<>(new PageHeaders());
        filter.addUrlPatterns("/console", "/console/*", "/docs", "/docs/*");
        return filter;
    }

    @Bean
    BodyReader bodyReader(IngestProperties properties, ApiKeys keys, Ticker ticker) {
        return new BodyReader(
                new BodyBudget(
                        properties.bodyMemoryBytes(),
                        properties.maxBody().toBytes(),
                        !keys.one(),
                        properties.bodyPatience()),
                properties.bodyTimeout(),
                ticker);
    }

    @Bean
    WebMvcConfigurer rightsAndDeadlines() {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new RightsCheck());
            }

            /** None of the server's: held requests and streams have deadlines of their own. */
            @Override
            public void configureAsyncSupport(AsyncSupportConfigurer configurer) {
                configurer.setDefaultTimeout(0);
            }
        };
    }

    /** By default 50 connections may wait to be accepted; of a gateway's 600 at once some were closed without an answer. */
    private static void takeBursts(Server server) {
        for (Connector connector : server.getConnectors()) {
            if (connector instanceof ServerConnector sockets) {
                sockets.setAcceptQueueSize(ACCEPT_QUEUE);
            }
        }
    }

    /** Jetty's cache of header fields costs each connection 100 KB, ten times what a held one costs otherwise. */
    private static void keepConnectionsSmall(Server server) {
        http(server).forEach(http -> http.setHeaderCacheSize(0));
    }

    /**
     * A conversation's name has escapes of its own, so in a path it comes with {@code %25}, and a user's id may hold a slash. Jetty
     * refuses both unless told otherwise. A path is decoded once, and {@link PathRules} says where a slash may be.
     */
    private static void takeEscapedNames(Server server) {
        UriCompliance compliance = UriCompliance.DEFAULT.with(
                "names with escapes",
                UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING,
                UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR);
        http(server).forEach(http -> http.setUriCompliance(compliance));
        server.getDescendants(ServletHandler.class).forEach(handler -> handler.setDecodeAmbiguousURIs(true));
    }

    private static Stream<HttpConfiguration> http(Server server) {
        return Arrays.stream(server.getConnectors())
                .flatMap(connector -> connector.getConnectionFactories().stream())
                .filter(HttpConfiguration.ConnectionFactory.class::isInstance)
                .map(HttpConfiguration.ConnectionFactory.class::cast)
                .map(HttpConfiguration.ConnectionFactory::getHttpConfiguration);
    }
}
