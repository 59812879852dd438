package dev.homing.app;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.homing.activities.delivery.AttemptLog;
import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.ParkedDeliveries;
import jakarta.persistence.Entity;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.web.bind.annotation.RestController;

/** Rules of the architecture that would otherwise break unnoticed. */
class ArchitectureTest {
  private static final String WORKFLOWS = "dev.homing.workflows..";

  private static final JavaClasses HOMING =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.homing");

  @Test
  void workflowsDependOnlyOnTheirOwnWorld() {
    classes()
        .that()
        .resideInAPackage(WORKFLOWS)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            WORKFLOWS,
            "java..",
            "io.temporal..",
            "com.fasterxml.jackson.annotation..",
            "org.jspecify.annotations..")
        .check(HOMING);
  }

  /** These calls give a different result on replay, or block the worker's thread. */
  @Test
  void workflowsTakeTimeAndRandomnessFromTemporal() {
    noClasses()
        .that()
        .resideInAPackage(WORKFLOWS)
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(UUID.class, "randomUUID")
        .orShould()
        .callMethod(Math.class, "random")
        .orShould()
        .callMethodWhere(
            describe(
                "Thread.sleep",
                call ->
                    call.getName().equals("sleep")
                        && call.getTargetOwner().isEquivalentTo(Thread.class)))
        .check(HOMING);
  }

  /** The module's root package counts as a package like the others. */
  @ParameterizedTest
  @ValueSource(strings = {"workflows", "activities", "app"})
  void packagesOfAModuleAreFreeOfCycles(String module) {
    slices()
        .assignedFrom(new Rooms("dev.homing." + module))
        .should()
        .beFreeOfCycles()
        .check(HOMING);
  }

  private record Rooms(String module) implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      String name = type.getPackageName();
      if (name.equals(module)) {
        return SliceIdentifier.of("(root)");
      }
      return name.startsWith(module + ".")
          ? SliceIdentifier.of(name.substring(module.length() + 1))
          : SliceIdentifier.ignore();
    }

    @Override
    public String getDescription() {
      return "rooms of " + module;
    }
  }

  @Test
  void rootOfAppHoldsStartupClassesOnly() {
    assertThat(
            HOMING.stream()
                .filter(type -> type.getPackageName().equals("dev.homing.app"))
                .filter(JavaClass::isTopLevelClass)
                .map(JavaClass::getSimpleName))
        .containsOnly("Homing", "JsonLog", "SettingConverters", "StartFailures", "package-info");
  }

  /** Everyone else decides over deliveries by what is public for that. */
  @Test
  void onlyLanesWriteWhatAttemptsMakeOfDeliveries() {
    Map<String, Set<String>> forEveryone =
        Map.of(
            Deliveries.class.getName(),
                Set.of("find", "isUntaken", "lock", "of", "cancelRun", "<init>"),
            ParkedDeliveries.class.getName(), Set.of("count", "<init>"),
            AttemptLog.class.getName(), Set.of("<init>"));
    noClasses()
        .that()
        .resideInAPackage("dev.homing.app..")
        .should()
        .callCodeUnitWhere(
            describe(
                "writers of the ledger",
                call -> {
                  Set<String> allowed = forEveryone.get(call.getTargetOwner().getName());
                  return allowed != null && !allowed.contains(call.getName());
                }))
        .check(HOMING);
  }

  /** So that one list says what runs in the background. */
  @Test
  void jobsAreScheduledInHousekeepingOnly() {
    noMethods()
        .that()
        .areDeclaredInClassesThat()
        .areNotAssignableTo("dev.homing.app.maintenance.Housekeeping")
        .should()
        .beAnnotatedWith(Scheduled.class)
        .check(HOMING);
  }

  @Test
  void nothingDependsOnTheWiring() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.homing.app.wiring")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.homing.app.wiring")
        .check(HOMING);
  }

  @Test
  void noControllerTakesOrReturnsAnEntity() {
    methods()
        .that()
        .areDeclaredInClassesThat()
        .areAnnotatedWith(RestController.class)
        .should(keepEntitiesIn())
        .check(HOMING);
  }

  private static ArchCondition<JavaMethod> keepEntitiesIn() {
    return new ArchCondition<>("neither take nor return an entity") {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        if (hasEntity(method)) {
          events.add(SimpleConditionEvent.violated(method, method.getDescription()));
        }
      }
    };
  }

  /** Private helpers are exempt: they turn entities into views. */
  private static boolean hasEntity(JavaMethod method) {
    boolean answersRequests =
        method.getAnnotations().stream()
            .anyMatch(
                annotation ->
                    annotation
                        .getRawType()
                        .getPackageName()
                        .equals(RestController.class.getPackageName()));
    return answersRequests
        && Stream.concat(Stream.of(method.getReturnType()), method.getParameterTypes().stream())
            .flatMap(type -> type.getAllInvolvedRawTypes().stream())
            .anyMatch(type -> type.isAnnotatedWith(Entity.class));
  }

  /** A second client would bypass the guard of the first. */
  @Test
  void onlyOneClassBuildsAnHttpClient() {
    assertThat(
            HOMING.stream()
                .filter(ArchitectureTest::buildsAClient)
                .map(JavaClass::getName)
                .collect(toSet()))
        .containsExactly("dev.homing.activities.outbound.OutboundClient");
  }

  private static boolean buildsAClient(JavaClass candidate) {
    boolean constructs =
        candidate.getConstructorCallsFromSelf().stream()
            .map(call -> call.getTargetOwner())
            .anyMatch(
                owner ->
                    owner.isEquivalentTo(OkHttpClient.class)
                        || owner.isEquivalentTo(OkHttpClient.Builder.class));
    return constructs
        || candidate.getMethodCallsFromSelf().stream()
            .anyMatch(
                call ->
                    call.getTargetOwner().isEquivalentTo(OkHttpClient.class)
                        && call.getName().equals("newBuilder"));
  }
}
