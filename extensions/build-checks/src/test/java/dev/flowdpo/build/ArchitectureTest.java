package dev.flowdpo.build;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Modules and packages depend one way; what is internal stays where it is. */
class ArchitectureTest {
  /** Packages of the API, each using only those before it. */
  private static final List<String> API =
      List.of(
          "dev.flowdpo.error",
          "dev.flowdpo.value",
          "dev.flowdpo.answer",
          "dev.flowdpo.model",
          "dev.flowdpo.policy",
          "dev.flowdpo.policy.internal",
          "dev.flowdpo.rollout",
          "dev.flowdpo.preference",
          "dev.flowdpo.learning",
          "dev.flowdpo.spi",
          "dev.flowdpo");

  /** Packages of the engine, each using only those before it, and others beside them. */
  private static final List<String> ENGINE =
      List.of(
          "dev.flowdpo.runtime.checkpoint",
          "dev.flowdpo.runtime.text",
          "dev.flowdpo.runtime.graph",
          "dev.flowdpo.runtime.inference",
          "dev.flowdpo.runtime.training",
          "dev.flowdpo.runtime.learning");

  private static final SliceAssignment BY_PACKAGE =
      new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
          return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
          return "packages";
        }
      };

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flowdpo-api",
        "flowdpo-chat-template",
        "flowdpo-verifiers",
        "flowdpo-testing",
        "flowdpo-jackson",
        "flowdpo-openai",
        "flowdpo-micrometer",
        "flowdpo-langchain4j",
        "flowdpo-spark",
        "flowdpo-spring-boot-starter",
        "flowdpo-runtime",
        "flowdpo-cli"
      })
  void packagesHaveNoCycles(String module) {
    JavaClasses classes =
        Modules.CLASSES.that(
            DescribedPredicate.describe(
                "classes of " + module, type -> Modules.of(type).equals(module)));
    assertThat(classes).as(module).isNotEmpty();
    slices().assignedFrom(BY_PACKAGE).should().beFreeOfCycles().check(classes);
  }

  @Test
  void modulesDependOneWay() {
    assertThat(
            forbidden(
                type -> true,
                (from, to) ->
                    !Modules.of(from).equals(Modules.of(to))
                        && !Modules.USES.get(Modules.of(from)).contains(Modules.of(to))))
        .isEmpty();
  }

  @Test
  void noPackageIsInTwoModules() {
    Map<String, Set<String>> modules = new TreeMap<>();
    Modules.classes()
        .forEach(
            type ->
                modules
                    .computeIfAbsent(type.getPackageName(), name -> new TreeSet<>())
                    .add(Modules.of(type)));
    assertThat(modules).allSatisfy((name, in) -> assertThat(in).as(name).hasSize(1));
  }

  @Test
  void packagesOfTheApiUseOnlyThoseBefore() {
    assertThat(Modules.classes("flowdpo-api").map(JavaClass::getPackageName)).isSubsetOf(API);
    assertThat(backwards(API)).isEmpty();
  }

  /** Comments, blank lines and imports do not count: Javadoc is to be as long as it must be. */
  @Test
  void theApiStaysSmall() throws IOException {
    try (Stream<Path> files =
        Files.walk(Modules.folder("flowdpo-api").resolve("src/main/java"))
            .filter(file -> file.toString().endsWith(".java"))) {
      long lines = 0;
      for (Path file : files.toList()) {
        lines += Files.readAllLines(file).stream().filter(ArchitectureTest::isCode).count();
      }
      assertThat(lines).isBetween(5_000L, 7_650L);
    }
  }

  private static boolean isCode(String line) {
    String text = line.strip();
    return !text.isEmpty()
        && Stream.of("*", "/*", "//", "import ", "package ").noneMatch(text::startsWith);
  }

  @Test
  void packagesOfTheEngineUseOnlyThoseBefore() {
    assertThat(backwards(ENGINE)).isEmpty();
  }

  @Test
  void internalPackagesAreUsedInsideTheirModuleOnly() {
    assertThat(
            forbidden(
                type -> true,
                (from, to) ->
                    (to.getPackageName() + ".").contains(".internal.")
                        && !Modules.of(from).equals(Modules.of(to))))
        .isEmpty();
  }

  @Test
  void theEngineDoesNotKnowTheBundledModel() {
    assertThat(
            forbidden(
                type ->
                    type.getPackageName().startsWith("dev.flowdpo.runtime.")
                        && !type.getPackageName().equals("dev.flowdpo.runtime.tiny"),
                (from, to) -> to.getPackageName().equals("dev.flowdpo.runtime.tiny")))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"flowdpo-api", "flowdpo-verifiers", "flowdpo-testing", "flowdpo-chat-template"})
  void publicSignaturesNameNoTypeOfGuava(String module) {
    assertThat(
            Modules.classes(module)
                .filter(PublicTypes::includes)
                .flatMap(ArchitectureTest::signatures)
                .filter(line -> line.contains("com.google.common")))
        .isEmpty();
  }

  /** Returns each accessible member with all types that its declaration names. */
  private static Stream<String> signatures(JavaClass type) {
    Stream<JavaMember> members = type.getMembers().stream();
    return Stream.concat(
        Stream.of(type.getName() + " " + type.getAllRawSuperclasses() + type.getAllRawInterfaces()),
        members
            .filter(
                member ->
                    member.getModifiers().contains(JavaModifier.PUBLIC)
                        || member.getModifiers().contains(JavaModifier.PROTECTED))
            .filter(member -> !member.getModifiers().contains(JavaModifier.SYNTHETIC))
            .map(member -> member.getFullName() + " " + types(member)));
  }

  private static Set<String> types(JavaMember member) {
    Set<String> names = new TreeSet<>();
    member.getAllInvolvedRawTypes().forEach(type -> names.add(type.getName()));
    if (member instanceof JavaCodeUnit code) {
      code.getThrowsClause().getTypes().forEach(type -> names.add(type.getName()));
    }
    return names;
  }

  private static List<String> backwards(List<String> order) {
    return forbidden(
        type -> order.contains(type.getPackageName()),
        (from, to) -> order.indexOf(to.getPackageName()) > order.indexOf(from.getPackageName()));
  }

  private interface Pair {
    boolean test(JavaClass from, JavaClass to);
  }

  /** Returns the dependencies between our classes that a rule forbids, as sentences. */
  private static List<String> forbidden(Predicate<JavaClass> from, Pair forbidden) {
    return Modules.classes()
        .filter(from)
        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
        .filter(one -> Modules.ours(one.getTargetClass()))
        .filter(one -> !one.getTargetClass().isArray())
        .filter(one -> forbidden.test(one.getOriginClass(), one.getTargetClass()))
        .map(Dependency::getDescription)
        .distinct()
        .sorted()
        .toList();
  }
}
