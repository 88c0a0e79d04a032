package dev.flowdpo.build;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.Source;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The published modules with code, what each may use of the others, and all their classes. */
final class Modules {
  /** What each may use besides itself. */
  static final Map<String, List<String>> USES =
      Map.ofEntries(
          entry("flowdpo-api"),
          entry("flowdpo-chat-template"),
          entry("flowdpo-verifiers", "flowdpo-api"),
          entry("flowdpo-testing", "flowdpo-api"),
          entry("flowdpo-jackson", "flowdpo-api"),
          entry("flowdpo-openai", "flowdpo-api"),
          entry("flowdpo-micrometer", "flowdpo-api"),
          entry("flowdpo-langchain4j", "flowdpo-api", "flowdpo-verifiers"),
          entry(
              "flowdpo-spring-boot-starter",
              "flowdpo-api",
              "flowdpo-verifiers",
              "flowdpo-micrometer"),
          entry("flowdpo-runtime", "flowdpo-api", "flowdpo-chat-template"),
          entry("flowdpo-spark", "flowdpo-api", "flowdpo-runtime"),
          entry(
              "flowdpo-cli",
              "flowdpo-api",
              "flowdpo-chat-template",
              "flowdpo-verifiers",
              "flowdpo-runtime",
              "flowdpo-jackson"));

  static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.flowdpo");

  // The folder of a module where it is being built, of an artifact where it is in a repository.
  private static final Pattern PLACE =
      Pattern.compile("/(flowdpo-[a-z0-9-]+)/(?:target|\\d[^/]*)/");

  private Modules() {}

  private static Map.Entry<String, List<String>> entry(String module, String... uses) {
    return Map.entry(module, List.of(uses));
  }

  static Stream<JavaClass> classes() {
    return CLASSES.stream();
  }

  static Stream<JavaClass> classes(String module) {
    return classes().filter(type -> of(type).equals(module));
  }

  /** Returns the module that a class is in. */
  static String of(JavaClass type) {
    String place =
        type.getBaseComponentType()
            .getSource()
            .map(Source::getUri)
            .orElseThrow(() -> new AssertionError("not among the modules: " + type.getName()))
            .toString();
    Matcher found = PLACE.matcher(place);
    String module = "";
    while (found.find()) {
      module = found.group(1);
    }
    if (!USES.containsKey(module)) {
      throw new AssertionError(
          "%s is in no module of %s: found at %s".formatted(type.getName(), USES.keySet(), place));
    }
    return module;
  }

  /** Returns a module's folder, beside the others or under the extensions. */
  static Path folder(String module) {
    Path root = Path.of(System.getProperty("flowdpo.root", "../.."));
    Path beside = root.resolve(module);
    return Files.isDirectory(beside) ? beside : root.resolve("extensions").resolve(module);
  }

  static boolean ours(JavaClass type) {
    return type.getPackageName().equals("dev.flowdpo")
        || type.getPackageName().startsWith("dev.flowdpo.");
  }
}
