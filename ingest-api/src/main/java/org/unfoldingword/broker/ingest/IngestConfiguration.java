package org.unfoldingword.broker.ingest;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.unfoldingword.broker.http.AddressGuard;
import org.unfoldingword.broker.lane.LaneConfiguration;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.Operations;
import org.unfoldingword.broker.lane.Watches;
import org.unfoldingword.broker.telemetry.SystemTime;

/** The ingest role: the one door of this package. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(IngestProperties.class)
@Import({
    LaneConfiguration.class,
    MessageController.class,
    QueueController.class,
    HealthController.class,
    ConversationsController.class,
    OperatorMessageController.class,
    DeadLettersController.class,
    PausesController.class,
    ErasureController.class,
    AuditController.class,
    Problems.class
})
public class IngestConfiguration {

    @Bean
    Watches watches(Lanes lanes, MeterRegistry meters) {
        Watches watches = Watches.open(lanes, SystemTime.ticker());
        Gauge.builder("broker.watches", watches::watched)
                .description("Messages that somebody waits for here")
                .register(meters);
        return watches;
    }

    @Bean
    Operations operations(Lanes lanes) {
        return new Operations(lanes);
    }

    @Bean
    OverviewController overviewController(Operations operations) {
        return new OverviewController(operations, SystemTime.ticker());
    }

    @Bean
    AcceptMessage acceptMessage(Lanes lanes, @Value("${broker.callback.allowed-hosts:}") List<String> allowedHosts) {
        return new AcceptMessage(lanes, new AddressGuard(allowedHosts), SystemTime.instants());
    }

    @Bean
    FilterRegistrationBean<ApiKeyFilter> apiKeyFilter(IngestProperties properties) {
        FilterRegistrationBean<ApiKeyFilter> filter =
                new FilterRegistrationBean<>(new ApiKeyFilter(properties.apiKey()));
        filter.addUrlPatterns("/api/*");
        return filter;
    }
}
