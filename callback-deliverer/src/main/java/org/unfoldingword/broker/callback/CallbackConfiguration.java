package org.unfoldingword.broker.callback;

import java.util.Optional;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.unfoldingword.broker.access.AccessConfiguration;
import org.unfoldingword.broker.access.ApiKeys;
import org.unfoldingword.broker.http.AddressGuard;
import org.unfoldingword.broker.lane.HolderName;
import org.unfoldingword.broker.lane.Lane;
import org.unfoldingword.broker.lane.LaneConfiguration;
import org.unfoldingword.broker.lane.LaneLifecycle;
import org.unfoldingword.broker.lane.LaneWorker;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.StopProperties;
import org.unfoldingword.broker.telemetry.SystemTime;
import org.unfoldingword.broker.telemetry.Telemetry;

/** The callback-deliverer role: the one door of this package. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(CallbackProperties.class)
@Import({AccessConfiguration.class, LaneConfiguration.class})
public class CallbackConfiguration {

    private static final int ORIGINS_MAX = 10_000;

    @Bean
    AddressGuard callbackAddresses(CallbackProperties properties) {
        return new AddressGuard(properties.allowedHosts());
    }

    @Bean
    CallbackClient callbackClient(CallbackProperties properties, AddressGuard callbackAddresses) {
        String version = Optional.ofNullable(
                        CallbackConfiguration.class.getPackage().getImplementationVersion())
                .orElse("development");
        return new CallbackClient(properties, callbackAddresses, version, Alarm.ticking(), SystemTime.instants());
    }

    @Bean
    LazyJournals callbackJournals(Lanes lanes) {
        return new LazyJournals(lanes);
    }

    @Bean
    LaneLifecycle callbackLane(
            Lanes lanes,
            CallbackProperties properties,
            StopProperties stop,
            CallbackClient client,
            AddressGuard callbackAddresses,
            LazyJournals callbackJournals,
            ApiKeys keys,
            HolderName holder,
            Telemetry telemetry) {
        RetrySchedule schedule =
                new RetrySchedule(properties.retrySchedule(), RetrySchedule.JITTER, SystemTime.random());
        RetrySchedule shortSchedule =
                new RetrySchedule(properties.workerRetrySchedule(), RetrySchedule.JITTER, SystemTime.random());
        Origins origins = new Origins(properties, ORIGINS_MAX, SystemTime.instants());
        Poster poster = new Poster(client, origins, SystemTime.ticker(), telemetry);
        TellLikeTheWorker workerShape =
                new TellLikeTheWorker(poster, shortSchedule, keys, lanes, callbackJournals, SystemTime.instants());
        DeliverCallback handler = new DeliverCallback(
                poster,
                new Signatures(new WebhookSignature(properties.secrets()), keys, SystemTime.instants()),
                schedule,
                origins,
                callbackAddresses,
                workerShape,
                SystemTime.ticker());
        LaneWorker worker = new LaneWorker(
                lanes,
                Lane.CALLBACKS,
                holder.of("deliverer"),
                properties.concurrency() + properties.following(),
                handler,
                SystemTime.ticker(),
                telemetry.meters());
        return new LaneLifecycle(worker, stop.work());
    }
}
