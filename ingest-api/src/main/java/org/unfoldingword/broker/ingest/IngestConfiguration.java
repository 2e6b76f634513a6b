package org.unfoldingword.broker.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.servlet.ServletHandler;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.embedded.jetty.JettyServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.config.annotation.AsyncSupportConfigurer;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.unfoldingword.broker.access.AccessConfiguration;
import org.unfoldingword.broker.access.ApiKeys;
import org.unfoldingword.broker.access.SecretText;
import org.unfoldingword.broker.http.AddressGuard;
import org.unfoldingword.broker.lane.Journals;
import org.unfoldingword.broker.lane.LaneConfiguration;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.Operations;
import org.unfoldingword.broker.lane.StopProperties;
import org.unfoldingword.broker.lane.Watches;
import org.unfoldingword.broker.telemetry.Meters;
import org.unfoldingword.broker.telemetry.SystemTime;
import org.unfoldingword.broker.telemetry.Telemetry;

/** The ingest role: the one door of this package. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({IngestProperties.class, HealthProperties.class, PassThroughProperties.class})
@Import({
    AccessConfiguration.class,
    LaneConfiguration.class,
    MessageController.class,
    CancelController.class,
    StreamController.class,
    QueueController.class,
    ConversationsController.class,
    OperatorMessageController.class,
    ContentController.class,
    DeadLettersController.class,
    PausesController.class,
    ErasureController.class,
    AuditController.class,
    LiveController.class,
    ConsolePage.class,
    ApiDescription.class,
    DocsController.class,
    ChatController.class,
    PassThroughController.class,
    WorkerProblems.class,
    ErrorsController.class,
    Problems.class
})
public class IngestConfiguration {

    /** The headers first, so that refusals have them too; then the keys, before anything of the request is read. */
    private static final int HEADERS = Ordered.HIGHEST_PRECEDENCE + 100;

    private static final int KEYS = HEADERS + 1;

    @Bean
    Watches watches(Lanes lanes, MeterRegistry meters) {
        Watches watches = Watches.open(lanes);
        Meters.WATCHES.gauge(meters, watches::watched);
        return watches;
    }

    @Bean
    HeldRequests heldRequests(Lanes lanes, Watches watches, StopProperties stop) {
        return new HeldRequests(
                lanes,
                watches,
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("held-deadlines").factory()),
                stop.held());
    }

    @Bean
    Cancellation cancellation(Lanes lanes, HeldRequests held) {
        return new Cancellation(lanes, held);
    }

    /** Jetty's cache of header fields costs each connection 100 KB, ten times what a held one costs otherwise. */
    @Bean
    WebServerFactoryCustomizer<JettyServletWebServerFactory> smallConnections() {
        return factory ->
                factory.addServerCustomizers(server -> http(server).forEach(http -> http.setHeaderCacheSize(0)));
    }

    /**
     * A conversation's name has escapes of its own, so in a path it comes with {@code %25}, and a user's id may hold a slash. Jetty
     * refuses both unless told otherwise. A path is decoded once, and {@link PathRules} says where a slash may be.
     */
    @Bean
    WebServerFactoryCustomizer<JettyServletWebServerFactory> escapedNames() {
        UriCompliance compliance = UriCompliance.DEFAULT.with(
                "names with escapes",
                UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING,
                UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR);
        return factory -> factory.addServerCustomizers(server -> {
            http(server).forEach(http -> http.setUriCompliance(compliance));
            server.getDescendants(ServletHandler.class).forEach(handler -> handler.setDecodeAmbiguousURIs(true));
        });
    }

    private static Stream<HttpConfiguration> http(Server server) {
        return Arrays.stream(server.getConnectors())
                .flatMap(connector -> connector.getConnectionFactories().stream())
                .filter(HttpConfiguration.ConnectionFactory.class::isInstance)
                .map(HttpConfiguration.ConnectionFactory.class::cast)
                .map(HttpConfiguration.ConnectionFactory::getHttpConfiguration);
    }

    /** Held requests and streams have deadlines of their own. */
    @Bean
    WebMvcConfigurer noDeadlineOfTheServer() {
        return new WebMvcConfigurer() {
            @Override
            public void configureAsyncSupport(AsyncSupportConfigurer configurer) {
                configurer.setDefaultTimeout(/* none */ 0);
            }
        };
    }

    @Bean
    Journals journals(Lanes lanes, Watches watches, IngestProperties properties) {
        return new Journals(lanes, watches, properties.streamBuffer().toBytes());
    }

    @Bean
    EventStreams eventStreams(Journals journals, MeterRegistry meters) {
        return new EventStreams(journals, SystemTime.ticker(), meters);
    }

    @Bean
    Operations operations(Lanes lanes) {
        return new Operations(lanes);
    }

    @Bean
    WholeBroker wholeBroker(Operations operations, MeterRegistry meters) {
        return WholeBroker.measured(operations, SystemTime.ticker(), meters);
    }

    @Bean
    HealthController healthController(Operations operations, HealthProperties properties) {
        return new HealthController(operations, properties, SystemTime.ticker());
    }

    @Bean
    OverviewController overviewController(Operations operations) {
        return new OverviewController(operations, SystemTime.ticker());
    }

    @Bean
    AcceptMessage acceptMessage(
            Lanes lanes,
            IngestProperties properties,
            @Value("${broker.callback.allowed-hosts:}") List<String> allowedHosts,
            Telemetry telemetry) {
        return new AcceptMessage(
                lanes,
                new OrgShares(properties.orgQueueLimit(), lanes::queuedByOrg, SystemTime.ticker()),
                new AddressGuard(allowedHosts),
                SystemTime.instants(),
                telemetry);
    }

    @Bean
    FilterRegistrationBean<ConsoleHeaders> consoleHeaders() {
        FilterRegistrationBean<ConsoleHeaders> filter = new FilterRegistrationBean<>(new ConsoleHeaders());
        filter.addUrlPatterns("/console", "/console/*", "/docs", "/docs/*");
        return filter;
    }

    @Bean
    WorkerPassage workerPassage(
            @Value("${broker.worker.base-url:}") String worker,
            @Value("${broker.worker.api-key:}") String key,
            @Value("${broker.worker.public-url:}") String publicUrl,
            PassThroughProperties passThrough,
            IngestProperties properties) {
        return new WorkerPassage(
                new Upstream(worker, new SecretText(key), publicUrl), passThrough, properties, SystemTime.ticker());
    }

    @Bean
    FilterRegistrationBean<ApiKeyFilter> apiKeyFilter(
            ApiKeys keys, IngestProperties properties, BodyReader bodies, Problems problems) {
        if (keys.none()) {
            throw new IllegalArgumentException(
                    "broker.access.api-key: not set (expected: the key that clients show; environment: BROKER_API_KEY,"
                            + " or many keys in BROKER_API_KEYS_FILE)");
        }
        FailedAttempts attempts =
                new FailedAttempts(properties.unknownKeys(), properties.unknownKeyEvery(), SystemTime.ticker());
        FilterRegistrationBean<ApiKeyFilter> filter = new FilterRegistrationBean<>(
                new ApiKeyFilter(keys, properties.defaultOrgIfAny(), attempts, bodies, problems));
        filter.setOrder(KEYS);
        return filter;
    }

    @Bean
    SubmitRates submitRates(IngestProperties properties) {
        return new SubmitRates(properties.rate());
    }

    @Bean
    BodyReader bodyReader(IngestProperties properties, ApiKeys keys) {
        return new BodyReader(
                new BodyBudget(
                        properties.bodyMemoryBytes(),
                        properties.maxBody().toBytes(),
                        !keys.one(),
                        properties.bodyPatience()),
                properties.bodyTimeout(),
                SystemTime.ticker());
    }

    @Bean
    FilterRegistrationBean<SecurityHeaders> securityHeaders(Problems problems) {
        FilterRegistrationBean<SecurityHeaders> filter = new FilterRegistrationBean<>(new SecurityHeaders(problems));
        filter.setOrder(HEADERS);
        return filter;
    }

    /** What the server itself refuses is told as everything else is. */
    @Bean
    WebServerFactoryCustomizer<JettyServletWebServerFactory> serverProblems() {
        return factory -> factory.addServerCustomizers(server -> server.setErrorHandler(new ServerProblems()));
    }

    @Bean
    WebMvcConfigurer rights() {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new RightsCheck());
            }
        };
    }
}
