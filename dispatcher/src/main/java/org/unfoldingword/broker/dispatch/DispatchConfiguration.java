package org.unfoldingword.broker.dispatch;

import java.util.concurrent.Executors;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.unfoldingword.broker.lane.HolderName;
import org.unfoldingword.broker.lane.Lane;
import org.unfoldingword.broker.lane.LaneConfiguration;
import org.unfoldingword.broker.lane.LaneLifecycle;
import org.unfoldingword.broker.lane.LaneWorker;
import org.unfoldingword.broker.lane.Lanes;
import org.unfoldingword.broker.lane.StopProperties;
import org.unfoldingword.broker.telemetry.SystemTime;
import org.unfoldingword.broker.telemetry.Telemetry;

/** The dispatcher role: the one door of this package. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({DispatchProperties.class, WorkerProperties.class})
@Import(LaneConfiguration.class)
public class DispatchConfiguration {

    @Bean
    WorkerClient workerClient(WorkerProperties worker, DispatchProperties dispatch) {
        return new WorkerClient(
                worker,
                dispatch.concurrency(),
                SystemTime.instants(),
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("worker-deadlines").factory()));
    }

    @Bean
    LaneLifecycle dispatcherLane(
            Lanes lanes,
            WorkerClient client,
            DispatchProperties dispatch,
            StopProperties stop,
            HolderName holder,
            Telemetry telemetry) {
        DispatchHead handler = new DispatchHead(
                dispatch,
                client,
                WorkerCircuit.waiting(dispatch.circuitWait()),
                new Backoff(dispatch.backoffFirst(), dispatch.backoffMax(), SystemTime.random()),
                SystemTime.ticker(),
                telemetry);
        LaneWorker lane = new LaneWorker(
                lanes,
                Lane.MESSAGES,
                holder.of("dispatcher"),
                dispatch.concurrency(),
                handler,
                SystemTime.ticker(),
                telemetry.meters());
        return new LaneLifecycle(lane, stop.work());
    }
}
