package org.unfoldingword.broker.callback;

import java.util.Optional;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
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
@Import(LaneConfiguration.class)
public class CallbackConfiguration {

    private static final int ORIGINS_MAX = 10_000;

    @Bean
    CallbackClient callbackClient(CallbackProperties properties) {
        String version = Optional.ofNullable(
                        CallbackConfiguration.class.getPackage().getImplementationVersion())
                .orElse("development");
        return new CallbackClient(
                properties,
                new AddressGuard(properties.allowedHosts()),
                version,
                Alarm.ticking(),
                SystemTime.instants());
    }

    @Bean
    LaneLifecycle callbackLane(
            Lanes lanes,
            CallbackProperties properties,
            StopProperties stop,
            CallbackClient client,
            HolderName holder,
            Telemetry telemetry) {
        DeliverCallback handler = new DeliverCallback(
                client,
                new WebhookSignature(properties.secrets()),
                new RetrySchedule(properties.retrySchedule(), properties.jitter(), SystemTime.random()),
                new Origins(properties, ORIGINS_MAX, SystemTime.instants()),
                new AddressGuard(properties.allowedHosts()),
                SystemTime.instants(),
                SystemTime.ticker(),
                telemetry);
        LaneWorker worker = new LaneWorker(
                lanes,
                Lane.CALLBACKS,
                holder.of("deliverer"),
                properties.concurrency(),
                handler,
                SystemTime.ticker(),
                telemetry.meters());
        return new LaneLifecycle(worker, stop.work());
    }
}
