package org.unfoldingword.broker.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.Executors;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.unfoldingword.broker.access.AccessConfiguration;
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
import org.unfoldingword.broker.telemetry.Ticker;

/** The ingest role: the one door of this package. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({IngestProperties.class, HealthProperties.class, PassThroughProperties.class})
@Import({
    AccessConfiguration.class,
    LaneConfiguration.class,
    ServerConfiguration.class,
    Operations.class,
    Cancellation.class,
    EventStreams.class,
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
    OverviewController.class,
    LiveController.class,
    HealthController.class,
    BrowserPages.class,
    ApiDescription.class,
    ChatController.class,
    PassThroughController.class,
    WorkerProblems.class,
    ErrorsController.class,
    Problems.class
})
public class IngestConfiguration {

    @Bean
    Ticker ticker() {
        return SystemTime.ticker();
    }

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
    Journals journals(Lanes lanes, Watches watches, IngestProperties properties) {
        return new Journals(lanes, watches, properties.streamBuffer().toBytes());
    }

    @Bean
    WholeBroker wholeBroker(Operations operations, Ticker ticker, MeterRegistry meters) {
        return WholeBroker.measured(operations, ticker, meters);
    }

    @Bean
    AcceptMessage acceptMessage(
            Lanes lanes,
            IngestProperties properties,
            @Value("${broker.callback.allowed-hosts:}") List<String> allowedHosts,
            Ticker ticker,
            Telemetry telemetry) {
        return new AcceptMessage(
                lanes,
                new OrgShares(properties.orgQueueLimit(), lanes::queuedByOrg, ticker),
                new AddressGuard(allowedHosts),
                SystemTime.instants(),
                telemetry);
    }

    @Bean
    WorkerPassage workerPassage(
            @Value("${broker.worker.base-url:}") String worker,
            @Value("${broker.worker.api-key:}") String key,
            @Value("${broker.worker.public-url:}") String publicUrl,
            PassThroughProperties passThrough,
            IngestProperties properties,
            Ticker ticker) {
        return new WorkerPassage(new Upstream(worker, new SecretText(key), publicUrl), passThrough, properties, ticker);
    }

    @Bean
    SubmitRates submitRates(IngestProperties properties) {
        return new SubmitRates(properties.rate());
    }
}
