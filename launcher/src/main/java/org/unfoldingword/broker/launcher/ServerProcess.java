package org.unfoldingword.broker.launcher;

import io.lettuce.core.RedisConnectionException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.unfoldingword.broker.lane.RedisUnavailable;
import org.unfoldingword.broker.lane.StopProperties;
import picocli.CommandLine.ExitCode;

/** A process that serves: its roles in one Spring context, upon a foundation; up in order, down in order. */
final class ServerProcess {

    private static final Logger log = LoggerFactory.getLogger(ServerProcess.class);

    private final Set<Role> roles;
    private final Foundation foundation;
    private final Sleeper sleeper;

    // Written by the starting thread, read by the stopping one.
    private volatile @Nullable ConfigurableApplicationContext context;

    ServerProcess(Set<Role> roles, Foundation foundation, Sleeper sleeper) {
        this.roles = EnumSet.copyOf(roles);
        this.foundation = foundation;
        this.sleeper = sleeper;
    }

    /** Returns only if the start fails; a process that serves ends by a signal. */
    int runUntilStopped(String[] arguments) {
        StopSignals.exitCleanly();
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "shutdown"));
        while (true) {
            try {
                System.out.println(start(arguments));
                return awaitSignal();
            } catch (RuntimeException failure) {
                if (foundation.startsAgain() && isRedisOutage(failure)) {
                    log.warn("Redis went away during the start; starting again");
                    continue;
                }
                System.err.println(FailureLine.of(
                        failure, context == null ? new StandardEnvironment() : context.getEnvironment()));
                log.debug("start failed", failure);
                return ExitCode.SOFTWARE;
            }
        }
    }

    /** Returns when all is served, with the line that says so. */
    String start(String[] arguments) {
        SpringApplication application = new SpringApplication(sources());
        application.setBannerMode(Banner.Mode.OFF);
        application.setLogStartupInfo(false);
        // Ours is the one hook, so that there is one order.
        application.setRegisterShutdownHook(false);
        application.addInitializers(starting -> {
            context = starting;
            settle(starting.getEnvironment());
        });
        ConfigurableApplicationContext serving = application.run(arguments);
        return foundation.ready(new Served(serving.getEnvironment()));
    }

    /** Runs once, on a thread of its own, when a signal came or the start has failed. */
    void stop() {
        // 1. Readiness goes down; whoever sends requests here has the lead to send them elsewhere.
        // 2. HTTP stops accepting, and requests under way get their answers (Spring's highest life-cycle phase).
        // 3. The lanes stop claiming, finish or give back what they hold (the roles' phases, lower).
        // 4. The web servers and connections close, then the beans go.
        ConfigurableApplicationContext serving = context;
        boolean served = serving != null && serving.isActive();
        try {
            if (serving != null && served) {
                log.info("stopping; what runs may finish");
                leave(serving);
                serving.close();
            }
        } finally {
            // 5. The demo worker ends: no call is under way any more.
            // 6. The embedded Redis writes all and ends; nobody needs it now.
            // 7. The data directory is free for the next start.
            foundation.close();
        }
        if (served) {
            log.info("stopped");
        }
    }

    private static boolean isRedisOutage(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RedisUnavailable || cause instanceof RedisConnectionException) {
                return true;
            }
        }
        return false;
    }

    private void leave(ConfigurableApplicationContext serving) {
        AvailabilityChangeEvent.publish(serving, ReadinessState.REFUSING_TRAFFIC);
        try {
            sleeper.sleep(serving.getBean(StopProperties.class).readinessLead());
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private Class<?>[] sources() {
        List<Class<?>> sources = new ArrayList<>(List.of(BrokerApplication.class, ProcessHealth.class));
        roles.forEach(role -> sources.add(role.configuration()));
        return sources.toArray(Class<?>[]::new);
    }

    private void settle(ConfigurableEnvironment environment) {
        String words = roles.stream().map(Role::word).collect(Collectors.joining(","));
        environment.getPropertySources().addFirst(new MapPropertySource("roles", Map.of("broker.roles", words)));
        environment.getPropertySources().addFirst(new MapPropertySource("foundation", foundation.lay(environment)));
    }

    private static int awaitSignal() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
        return ExitCode.OK;
    }
}
