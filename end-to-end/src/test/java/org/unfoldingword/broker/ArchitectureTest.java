package org.unfoldingword.broker;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameContaining;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_FIELD_INJECTION;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toSet;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;

/** The rules that hold the modules apart. */
@AnalyzeClasses(packages = "org.unfoldingword.broker", importOptions = ArchitectureTest.ProductionOnly.class)
class ArchitectureTest {

    private static final String INGEST = "..broker.ingest..";
    private static final String DISPATCH = "..broker.dispatch..";
    private static final String CALLBACK = "..broker.callback..";
    private static final String LAUNCHER = "..broker.launcher..";
    private static final String BENCHMARK = "..broker.benchmark..";
    private static final String MESSAGE = "..broker.message..";
    private static final String LANE = "..broker.lane..";
    private static final String[] COMMON = {
        MESSAGE, LANE, "..broker.access..", "..broker.http..", "..broker.settings..", "..broker.telemetry.."
    };

    /** The one adapter to the machine's clocks, chance and sleep. */
    private static final Set<String> TIME_AND_CHANCE = Set.of("org.unfoldingword.broker.telemetry.SystemTime");

    /** The one thing about Redis that a role may know: that it is away. */
    private static final String REDIS_OUTAGE = "org.unfoldingword.broker.lane.RedisUnavailable";

    // ── Who may know whom ───────────────────────────────────────────────────────────────────────────────────────────

    @ArchTest
    static final ArchRule ingestKnowsNoOtherRole = neverDepends(INGEST, DISPATCH, CALLBACK, LAUNCHER, BENCHMARK);

    @ArchTest
    static final ArchRule dispatchKnowsNoOtherRole = neverDepends(DISPATCH, INGEST, CALLBACK, LAUNCHER, BENCHMARK);

    @ArchTest
    static final ArchRule callbackKnowsNoOtherRole = neverDepends(CALLBACK, INGEST, DISPATCH, LAUNCHER, BENCHMARK);

    /** The operator's command line runs against any broker that it can reach, and starts fast. */
    @ArchTest
    static final ArchRule commandsKnowNoServer = noClasses()
            .that()
            .resideInAPackage("..broker.operate..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(INGEST, DISPATCH, CALLBACK, LAUNCHER, LANE, "org.springframework..");

    @ArchTest
    static final ArchRule commonKnowsNoRole = noClasses()
            .that()
            .resideInAnyPackage(COMMON)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(INGEST, DISPATCH, CALLBACK, LAUNCHER, BENCHMARK);

    @ArchTest
    static final ArchRule messagesNeedNoFramework = noClasses()
            .that()
            .resideInAPackage(MESSAGE)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework..");

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("org.unfoldingword.broker.(*)..").should().beFreeOfCycles();

    // ── Redis has one home ──────────────────────────────────────────────────────────────────────────────────────────

    @ArchTest
    static final ArchRule onlyLanesAndTheLauncherSpeakRedis = noClasses()
            .that()
            .resideOutsideOfPackages(LANE, LAUNCHER)
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.lettuce..", "redis.embedded..", "redis.clients..")
                    .or(simpleNameContaining("Redis")
                            .and(not(describe("the outage", c -> c.getName().equals(REDIS_OUTAGE))))))
            .orShould()
            .haveSimpleNameContaining("Redis");

    @ArchTest
    static final ArchRule keysAreNamedInTheLanePackageOnly = noClasses()
            .that()
            .resideOutsideOfPackage(LANE)
            .should()
            .dependOnClassesThat(simpleNameContaining("Keyspace"));

    // ── Time, chance and waiting are passed in ──────────────────────────────────────────────────────────────────────

    @ArchTest
    static final ArchRule timeChanceAndSleepComeFromOneAdapter = noClasses()
            .that(not(describe("the adapter", c -> TIME_AND_CHANCE.contains(c.getName()))))
            .and()
            .resideOutsideOfPackages(LAUNCHER, BENCHMARK)
            .should()
            .accessTargetWhere(
                    describe("takes time or chance from the machine, or sleeps", ArchitectureTest::isMachine));

    // ── How classes are made and named ──────────────────────────────────────────────────────────────────────────────

    @ArchTest
    static final ArchRule namesSayWhatAClassIs = noClasses()
            .should()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveSimpleNameEndingWith("Manager");

    @ArchTest
    static final ArchRule nothingIsInjectedIntoFields = NO_CLASSES_SHOULD_USE_FIELD_INJECTION;

    /** A package without the mark is a package without null checks. */
    @ArchTest
    static void everyPackageIsNullMarked(JavaClasses classes) {
        Set<String> unmarked = classes.stream()
                .filter(type -> !type.getPackage().isAnnotatedWith(NullMarked.class))
                .map(JavaClass::getPackageName)
                .collect(toSet());
        if (!unmarked.isEmpty()) {
            throw new AssertionError("packages without a package-info.java that says @NullMarked: " + unmarked);
        }
    }

    private static ArchRule neverDepends(String role, String... others) {
        return noClasses()
                .that()
                .resideInAPackage(role)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others);
    }

    private static boolean isMachine(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        String member = access.getTarget().getName();
        if (owner.isEquivalentTo(System.class)) {
            return Set.of("currentTimeMillis", "nanoTime").contains(member);
        }
        if (owner.isEquivalentTo(Thread.class) || owner.isEquivalentTo(TimeUnit.class)) {
            return member.equals("sleep");
        }
        if (owner.isEquivalentTo(Clock.class) || owner.isEquivalentTo(InstantSource.class)) {
            return member.startsWith("system");
        }
        if (owner.isEquivalentTo(Random.class)) {
            return member.equals("<init>");
        }
        return owner.isEquivalentTo(ThreadLocalRandom.class)
                || owner.isEquivalentTo(Math.class) && member.equals("random")
                || owner.getPackageName().equals("java.time") && member.equals("now");
    }

    /** All modules' classes, whether they come as a jar or as target/classes, but no test's. */
    static final class ProductionOnly implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/") && !location.contains("-tests.jar");
        }
    }
}
